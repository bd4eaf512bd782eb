#pragma once
/// The host part of a URL.

#include <optional>
#include <string>
#include <string_view>

namespace hoist::url_detail {

/// Percent-encode sets of the URL standard, each containing the ones it is built from.
enum class EncodeSet { kControl, kFragment, kQuery, kSpecialQuery, kPath, kUserinfo };

[[nodiscard]] bool must_encode(unsigned char byte, EncodeSet set) noexcept;
void append_encoded(std::string& out, unsigned char byte, EncodeSet set);
[[nodiscard]] std::string encode(std::string_view text, EncodeSet set);

/// The normalised host (lower case, IPv4 in dotted decimals, IPv6 in brackets and compressed); nullopt when there is
/// none such. `special`: a scheme of the web, whose hosts are domains; other hosts are kept as written.
[[nodiscard]] std::optional<std::string> parse_host(std::string_view text, bool special);

}  // namespace hoist::url_detail
