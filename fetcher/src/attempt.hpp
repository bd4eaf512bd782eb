#pragma once
/// One try at a request: a libcurl handle set up, its answer gathered, its failure translated.

#include <array>
#include <chrono>

#include "curl_api.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/http_client.hpp"
#include "tls_material.hpp"

namespace hoist::fetcher {

/// What an attempt needs besides the request; all of it outlives the attempt.
struct AttemptContext {
  const CurlApi& api;
  const HttpOptions& options;
  const TlsMaterial& tls;
};

/// Belongs to the I/O thread. The handle must have left the multi handle before the attempt is destroyed.
class Attempt {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `request`, `url` and `headers` outlive the attempt.
  Attempt(const AttemptContext& context, CURL* easy, const HttpRequest& request, const Url& url, const Headers& headers,
          void* tag);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  [[nodiscard]] CURL* handle() const noexcept { return easy_; }
  [[nodiscard]] Time last_activity() const noexcept { return last_activity_; }
  [[nodiscard]] bool answered() const noexcept { return response_.status != 0; }
  [[nodiscard]] bool streamed() const noexcept { return streamed_; }
  [[nodiscard]] bool multiplexed() const noexcept { return multiplexed_; }

  /// The answer once curl is done with the handle; the attempt holds nothing afterwards.
  [[nodiscard]] Result<HttpResponse> finish(CURLcode code);

 private:
  void set_up(void* tag);
  void set_method();
  void set_headers(const Headers& headers);
  void set_tls();
  void set_proxy();
  template <class Value>
  void set(CURLoption option, Value value) {
    context_.api.easy_setopt(easy_, option, value);
  }
  void set_blob(CURLoption option, const std::string& bytes);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  bool take_header(std::string_view line);
  bool take_status(std::string_view line);
  bool head_complete();
  bool take_body(std::string_view piece);
  Error translate(CURLcode code);
  Result<void> check_integrity();

  AttemptContext context_;
  CURL* easy_;
  const HttpRequest& request_;
  const Url& url_;
  curl_slist* header_list_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> curl_message_{};
  HttpResponse response_;
  std::vector<Hasher> hashers_;
  std::optional<Error> refusal_;  ///< why a callback stopped the transfer
  std::size_t header_bytes_ = 0;
  bool head_done_ = false;
  bool streamed_ = false;  ///< pieces have gone to HttpRequest::on_body
  bool multiplexed_ = false;
  Time last_activity_ = std::chrono::steady_clock::now();
};

}  // namespace hoist::fetcher
