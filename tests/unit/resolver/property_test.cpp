/// What must hold for every tree, on random registries.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "fake_registry.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/package/range.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

/// `count` packages in up to three majors that depend on later ones; some as peers, some optional. No circles: in dense
/// ones npm 12 itself leaves dependencies unmet, or never ends, and hoist follows it (tests/parity/tiny.mjs compares).
FakeRegistry random_registry(std::mt19937& random, int count) {
  FakeRegistry registry;
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto name = [](int i) { return "p" + std::to_string(i); };
  std::vector<int> majors;
  for (int i = 0; i < count; ++i) majors.push_back(1 + below(3));
  const auto add_to = [&](Json& manifest, int from, const char* kind, int most) {
    for (int n = from + 1 < count ? below(most + 1) : 0; n > 0; --n) {
      const int other = from + 1 + below(count - from - 1);
      const int major = 1 + below(majors[static_cast<std::size_t>(other)]);
      manifest[kind][name(other)] = (below(4) == 0 ? ">=" : "^") + std::to_string(major) + ".0.0";
    }
  };
  for (int i = 0; i < count; ++i)
    for (int major = 1; major <= majors[static_cast<std::size_t>(i)]; ++major)
      for (int minor = 0; minor < 2; ++minor) {
        Json manifest = Json::object();
        add_to(manifest, i, "dependencies", 3);
        if (below(4) == 0) add_to(manifest, i, "peerDependencies", 2);
        if (below(6) == 0) add_to(manifest, i, "optionalDependencies", 1);
        const std::string text = manifest.dump();
        registry.publish(fmt::format("{}@{}.{}.0", name(i), major, minor), text.substr(1, text.size() - 2));
      }
  return registry;
}

std::string random_manifest(std::mt19937& random, int count) {
  Json manifest{{"name", "root"}, {"version", "1.0.0"}};
  for (int n = 2 + static_cast<int>(random() % 4); n > 0; --n)
    manifest["dependencies"]["p" + std::to_string(random() % static_cast<unsigned>(count))] = "*";
  return manifest.dump();
}

/// Dependencies that are missing or of a wrong version; peers are reported apart, since npm lets some of them pass.
std::vector<std::string> broken_edges(const lockfile::Lockfile& lock, bool peers) {
  std::vector<std::string> out;
  for (const auto& [location, entry] : lock.packages)
    for (const lockfile::Edge& edge : lockfile::edges_out(lock, location, entry)) {
      if (edge.is_peer() != peers) continue;
      const bool optional =
          edge.kind == lockfile::Edge::Kind::kOptional || edge.kind == lockfile::Edge::Kind::kPeerOptional;
      if (edge.to == nullptr) {
        if (!optional) out.push_back(fmt::format("{} lacks {}@{}", location, edge.name, edge.spec));
        continue;
      }
      const lockfile::LockPackage* target = lockfile::link_target(lock, lock.packages.at(*edge.to));
      if (target == nullptr) {
        out.push_back(fmt::format("{} links to nothing for {}", location, edge.name));
        continue;
      }
      const std::string& version = target->manifest.version;
      if (!package::satisfies(version, edge.spec, {.loose = true, .include_prerelease = false}))
        out.push_back(fmt::format("{} has {}@{} for {}", location, edge.name, version, edge.spec));
    }
  return out;
}

/// Answers in an order of its own: a second thread takes any of the waiting requests.
class ShuffledSource final : public package::PackumentSource {
 public:
  ShuffledSource(FakeRegistry& registry, unsigned seed)
      : registry_(registry), random_(seed), worker_([this](const std::stop_token& stop) { work(stop); }) {}
  ~ShuffledSource() override {
    worker_.request_stop();
    wake_.notify_all();
  }
  ShuffledSource(const ShuffledSource&) = delete;
  ShuffledSource& operator=(const ShuffledSource&) = delete;

  void prefetch(const std::string& name) override {
    const std::scoped_lock lock(mutex_);
    if (answers_.contains(name) || std::find(waiting_.begin(), waiting_.end(), name) != waiting_.end()) return;
    waiting_.push_back(name);
    wake_.notify_all();
  }
  Result<std::shared_ptr<const package::Packument>> get(const std::string& name) override {
    prefetch(name);
    std::unique_lock lock(mutex_);
    ++blocked_;
    wake_.notify_all();
    wake_.wait(lock, [&] { return answers_.contains(name); });
    --blocked_;
    return answers_.at(name);
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
      // Only once somebody waits, so that as many requests as possible are there to choose from.
      wake_.wait(lock, [&] { return stop.stop_requested() || (blocked_ > 0 && !waiting_.empty()); });
      if (stop.stop_requested()) return;
      const std::size_t chosen = random_() % waiting_.size();
      const std::string name = waiting_[chosen];
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(chosen));
      answers_.emplace(name, registry_.get(name));
      wake_.notify_all();
    }
  }

  FakeRegistry& registry_;
  std::mt19937 random_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> waiting_;
  std::map<std::string, Result<std::shared_ptr<const package::Packument>>> answers_;
  int blocked_ = 0;
  std::jthread worker_;
};

}  // namespace

TEST_CASE("resolve: the placed tree satisfies every edge", "[resolver][property]") {
  int resolved = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    FakeRegistry registry = random_registry(random, 14);
    Project project(registry, random_manifest(random, 14));
    const bool relaxed = seed % 3 == 0;
    project.options.legacy_peer_deps = relaxed;
    const auto outcome = project.run();
    CAPTURE(seed);
    if (!outcome) {
      CHECK(outcome.error().code == "ERESOLVE");
      continue;
    }
    ++resolved;
    CHECK(broken_edges(outcome->lock, false) == std::vector<std::string>{});
    // A peer that does not fit is one that npm warns about.
    if (!relaxed && !project.reporter.contains("overriding peer dependency"))
      CHECK(broken_edges(outcome->lock, true) == std::vector<std::string>{});
    // What is in place needs nothing else: a second run changes nothing, unless a displacement left something over.
    // npm writes that into the lockfile as well, and only the next run prunes it.
    const bool leftovers = std::any_of(outcome->lock.packages.begin(), outcome->lock.packages.end(),
                                       [](const auto& entry) { return entry.second.extraneous; });
    if (leftovers) continue;
    const std::string once = lockfile::write_lockfile(outcome->lock, {});
    const auto again = project.run();
    REQUIRE(again);
    CHECK(lockfile::write_lockfile(again->lock, {}) == once);
  }
  CHECK(resolved > 60);
}

TEST_CASE("resolve: the order of answers decides nothing", "[resolver][property]") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::mt19937 random(seed * 7);
    FakeRegistry registry = random_registry(random, 30);
    const std::string manifest = random_manifest(random, 30);
    std::set<std::string> results;
    for (unsigned order = 0; order < 40; ++order) {
      ShuffledSource source(registry, order);
      Project project(source, manifest);
      project.options.force = true;
      const auto outcome = project.run();
      results.insert(outcome ? lockfile::write_lockfile(outcome->lock, {}) : outcome.error().message);
    }
    CAPTURE(seed);
    CHECK(results.size() == 1);
  }
}
