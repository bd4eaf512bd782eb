#include "blob_conformance.hpp"

#include <thread>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "support/catch.hpp"

namespace hoist::test {

using namespace registry;

std::string blob_key(std::string_view content) { return hex_encode(hash(HashAlgorithm::kSha512, content)); }

namespace {

std::string store_blob(BlobStore& store, std::string_view content) {
  const auto staged = store.stage();
  REQUIRE(staged);
  REQUIRE((*staged)->append(content.substr(0, content.size() / 2)));
  REQUIRE((*staged)->append(content.substr(content.size() / 2)));
  CHECK((*staged)->bytes() == content);
  REQUIRE((*staged)->commit(blob_key(content)));
  return blob_key(content);
}

std::vector<std::string> keys_of(BlobStore& store) {
  std::vector<std::string> keys;
  REQUIRE(store.for_each([&](const BlobInfo& info) -> Result<void> {
    keys.push_back(info.key);
    return {};
  }));
  return keys;
}

}  // namespace

void check_blob_store(const BlobStoreFactory& make) {
  const auto store = make();
  REQUIRE(store->check_ready());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{3} << 20U}) {
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + i / 251);
    const std::string key = store_blob(*store, content);
    const auto blob = store->open(key);
    REQUIRE(blob);
    CHECK((*blob)->size() == size);
    CHECK((*blob)->read(0, size + 10) == content);
    CHECK((*blob)->read(size / 3, 100) == content.substr(size / 3, 100));
    CHECK((*blob)->read(size, 1) == "");
    CHECK(store_blob(*store, content) == key);  // once more is fine
    REQUIRE(store->remove(key));
    CHECK((*blob)->read(0, size + 10) == content);  // an open one stays readable
    CHECK(store->open(key).error().code == "ENOENT");
    REQUIRE(store->remove(key));
  }
  // The same staged content can be stored once more after its removal.
  for (const std::size_t size : {std::size_t{100}, std::size_t{2} << 20U}) {
    const std::string content(size, 'r');
    const auto staged = store->stage();
    REQUIRE(staged);
    REQUIRE((*staged)->append(content));
    for (int i = 0; i < 3; ++i) {
      REQUIRE((*staged)->commit(blob_key(content)));
      CHECK((*store->open(blob_key(content)))->read(0, size + 1) == content);
      REQUIRE(store->remove(blob_key(content)));
    }
  }
  // What is not committed leaves nothing behind.
  {
    const auto staged = store->stage();
    REQUIRE(staged);
    REQUIRE((*staged)->append(std::string(2U << 20U, 'a')));
  }
  CHECK(keys_of(*store).empty());
  CHECK(store->remove_abandoned(Time::max()) == std::size_t{0});
  const std::string key = store_blob(*store, "kept");
  CHECK(keys_of(*store) == std::vector<std::string>{key});
  for (const auto* bad : {"", "..", "../../etc/passwd", "ABCD", "/"}) {
    INFO(bad);
    CHECK(store->open(bad).error().code == "EINVAL");
    CHECK(store->remove(bad).error().code == "EINVAL");
    const auto staged = store->stage();
    REQUIRE(staged);
    CHECK((*staged)->commit(bad).error().code == "EINVAL");
  }
}

void check_parallel_blob_writers(const BlobStoreFactory& make) {
  const auto store = make();
  const std::string content(200'000, 'c');
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 10; ++i) {
      writers.emplace_back([&] {
        auto staged = store->stage();
        if (staged && (*staged)->append(content) && (*staged)->commit(blob_key(content))) ++good;
      });
    }
  }
  CHECK(good == 10);
  CHECK((*store->open(blob_key(content)))->read(0, content.size()) == content);
}

}  // namespace hoist::test
