#pragma once
/// Failures of the network as npm and node name them. No message ever shows a credential.

#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "hoist/base/integrity.hpp"
#include "hoist/base/result.hpp"
#include "hoist/base/url.hpp"

namespace hoist::fetcher {

/// What libcurl says about a transfer that failed.
struct CurlFailure {
  CURLcode code;
  long os_error;
  long verify_result;  ///< OpenSSL's X509_V_ERR_*
  std::string message;
  std::uint64_t received;
  std::uint64_t announced;
  bool answered;  ///< a status line had come
};

[[nodiscard]] Error curl_error(const Url& url, const CurlFailure& failure);

/// `request to <url> failed, reason: <reason>`.
[[nodiscard]] Error network_error(const Url& url, std::string code, std::string_view reason);
[[nodiscard]] Error canceled(std::string_view url);
[[nodiscard]] Error too_large(const Url& url, std::uint64_t limit);
[[nodiscard]] Error integrity_error(const Integrity& wanted, const Integrity& got, std::uint64_t size);

/// The phrase that belongs to a status; empty for unknown ones.
[[nodiscard]] std::string_view standard_reason(int status) noexcept;

}  // namespace hoist::fetcher
