#pragma once
/// URLs as the WHATWG URL standard parses them (what node's `new URL` does), so that a URL means to hoist what it means
/// to npm.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist {

/// A parsed URL. The parts are normalised and percent-encoded; changing one and printing gives a URL again as long as
/// the new text is encoded as the old was.
///
/// One thing is left out on purpose: host names outside ASCII are refused rather than mapped, since that
/// takes Unicode's tables; their `xn--` form is accepted.
struct WhatwgUrl {
  std::string scheme;  ///< lower case, without the colon
  std::string user;
  std::string password;
  std::optional<std::string> host;      ///< nullopt: no authority at all (`file:` has an empty one). IPv6 in brackets
  std::optional<std::uint16_t> port;    ///< nullopt when it is the scheme's default
  std::string path;                     ///< starts with `/` unless opaque (or empty with an unknown scheme)
  bool opaque_path = false;             ///< `github:user/repo`: what follows the scheme is no hierarchy
  std::optional<std::string> query;     ///< without the question mark
  std::optional<std::string> fragment;  ///< without the hash

  /// ERR_INVALID_URL (node's code) where `new URL(text)` would throw.
  static Result<WhatwgUrl> parse(std::string_view text);
  /// `new URL(text, base)`: `text` may be relative; `.` and `..` segments are resolved.
  static Result<WhatwgUrl> parse(std::string_view text, const WhatwgUrl& base);

  /// `URL#href`.
  [[nodiscard]] std::string to_string() const;
  /// `URL#host`: with the port where it is not the default.
  [[nodiscard]] std::string host_and_port() const;
  /// `scheme://host[:port]`, what two URLs must share to share credentials.
  [[nodiscard]] std::string origin() const;
  /// The port to connect to: the given one or the scheme's default; 0 when unknown.
  [[nodiscard]] std::uint16_t effective_port() const noexcept;

  bool operator==(const WhatwgUrl&) const = default;
};

}  // namespace hoist
