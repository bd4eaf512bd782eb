// Guarantees 1, 2, 3, 43: the registry is killed at every place where it writes, one after the other; once as a process
// that dies, and once as a machine that loses its power and with it everything that was not synced.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hoist/base/integrity.hpp"
#include "hosted_fixture.hpp"
#include "operation/maintenance.hpp"
#include "storage/fault_point.hpp"
#include "storage/power_loss.hpp"
#include "storage/sqlite/database.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

/// The real time, and a bit more.
class LaterClock final : public Clock {
 public:
  explicit LaterClock(std::chrono::seconds later) : later_(later) {}
  TimePoint now() const override { return SystemClock().now() + later_; }

 private:
  std::chrono::seconds later_;
};

/// A storage with users alice and bob, and left@1.0.0 and 1.1.0.
void prepare(const std::filesystem::path& path) {
  HostedFixture fixture(path);
  for (const auto* name : {"alice", "bob"}) REQUIRE(fixture.storage().metadata().add_user({.name = name}));
  fixture.publish("left", "1.0.0");
  fixture.publish("left", "1.1.0");
}

/// Does something in a child that dies at the n-th write point. True when it got to its end alive.
bool survives(const std::filesystem::path& path, unsigned long crash_at, bool lose_power,
              const std::function<bool(HostedFixture&)>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (lose_power) registry::power_loss::arm();
    HostedFixture fixture(path);
    registry::plan_crash(crash_at);
    const bool worked = act(fixture);
    ::_exit(worked ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return false;
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return true;
}

void check_clean(HostedFixture& fixture) {
  const auto report = registry::verify_storage(fixture.storage());
  REQUIRE(report);
  INFO((report->damage.empty() ? "" : report->damage.front()));
  CHECK(report->damage.empty());
}

/// Kills `act`, in either way, at its first, second, … write point, each time on a fresh storage, until it survives;
/// `check` looks at what is left, is told whether the act was answered, and says whether its effect is there: from some
/// point on it always is.
unsigned long kill_everywhere(const std::function<bool(HostedFixture&)>& act,
                              const std::function<bool(HostedFixture&, bool answered)>& check) {
  const bool lose_power = GENERATE(false, true);
  bool was_visible = false;
  for (unsigned long at = 1;; ++at) {
    INFO((lose_power ? "without power" : "killed") << " at write point " << at);
    const TempDir folder;
    prepare(folder / "s");
    const bool answered = survives(folder / "s", at, lose_power, act);
    HostedFixture after(folder / "s");
    check_clean(after);
    const bool visible = check(after, answered);
    check_clean(after);
    if (was_visible) CHECK(visible);
    if (answered) {
      CHECK(visible);
      CHECK(was_visible);  // the last write point comes after the commit
      return at - 1;
    }
    was_visible = visible;
    REQUIRE(at < 1000);
  }
}

bool publish_new(HostedFixture& fixture) {
  return fixture
             .ask({.method = "PUT",
                   .target = "/left",
                   .user = "alice",
                   .body = publish_document("left", "2.0.0").dump()})
             .status == 201;
}

}  // namespace

TEST_CASE("Durability: the imitated power failure takes exactly what was not synced", "[registry][durability]") {
  for (const bool synced : {true, false}) {
    const TempDir folder;
    const std::string path = (folder / "x.db").string();
    const pid_t child = ::fork();
    if (child == 0) {
      registry::power_loss::arm();
      const auto database = registry::sqlite::Database::open(path, registry::sqlite::Database::Mode::kCreate);
      if (!database || !(*database)->run_script("CREATE TABLE t(x); INSERT INTO t VALUES(1)")) ::_exit(1);
      if (!synced && !(*database)->run_script("PRAGMA synchronous=OFF")) ::_exit(1);
      if (!(*database)->run_script("INSERT INTO t VALUES(2)")) ::_exit(1);
      registry::power_loss::cut();
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == 0);
    const auto after = registry::sqlite::Database::open(path, registry::sqlite::Database::Mode::kReadWrite);
    REQUIRE(after);
    const auto rows = (*after)->integer("SELECT count(*) FROM t");
    REQUIRE(rows);
    CHECK(rows->value_or(0) == (synced ? 2 : 1));
  }
}

TEST_CASE("Durability 4: a publish on a full disk says so, harms nothing, and works once there is room",
          "[registry][durability]") {
  const TempDir folder;
  prepare(folder / "s");
  const pid_t child = ::fork();
  if (child == 0) {
    registry::power_loss::arm();
    HostedFixture fixture(folder / "s");
    // 1 to 99: which expectation failed; 0: none, and the last publish had room from its beginning.
    const auto run = [&] {
      for (unsigned long write = 1; write < 1000; ++write) {
        const std::string version = fmt::format("3.0.{}", write);
        const std::string body = publish_document("left", version).dump();
        registry::power_loss::fill_disk_at(write);
        const auto full = fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = body});
        registry::power_loss::fill_disk_at(0);
        if (full.status == 201) return write > 3 ? 0 : 1;
        if (full.status != 507 || full.json()["error"].get<std::string>().empty()) return 2;
        const Json document = fixture.packument("left");
        if (document["versions"].contains(version) || !document["versions"].contains("1.1.0")) return 3;
        if (fixture.get("/left/-/left-1.1.0.tgz").body != make_tarball("left", "1.1.0")) return 4;
        if (fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = body}).status != 201) return 5;
        if (fixture.get(fmt::format("/left/-/left-{}.tgz", version)).body != make_tarball("left", version)) return 6;
        if (const auto report = registry::verify_storage(fixture.storage()); !report || !report->damage.empty())
          return 7;
      }
      return 8;
    };
    ::_exit(run());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("Durability 1, 2: a publish that is killed anywhere is there completely or not at all, and can be repeated",
          "[registry][durability]") {
  const auto points = kill_everywhere(publish_new, [](HostedFixture& after, bool answered) {
    const Json document = after.packument("left");
    const bool is_there = document["versions"].contains("2.0.0");
    if (answered) CHECK(is_there);
    CHECK(document["versions"].size() == (is_there ? 3 : 2));
    CHECK((document["dist-tags"]["latest"] == "2.0.0") == is_there);
    CHECK((after.get("/left/-/left-2.0.0.tgz").status == 200) == is_there);
    CHECK(publish_new(after));
    const std::string tarball = after.get("/left/-/left-2.0.0.tgz").body;
    CHECK(tarball == make_tarball("left", "2.0.0"));
    CHECK(after.get("/left/-/left-1.0.0.tgz").status == 200);
    // What the crash left of the upload is garbage, and the rest is not.
    const auto report =
        registry::collect_garbage(after.storage(), {.grace = std::chrono::seconds(-3600)}, SystemClock());
    REQUIRE(report);
    CHECK(report->blobs == 0);
    CHECK(after.get("/left/-/left-2.0.0.tgz").body == tarball);
    return is_there;
  });
  // Creating, syncing, renaming and syncing the blob, and both sides of the commit.
  CHECK(points >= 8);
}

TEST_CASE("Durability 2: the first version of a package is there with its package or neither is",
          "[registry][durability]") {
  const auto publish_first = [](HostedFixture& fixture) {
    return fixture
               .ask({.method = "PUT",
                     .target = "/fresh",
                     .user = "bob",
                     .body = publish_document("fresh", "1.0.0").dump()})
               .status == 201;
  };
  kill_everywhere(publish_first, [&](HostedFixture& after, bool answered) {
    const auto answer = after.get("/fresh");
    CHECK((answer.status == 200 || (answer.status == 404 && !answered)));
    if (answer.status == 200) CHECK(answer.json()["maintainers"][0]["name"] == "bob");
    CHECK(publish_first(after));
    return answer.status == 200;
  });
}

TEST_CASE("Durability 43: an unpublish that is killed anywhere has removed the version or not, and never a half",
          "[registry][durability]") {
  const auto unpublish = [](HostedFixture& fixture) {
    Json document = fixture.packument("left");
    document["versions"].erase("1.1.0");
    const std::string rev = document["_rev"];
    return fixture.ask({.method = "PUT", .target = "/left/-rev/" + rev, .user = "alice", .body = document.dump()})
               .status == 201;
  };
  const auto points = kill_everywhere(unpublish, [](HostedFixture& after, bool answered) {
    const Json document = after.packument("left");
    const bool is_there = document["versions"].contains("1.1.0");
    if (answered) CHECK_FALSE(is_there);
    CHECK(document["dist-tags"]["latest"] == (is_there ? "1.1.0" : "1.0.0"));
    CHECK((after.get("/left/-/left-1.1.0.tgz").status == 200) == is_there);
    // Publishing other content under that number is refused either way.
    const auto again = after.ask({.method = "PUT",
                                  .target = "/left",
                                  .user = "alice",
                                  .body = publish_document("left", "1.1.0", {{"x", 1}}).dump()});
    CHECK(again.status == 409);
    return !is_there;
  });
  CHECK(points >= 2);
}

TEST_CASE("Durability: a collection that is killed anywhere loses nothing that is referred to",
          "[registry][durability]") {
  const auto collect = [](HostedFixture& fixture) {
    const Json document = fixture.packument("left");
    const std::string rev = document["_rev"];
    Json kept = document;
    kept["versions"].erase("1.0.0");
    const auto answer =
        fixture.ask({.method = "PUT", .target = "/left/-rev/" + rev, .user = "alice", .body = kept.dump()});
    const auto report = registry::collect_garbage(fixture.storage(), {}, LaterClock(std::chrono::hours(2)));
    return answer.status == 201 && report && report->blobs == 1;
  };
  kill_everywhere(collect, [](HostedFixture& after, bool answered) {
    REQUIRE(registry::collect_garbage(after.storage(), {}, LaterClock(std::chrono::hours(3))));
    CHECK(after.get("/left/-/left-1.1.0.tgz").body == make_tarball("left", "1.1.0"));
    const bool is_there = after.packument("left")["versions"].contains("1.0.0");
    if (answered) CHECK_FALSE(is_there);
    CHECK((after.get("/left/-/left-1.0.0.tgz").status == 200) == is_there);
    // The same content can come back.
    if (!is_there) after.publish("left", "1.0.0");
    CHECK(after.get("/left/-/left-1.0.0.tgz").body == make_tarball("left", "1.0.0"));
    return !is_there;
  });
}
