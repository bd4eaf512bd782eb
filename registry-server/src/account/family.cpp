#include "account/family.hpp"

#include "hosted/responses.hpp"
#include "http/request_body.hpp"
#include "http/run_on.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxBody = 256U << 10U;

/// One more call under way, for as long as this lives.
class Count {
 public:
  explicit Count(std::atomic<int>& counter) : counter_(counter), value_(++counter) {}
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;
  ~Count() { --counter_; }
  [[nodiscard]] int value() const noexcept { return value_; }

 private:
  std::atomic<int>& counter_;
  int value_;
};

}  // namespace

boost::asio::awaitable<Response> AccountFamily::serve(const Request& message, BodyReader& body,
                                                      std::vector<std::string> segments, std::string_view query) {
  const Count count(waiting_);
  if (count.value() > kMaxWaiting) co_return response_for(Error{"E429", "too many logins at once", "1", {}, {}});
  const Result<std::string> text = co_await read_request_body(message, body, kMaxBody);
  if (!text) co_return response_for(text.error());
  // Views into the message stay good: it outlives the job, for which this coroutine waits.
  const ApiRequest request{.method = message.method,
                           .segments = std::move(segments),
                           .query = query,
                           .body = *text,
                           .credentials = {.method = message.method,
                                           .authorization = message.authorization,
                                           .otp = message.otp,
                                           .forwarded_for = message.forwarded_for,
                                           .peer_address = message.peer_address},
                           .user_agent = message.user_agent,
                           .content_type = message.content_type,
                           .origin = message.origin,
                           .base_url = base_url_};
  auto job = [this, &request]() -> Result<Response> { return api_.handle(request); };
  const Result<Response> response = co_await run_on(threads_, job);
  co_return response ? *response : response_for(response.error());
}

}  // namespace hoist::registry
