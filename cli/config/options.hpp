#pragma once
/// From configuration to the small option structs of the modules, npm's `flatten`.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/config/config.hpp"
#include "hoist/fetcher/http_client.hpp"
#include "hoist/fetcher/packument_source.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/resolver/options.hpp"
#include "hoist/resolver/resolve.hpp"

namespace hoist::cli {

/// Kinds of dependencies that are not put on disk: `omit` without `include`, and the old names of both (`production`,
/// `only`, `also`, `dev`, `optional`, NODE_ENV).
[[nodiscard]] std::vector<std::string> omit_list(const Config& config);

/// `before`, or now minus `min-release-age`: the stronger layer wins, in one layer `before`.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> release_cutoff(
    const Config& config, std::chrono::system_clock::time_point now);

/// `install-strategy` and its old names: hoisted, nested, shallow or linked.
[[nodiscard]] std::string install_strategy(const Config& config);
[[nodiscard]] resolver::SaveType save_type(const Config& config);

/// The `user-agent` template filled in. Ends with hoist's own name, since detectors look at the beginning.
[[nodiscard]] std::string user_agent(const Config& config, std::string_view node_version);

[[nodiscard]] fetcher::HttpOptions http_options(const Config& config);
[[nodiscard]] fetcher::RegistryOptions registry_options(const Config& config, std::string_view node_version,
                                                        std::string_view command);
[[nodiscard]] fetcher::CacheMode cache_mode(const Config& config);
[[nodiscard]] resolver::ResolveOptions resolve_options(const Config& config, std::string node_version,
                                                       std::chrono::system_clock::time_point now);

}  // namespace hoist::cli
