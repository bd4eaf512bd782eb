#pragma once
/// Waiting, in a coroutine, for a callback from another thread. Private: includes Asio.

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace hoist::registry {

/// Suspends until the function that `start` is given has been called, on whichever thread, and resumes on the
/// coroutine's own executor with the value. It must be called exactly once.
template <class Value, class Start>
boost::asio::awaitable<Value> await_callback(Start start) {
  namespace asio = boost::asio;
  auto initiate = [](auto handler, Start begin) {
    auto executor = asio::get_associated_executor(handler);
    // The loop must not end while the answer is on its way from another thread.
    auto work = asio::make_work_guard(executor);
    // Copyable, since callbacks may be: a handler is not.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    begin([shared, executor, work = std::move(work)](Value value) mutable {
      asio::post(executor,
                 [shared, held = std::move(value), guard = std::move(work)]() mutable { (*shared)(std::move(held)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Value)>(initiate, asio::use_awaitable,
                                                                                      std::move(start));
}

}  // namespace hoist::registry
