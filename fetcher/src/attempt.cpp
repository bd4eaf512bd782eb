#include "attempt.hpp"

#include <charconv>

#include "hoist/base/text.hpp"
#include "network_error.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256U << 10U;
/// Bodies of redirects and errors: enough for a registry's explanation, not for an attack.
constexpr std::size_t kMaxErrorBody = 1U << 20U;
/// Upper bound of a reservation made because a server announces a length.
constexpr std::uint64_t kMaxUntrustedReserve = 64ULL << 20U;

std::uint64_t content_length(const Headers& headers) {
  const std::string_view text = headers.get("content-length");
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Attempt::Attempt(const AttemptContext& context, CURL* easy, const HttpRequest& request, const Url& url,
                 const Headers& headers, void* tag)
    : context_(context), easy_(easy), request_(request), url_(url) {
  set_up(tag);
  set_method();
  set_headers(headers);
  set_proxy();
  set_tls();
}

Attempt::~Attempt() { context_.api.slist_free_all(header_list_); }

void Attempt::set_blob(CURLoption option, const std::string& bytes) {
  curl_blob blob{const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
  set(option, &blob);
}

void Attempt::set_up(void* tag) {
  set(CURLOPT_URL, url_.request_url().c_str());
  set(CURLOPT_PRIVATE, tag);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_ERRORBUFFER, curl_message_.data());
  set(CURLOPT_HEADERFUNCTION, &Attempt::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &Attempt::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_BUFFERSIZE, 128L << 10U);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  // The client's own watch over silence decides; curl's default of 300 s must not come first.
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(context_.options.fetch_timeout.count() * 2));
  set(CURLOPT_HTTP_VERSION, static_cast<long>(context_.options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // Rather wait for a handshake that may bring HTTP/2 than open one connection per request.
  if (context_.options.http2 && url_.scheme == "https") set(CURLOPT_PIPEWAIT, 1L);
  if (!context_.options.local_address.empty())
    set(CURLOPT_INTERFACE, ("host!" + context_.options.local_address).c_str());
}

void Attempt::set_method() {
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  // curl sends a request again by itself when a kept connection turns out to be dead; a POST must never go twice.
  if (request_.method == "POST") set(CURLOPT_FRESH_CONNECT, 1L);
  if (request_.method != "GET" || !request_.body.empty()) set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void Attempt::set_headers(const Headers& headers) {
  const auto append = [this](const std::string& line) {
    header_list_ = context_.api.slist_append(header_list_, line.c_str());
  };
  for (const auto& [name, value] : headers.fields()) {
    // curl spells an empty value with a semicolon; `name:` would remove the field.
    append(value.empty() ? name + ";" : name + ": " + value);
  }
  if (headers.find("accept") == nullptr) append("Accept: */*");
  if (headers.find("accept-encoding") == nullptr) {
    append(request_.accept_gzip && !request_.on_body ? "Accept-Encoding: gzip" : "Accept-Encoding: identity");
  }
  if (headers.find("content-type") == nullptr) append("Content-Type:");
  append("Expect:");  // a round trip that no registry needs
  set(CURLOPT_HTTPHEADER, header_list_);
}

void Attempt::set_tls() {
  const long verify = context_.tls.verify ? 1L : 0L;
  set(CURLOPT_SSL_VERIFYPEER, verify);
  set(CURLOPT_SSL_VERIFYHOST, verify * 2);
  set(CURLOPT_PROXY_SSL_VERIFYPEER, verify);
  set(CURLOPT_PROXY_SSL_VERIFYHOST, verify * 2);
  if (!context_.tls.ca_pem.empty()) {
    set_blob(CURLOPT_CAINFO_BLOB, context_.tls.ca_pem);
    set_blob(CURLOPT_PROXY_CAINFO_BLOB, context_.tls.ca_pem);
    if (context_.tls.replaces_system) {
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
      set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
    }
  }
  const bool own = request_.client_certificate.has_value();
  const std::string& cert = own ? request_.client_certificate->cert : context_.tls.cert_pem;
  const std::string& key = own ? request_.client_certificate->key : context_.tls.key_pem;
  if (cert.empty() || key.empty()) return;
  set(CURLOPT_SSLCERTTYPE, "PEM");
  set(CURLOPT_SSLKEYTYPE, "PEM");
  set_blob(CURLOPT_SSLCERT_BLOB, cert);
  set_blob(CURLOPT_SSLKEY_BLOB, key);
}

void Attempt::set_proxy() {
  // Always set, an empty text too: curl would otherwise read the environment by rules of its own.
  set(CURLOPT_PROXY, choose_proxy(url_.request_url(), context_.options.proxy).c_str());
  set(CURLOPT_NOPROXY, "");
}

std::size_t Attempt::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Attempt*>(self)->take_header({data, size * count}) ? size * count : 0;
}

std::size_t Attempt::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Attempt*>(self)->take_body({data, size * count}) ? size * count : 0;
}

bool Attempt::take_status(std::string_view line) {
  response_ = {};
  head_done_ = false;
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return true;  // curl has checked it already
  multiplexed_ = line.starts_with("HTTP/2");
  const std::string_view rest = trim(line.substr(space + 1));
  std::from_chars(rest.data(), rest.data() + rest.size(), response_.status);
  if (rest.size() > 4) response_.reason = printable(rest.substr(4));
  if (response_.reason.empty()) response_.reason = standard_reason(response_.status);
  return true;
}

bool Attempt::take_header(std::string_view line) {
  last_activity_ = std::chrono::steady_clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    refusal_ = Error{
        "EBADSIZE", fmt::format("headers at {} over limit: {}", redact(url_.to_string()), kMaxHeaderBytes), {}, {}, {}};
    return false;
  }
  if (line.starts_with("HTTP/")) return take_status(line);
  if (head_done_) return true;  // trailers
  line = trim(line);
  if (line.empty()) return response_.status < 200 || head_complete();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  return true;
}

bool Attempt::head_complete() {
  head_done_ = true;
  response_.url = url_.to_string();
  if (!response_.ok()) return true;
  const std::uint64_t length = request_.method == "HEAD" ? 0 : content_length(response_.headers);
  if (length > request_.max_body) {
    refusal_ = too_large(url_, request_.max_body);
    return false;
  }
  std::vector<HashAlgorithm> algorithms = request_.hash;
  if (request_.expected && std::ranges::find(algorithms, request_.expected->strongest()) == algorithms.end()) {
    algorithms.push_back(request_.expected->strongest());
  }
  for (const HashAlgorithm algorithm : algorithms) hashers_.emplace_back(algorithm);
  if (request_.on_head) request_.on_head(response_);
  if (!request_.on_body) response_.body.reserve(std::min(length, kMaxUntrustedReserve));
  return true;
}

bool Attempt::take_body(std::string_view piece) {
  last_activity_ = std::chrono::steady_clock::now();
  response_.body_size += piece.size();
  if (!response_.ok()) {
    response_.body.append(piece.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, response_.body.size())));
    return true;
  }
  if (response_.body_size > request_.max_body) {
    refusal_ = too_large(url_, request_.max_body);
    return false;
  }
  for (Hasher& hasher : hashers_) hasher.update(piece);
  if (!request_.on_body) {
    response_.body.append(piece);
    return true;
  }
  streamed_ = true;
  if (request_.on_body(piece)) return true;
  refusal_ = canceled(url_.to_string());
  return false;
}

Result<HttpResponse> Attempt::finish(CURLcode code) {
  if (refusal_) return std::unexpected(*std::move(refusal_));
  if (code != CURLE_OK) return std::unexpected(translate(code));
  if (!head_done_) return std::unexpected(network_error(url_, "ECONNRESET", "socket hang up"));
  HOIST_CHECK(check_integrity());
  return std::move(response_);
}

Result<void> Attempt::check_integrity() {
  if (!response_.ok() || hashers_.empty()) return {};
  std::vector<std::string> digests;
  for (Hasher& hasher : hashers_) {
    const HashAlgorithm algorithm = hasher.algorithm();
    digests.push_back(Integrity::from_digest(algorithm, hasher.finish()).to_string());
  }
  HOIST_TRY(Integrity actual, Integrity::parse(join(digests, " ")));
  if (request_.expected && !request_.expected->matches(actual)) {
    return std::unexpected(integrity_error(*request_.expected, actual, response_.body_size));
  }
  response_.integrity = std::move(actual);
  return {};
}

Error Attempt::translate(CURLcode code) {
  CurlFailure failure{code,      0, 0, curl_message_.data(), response_.body_size, content_length(response_.headers),
                      answered()};
  context_.api.easy_getinfo(easy_, CURLINFO_OS_ERRNO, &failure.os_error);
  context_.api.easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
  if (failure.message.empty()) failure.message = context_.api.easy_strerror(code);
  return curl_error(url_, failure);
}

}  // namespace hoist::fetcher
