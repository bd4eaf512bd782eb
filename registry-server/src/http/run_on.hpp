#pragma once
/// Blocking work from a coroutine. Private: includes Asio.

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "hoist/base/result.hpp"
#include "hoist/base/thread_pool.hpp"

namespace hoist::registry {

/// Runs `work`, which returns a Result, on the pool, and resumes the caller on its own thread. An exception (a bug, or
/// no memory) becomes E500. What `work` refers to must outlive it, even when the caller's connection ends.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_on(ThreadPool& pool, Work work) {
  using Answer = std::invoke_result_t<Work&>;
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto start = [&pool, &work, executor](auto handler) {
    pool.post([handler = std::move(handler), work = std::move(work),
               guard = boost::asio::make_work_guard(executor)]() mutable {
      const auto run = [&]() -> Answer {
        try {
          return work();
        } catch (const std::exception& failure) {
          return fail("E500", failure.what());
        }
      };
      Answer answer = run();
      boost::asio::post(guard.get_executor(), [handler = std::move(handler), answer = std::move(answer)]() mutable {
        std::move(handler)(std::move(answer));
      });
    });
  };
  Answer answer = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Answer)>(
      start, boost::asio::use_awaitable);
  co_return answer;
}

}  // namespace hoist::registry
