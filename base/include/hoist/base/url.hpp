#pragma once
/// http and https URLs, parsed into parts and written back, so that what was checked is what is requested.

#include <cstdint>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist {

/// An absolute http(s) URL in the WHATWG normal form: lower-case host, no default port, no dot segments, everything
/// that is not allowed in a path or query percent-encoded. Stricter than WHATWG: control characters and percent escapes
/// in the host are refused.
struct Url {
  std::string scheme;    ///< "http" or "https"
  std::string username;  ///< percent-encoded, as written
  std::string password;
  std::string host;        ///< lower case; an IPv6 address keeps its brackets
  std::uint16_t port = 0;  ///< always the effective port
  std::string path;        ///< starts with '/'
  std::string query;       ///< with its '?', or empty
  std::string fragment;    ///< with its '#', or empty

  /// EINVALIDURL, or EUNSUPPORTEDPROTOCOL when the scheme is neither http nor https.
  static Result<Url> parse(std::string_view text);
  /// A reference found at this URL (a `Location` header): absolute, scheme-relative, path-absolute or relative.
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

  /// `host`, or `host:port` when the port is not the scheme's default: what npm's credential keys hold.
  [[nodiscard]] std::string host_and_port() const;
  /// `https://host[:port]`.
  [[nodiscard]] std::string origin() const;
  /// The whole URL, credentials included. Never for messages: see redact_url.
  [[nodiscard]] std::string to_string() const;
  /// Without credentials and fragment: what goes to the HTTP library.
  [[nodiscard]] std::string request_url() const;
  bool operator==(const Url&) const = default;
};

/// Text that may hold URLs or npm tokens, made fit for messages: the password of a URL and `npm_…` tokens become `***`.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace hoist
