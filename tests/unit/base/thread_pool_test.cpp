#include "hoist/base/thread_pool.hpp"

#include <atomic>

#include "hoist/base/once_map.hpp"
#include "support/catch.hpp"

using namespace hoist;

TEST_CASE("ThreadPool: runs every job before it is gone, those posted by jobs too", "[thread_pool]") {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 100; ++i) {
      pool.post([&ran, &pool] {
        ++ran;
        pool.post([&ran] { ++ran; });
      });
    }
  }
  CHECK(ran == 200);
}

TEST_CASE("ThreadPool: one thread keeps the order", "[thread_pool]") {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 50; ++i) pool.post([&order, i] { order.push_back(i); });
  }
  REQUIRE(order.size() == 50);
  CHECK(std::ranges::is_sorted(order));
}

TEST_CASE("ThreadPool: uses as many threads as it may", "[thread_pool]") {
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  ThreadPool pool(4);
  for (int i = 0; i < 4; ++i) {
    pool.post([&] {
      // Ends only when all four run at the same time.
      std::unique_lock lock(mutex);
      if (++here == 4) all_here.notify_all();
      all_here.wait(lock, [&] { return here == 4; });
    });
  }
}

TEST_CASE("OnceMap: one claim per key, the same answer for all who wait", "[once_map]") {
  OnceMap<std::string, int> map;
  CHECK(map.claim("a"));
  CHECK_FALSE(map.claim("a"));
  CHECK(map.claim("b"));
  CHECK_FALSE(map.ready("a"));
  std::atomic<int> sum = 0;
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < 4; ++i) waiting.emplace_back([&] { sum += map.get("a"); });
    map.complete("a", 7);
  }
  CHECK(sum == 28);
  CHECK(map.ready("a"));
  CHECK_FALSE(map.ready("unknown"));
}
