#pragma once
/// `allow-git`, `allow-remote`, `allow-file` and `allow-directory` for what a lockfile already names.

#include <string>

#include "cli/install/project.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/resolver/options.hpp"

namespace hoist::cli {

/// EALLOWGIT, EALLOWREMOTE, EALLOWFILE or EALLOWDIRECTORY for the first entry whose source is not allowed. A tarball on
/// a host of a configured registry is a registry tarball.
[[nodiscard]] Result<void> check_sources(const Project& project, const lockfile::Lockfile& lock,
                                         const resolver::ResolveOptions& options,
                                         const fetcher::RegistryOptions& registry);

}  // namespace hoist::cli
