#include "../../../fetcher/src/metadata_cache.hpp"

#include <filesystem>
#include <thread>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::fetcher;
using std::chrono::seconds;

namespace {

const Clock::TimePoint kNow{std::chrono::sys_days(std::chrono::year(2026) / 1 / 15)};

CacheInfo info_of(const Headers& headers) {
  const auto info = cache_info("https://host/pkg", headers, kNow);
  REQUIRE(info);
  return *info;
}

CacheInfo sample() { return info_of({{"etag", "\"abc\""}, {"cache-control", "max-age=300"}}); }

std::filesystem::path only_file(const std::filesystem::path& folder) {
  std::filesystem::path found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    REQUIRE(found.empty());
    found = entry.path();
  }
  return found;
}

}  // namespace

TEST_CASE("cache_info: how long an answer is fresh", "[cache]") {
  CHECK(info_of({{"cache-control", "max-age=300"}}).lifetime == seconds(300));
  CHECK(info_of({{"Cache-Control", "public, max-age=\"60\""}}).lifetime == seconds(60));
  CHECK(info_of({{"cache-control", "max-age=300"}, {"age", "100"}}).lifetime == seconds(200));
  CHECK(info_of({{"cache-control", "max-age=300"}, {"age", "1000"}}).lifetime == seconds(0));
  CHECK(info_of({{"cache-control", "no-cache, max-age=300"}}).lifetime == seconds(0));
  CHECK(info_of({{"cache-control", "private"}}).lifetime == seconds(0));
  CHECK(info_of({{"cache-control", "max-age=99999999999999999999"}}).lifetime == seconds(365 * 24 * 3600));
  CHECK(info_of({{"cache-control", "max-age=-5"}}).lifetime == seconds(0));
  CHECK(info_of({{"etag", "\"x\""}}).lifetime == seconds(0));
  CHECK(info_of({}).lifetime == seconds(300));
  CHECK(info_of({{"last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"}}).lifetime == seconds(300));
  CHECK(info_of({{"expires", "Sun, 06 Nov 1994 08:50:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}}).lifetime ==
        seconds(60));
  CHECK(info_of({{"expires", "0"}}).lifetime == seconds(0));
  CHECK(info_of({{"cache-control", "must-revalidate, max-age=5"}}).must_revalidate);
  CHECK_FALSE(cache_info("https://h/", {{"cache-control", "no-store"}}, kNow).has_value());
}

TEST_CASE("cache_use: mode, age and the release-age limit decide", "[cache]") {
  const CacheInfo fresh = sample();
  const auto use = [](const CacheInfo& info, CacheMode mode, seconds age, std::optional<Clock::TimePoint> sound = {}) {
    return cache_use(info, mode, kNow + age, sound) == CacheUse::kUse;
  };
  CHECK(use(fresh, CacheMode::kDefault, seconds(299)));
  CHECK_FALSE(use(fresh, CacheMode::kDefault, seconds(300)));
  CHECK_FALSE(use(fresh, CacheMode::kDefault, seconds(-1)));
  CHECK_FALSE(use(fresh, CacheMode::kPreferOnline, seconds(1)));
  CHECK(use(fresh, CacheMode::kPreferOffline, seconds(100'000)));
  CHECK(use(fresh, CacheMode::kOffline, seconds(100'000)));
  CHECK(use(fresh, CacheMode::kDefault, seconds(3600), kNow - seconds(1)));
  CHECK_FALSE(use(fresh, CacheMode::kDefault, seconds(3600), kNow + seconds(1)));
  CacheInfo strict = fresh;
  strict.must_revalidate = true;
  CHECK_FALSE(use(strict, CacheMode::kDefault, seconds(1)));
}

TEST_CASE("revalidated: a 304 renews the date and what it mentions", "[cache]") {
  const CacheInfo old = sample();
  const auto later = kNow + seconds(1000);
  CHECK(revalidated(old, {}, later).fetched_at == later);
  CHECK(revalidated(old, {}, later).etag == "\"abc\"");
  CHECK(revalidated(old, {}, later).lifetime == seconds(300));
  CHECK(revalidated(old, {{"etag", "\"new\""}, {"cache-control", "max-age=7"}}, later).etag == "\"new\"");
  CHECK(revalidated(old, {{"etag", "\"new\""}, {"cache-control", "max-age=7"}}, later).lifetime == seconds(7));
}

TEST_CASE("MetadataCache: gives back what was stored, for that key only", "[cache]") {
  const test::TempDir folder;
  const MetadataCache cache(folder / "metadata-v1");
  const std::string key = MetadataCache::key("https://host/pkg", PackumentKind::kFull, "Bearer a");
  CHECK(key != MetadataCache::key("https://host/pkg", PackumentKind::kAbbreviated, "Bearer a"));
  CHECK(key != MetadataCache::key("https://host/pkg", PackumentKind::kFull, "Bearer b"));
  CHECK(key != MetadataCache::key("https://other/pkg", PackumentKind::kFull, "Bearer a"));
  CHECK_FALSE(cache.load(key));
  REQUIRE(cache.store(key, sample(), R"({"name":"pkg"})"));
  const auto entry = cache.load(key);
  REQUIRE(entry);
  CHECK(entry->body == R"({"name":"pkg"})");
  CHECK(entry->info == sample());
  CHECK((std::filesystem::status(folder / "metadata-v1" / key).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  REQUIRE(cache.store(key, sample(), "second"));
  CHECK(cache.load(key)->body == "second");
  cache.forget(key);
  CHECK_FALSE(cache.load(key));
}

TEST_CASE("MetadataCache: a touch renews the info and keeps the body", "[cache]") {
  const test::TempDir folder;
  const MetadataCache cache(folder.path());
  REQUIRE(cache.touch("missing", sample()));
  REQUIRE(cache.store("k", sample(), "body"));
  CacheInfo newer = sample();
  newer.etag = "\"" + std::string(300, 'e') + "\"";
  newer.fetched_at += seconds(5);
  REQUIRE(cache.touch("k", newer));
  CHECK(cache.load("k")->info == newer);
  CHECK(cache.load("k")->body == "body");
  newer.etag = std::string(2000, 'e');  // does not fit: the old info stays
  REQUIRE(cache.touch("k", newer));
  CHECK(cache.load("k")->body == "body");
  REQUIRE(cache.store("k", newer, "body"));  // a fresh file makes room
  CHECK(cache.load("k")->info == newer);
}

TEST_CASE("MetadataCache: any damage is a miss: every byte flipped, every length cut", "[cache][robustness]") {
  const test::TempDir folder;
  const MetadataCache cache(folder.path());
  REQUIRE(cache.store("k", sample(), "the body of a packument"));
  const std::filesystem::path file = only_file(folder.path());
  const std::string good = test::read_text(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    test::write_text(file, bad);
    const auto entry = cache.load("k");
    // Padding between info and body is the one place where damage does no harm.
    if (entry) {
      CHECK(entry->body == "the body of a packument");
      CHECK(entry->info == sample());
    }
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    test::write_text(file, good.substr(0, length));
    CHECK_FALSE(cache.load("k"));
  }
  test::write_text(file, good + "x");
  CHECK_FALSE(cache.load("k"));
}

TEST_CASE("MetadataCache: readers see whole entries while writers replace them", "[cache]") {
  const test::TempDir folder;
  const MetadataCache cache(folder.path());
  REQUIRE(cache.store("k", sample(), std::string(50'000, 'a')));
  bool whole = true;
  {
    std::jthread writer([&] {
      for (int i = 0; i < 100; ++i)
        (void)cache.store("k", sample(), std::string(50'000, static_cast<char>('a' + i % 26)));
    });
    for (int i = 0; i < 200; ++i) {
      const auto entry = cache.load("k");
      whole = whole && entry && entry->body == std::string(50'000, entry->body[0]);
    }
  }
  CHECK(whole);
  CHECK(only_file(folder.path()).filename() == "k");
}

TEST_CASE("MetadataCache: without a directory it stores and finds nothing", "[cache]") {
  const MetadataCache off{std::filesystem::path{}};
  REQUIRE(off.store("k", sample(), "x"));
  CHECK_FALSE(off.load("k"));
}
