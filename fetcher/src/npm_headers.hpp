#pragma once
/// What npm's fetching library (pacote) tells a registry about a request, and how it writes a name into a URL.

#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/integrity.hpp"
#include "hoist/fetcher/headers.hpp"

namespace hoist::fetcher {

[[nodiscard]] Headers packument_headers(std::string_view name, bool full);
[[nodiscard]] Headers tarball_headers(std::string_view package_id, const std::optional<Integrity>& integrity);

/// False for names that would change the path they are put into, or that no registry can have.
[[nodiscard]] bool is_requestable_name(std::string_view name) noexcept;

/// `@scope%2fname`; everything unusual is percent-encoded.
[[nodiscard]] std::string escape_name(std::string_view name);

}  // namespace hoist::fetcher
