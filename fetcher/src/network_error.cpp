#include "network_error.hpp"

#include <cerrno>
#include <cstring>

#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::string_view kProxyHint =
    "This is a problem related to network connectivity. If you are behind a proxy, check the 'proxy' setting.";
constexpr std::string_view kCertificateHint =
    "If the registry's certificate comes from your own authority, name it with 'cafile' or NODE_EXTRA_CA_CERTS.";

std::string address(const Url& url) { return fmt::format("{}:{}", url.host, url.port); }

std::string errno_name(long number) {
  const char* name = ::strerrorname_np(static_cast<int>(number));
  return name != nullptr && number != 0 ? name : "";
}

/// OpenSSL's verification results under the names that node gives them.
std::string certificate_code(long verify_result) {
  switch (verify_result) {
    case 9:
      return "CERT_NOT_YET_VALID";
    case 10:
      return "CERT_HAS_EXPIRED";
    case 18:
      return "DEPTH_ZERO_SELF_SIGNED_CERT";
    case 19:
      return "SELF_SIGNED_CERT_IN_CHAIN";
    case 20:
      return "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";
    case 21:
      return "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
    case 23:
      return "CERT_REVOKED";
    case 0:
    case 62:
      return "ERR_TLS_CERT_ALTNAME_INVALID";
    default:
      return "CERT_REJECTED";
  }
}

Error connect_error(const Url& url, const CurlFailure& failure) {
  std::string code = errno_name(failure.os_error);
  if (code.empty() || code == "EINPROGRESS") code = "ECONNREFUSED";
  return network_error(url, code, fmt::format("connect {} {}", code, address(url)));
}

Error cut_short(const Url& url, const CurlFailure& failure) {
  if (!failure.answered) return network_error(url, "ECONNRESET", "socket hang up");
  if (failure.announced != 0) {
    return network_error(url, "ECONNRESET",
                         fmt::format("the connection ended after {} of {} bytes", failure.received, failure.announced));
  }
  return network_error(url, "ECONNRESET", fmt::format("the connection ended early, after {} bytes", failure.received));
}

}  // namespace

Error network_error(const Url& url, std::string code, std::string_view reason) {
  const bool connectivity = code == "ECONNRESET" || code == "ENOTFOUND" || code == "ETIMEDOUT" ||
                            code == "ERR_SOCKET_TIMEOUT" || code == "ECONNREFUSED" || code == "EHOSTUNREACH" ||
                            code == "ENETUNREACH";
  return Error{
      std::move(code),
      fmt::format("request to {} failed, reason: {}", printable(redact(url.to_string())), printable(redact(reason))),
      connectivity ? std::string(kProxyHint) : std::string{},
      {},
      {}};
}

Error canceled(std::string_view url) {
  return Error{"ECANCELED", fmt::format("request to {} was given up", printable(redact(url))), {}, {}, {}};
}

Error too_large(const Url& url, std::uint64_t limit) {
  return Error{"EBADSIZE",
               fmt::format("content size at {} over limit: {}", printable(redact(url.to_string())), limit),
               {},
               {},
               {}};
}

Error integrity_error(const Integrity& wanted, const Integrity& got, std::uint64_t size) {
  const HashAlgorithm algorithm = wanted.strongest();
  const auto digest = [algorithm](const Integrity& integrity) {
    std::vector<std::string> texts;
    for (const auto& [kind, bytes] : integrity.digests()) {
      if (kind == algorithm) texts.push_back(Integrity::from_digest(kind, bytes).to_string());
    }
    return join(texts, ",");
  };
  return Error{"EINTEGRITY",
               fmt::format("{} integrity checksum failed when using {}: wanted {} but got {}. ({} bytes)",
                           wanted.to_string(), to_string(algorithm), digest(wanted), digest(got), size),
               "The tarball is not the one the lockfile or the registry vouches for. If the lockfile is out of date, "
               "remove its entry; otherwise treat the source as compromised.",
               {},
               {}};
}

Error curl_error(const Url& url, const CurlFailure& failure) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return network_error(url, "ENOTFOUND", fmt::format("getaddrinfo ENOTFOUND {}", url.host));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network_error(url, "ENOTFOUND", "getaddrinfo ENOTFOUND for the proxy");
    case CURLE_COULDNT_CONNECT:
      return connect_error(url, failure);
    case CURLE_OPERATION_TIMEDOUT:
      return network_error(url, "ETIMEDOUT", fmt::format("connect ETIMEDOUT {}", address(url)));
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return cut_short(url, failure);
    case CURLE_PEER_FAILED_VERIFICATION:
      return network_error(url, certificate_code(failure.verify_result), failure.message)
          .with_hint(std::string(kCertificateHint));
    case CURLE_SSL_CONNECT_ERROR:
      return network_error(url, failure.os_error == ECONNRESET ? "ECONNRESET" : "EPROTO", failure.message);
    case CURLE_UNSUPPORTED_PROTOCOL:
      return network_error(url, "EUNSUPPORTEDPROTOCOL", failure.message);
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return network_error(url, "ECERT", failure.message);
    default:
      return network_error(url, "EHTTP", failure.message);
  }
}

std::string_view standard_reason(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

}  // namespace hoist::fetcher
