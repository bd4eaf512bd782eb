#include "../../../fetcher/src/curl_loop.hpp"

#include <boost/asio/post.hpp>

#include "support/catch.hpp"

using namespace hoist::fetcher;

TEST_CASE("CurlLoop: an expiry that is already queued does not touch a loop that is gone", "[http]") {
  const auto& api = curl_api();
  REQUIRE(api.has_value());
  boost::asio::io_context io{1};
  CURL* const easy = api->easy_init();
  api->easy_setopt(easy, CURLOPT_URL, "http://127.0.0.1:1/");
  bool done = false;
  auto loop = std::make_unique<CurlLoop>(io, *api, 8L, [&](CURL*, CURLcode) { done = true; });
  loop->add(easy);  // sets the timer to zero milliseconds
  // The first turn of the scheduler finds the timer expired and queues its handler behind this one, which ends the
  // loop: the order in which HttpClient stops when it is destroyed while a timer runs out.
  boost::asio::post(io, [&] {
    loop->remove(easy);
    loop.reset();
  });
  io.run();
  api->easy_cleanup(easy);
  CHECK_FALSE(done);
}
