// Guarantee 55: backup, restore, verify and gc, on a storage that is in use.
#include "operation/maintenance.hpp"

#include <thread>

#include "blob_conformance.hpp"
#include "hosted_fixture.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;
using namespace hoist::registry;

namespace {

/// The real time, and a bit more.
class LaterClock final : public Clock {
 public:
  explicit LaterClock(std::chrono::seconds later) : later_(later) {}
  TimePoint now() const override { return SystemClock().now() + later_; }

 private:
  std::chrono::seconds later_;
};

}  // namespace

TEST_CASE("Maintenance 55: a backup taken under load restores to a consistent point", "[registry][operation]") {
  HostedFixture fixture;
  fixture.publish("left", "0.0.0");
  const TempDir folder;
  std::atomic<int> published{0};
  {
    const std::jthread writer([&](const std::stop_token& asked) {
      for (int i = 1; !asked.stop_requested() && i < 5000; ++i) {
        fixture.publish("left", fmt::format("0.0.{}", i));
        published = i;
      }
    });
    while (published < 5) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) {
      INFO("backup " << i);
      const int before = published;
      const auto made = back_up(fixture.storage(), folder / std::to_string(i));
      CHECK(made);
      const auto restored = restore_backup(folder / std::to_string(i), folder / ("restored" + std::to_string(i)));
      REQUIRE(restored);
      CHECK(restored->damage.empty());
      CHECK(restored->versions >= static_cast<std::size_t>(before) + 1);
      CHECK(restored->versions == restored->blobs);
    }
  }
  HostedFixture copy(folder / "restored0");
  CHECK(copy.get("/left/-/left-0.0.1.tgz").body == make_tarball("left", "0.0.1"));
  CHECK(copy.get("/left/0.0.1").json()["dist"]["signatures"][0]["keyid"] ==
        copy.get("/-/npm/v1/keys").json()["keys"][0]["keyid"]);
  // Neither goes over something that is there.
  CHECK(back_up(fixture.storage(), folder / "0").error().code == "EEXIST");
  CHECK(restore_backup(folder / "0", folder / "restored0").error().code == "EEXIST");
  CHECK(restore_backup(folder / "nowhere", folder / "x").error().code == "ENOENT");
}

TEST_CASE("Maintenance: verify finds content that is missing, cut or changed", "[registry][operation]") {
  for (const int damage : {0, 1, 2, 3}) {
    HostedFixture fixture;
    fixture.publish("left", "1.0.0");
    const std::string key = blob_key(make_tarball("left", "1.0.0"));
    const auto path = fixture.storage().directory() / "blobs" / key.substr(0, 2) / key.substr(2);
    if (damage == 1) std::filesystem::remove(path);
    if (damage == 2) std::filesystem::resize_file(path, 10);
    if (damage == 3) {
      std::string content = make_tarball("left", "1.0.0");
      content[30] ^= 1;
      write_text(path, content);
    }
    const auto report = verify_storage(fixture.storage());
    REQUIRE(report);
    CHECK(report->packages == 1);
    CHECK(report->versions == 1);
    CHECK(report->damage.size() == (damage == 0 ? 0 : 1));
    // Damage is an error, and never other bytes than were promised.
    if (damage == 1 || damage == 2) CHECK(fixture.get("/left/-/left-1.0.0.tgz").status == 500);
  }
}

TEST_CASE("Maintenance: gc removes what no version refers to, and waits for what is young", "[registry][operation]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  fixture.publish("left", "1.1.0");
  fixture.publish("copy", "1.0.0");
  Json document = fixture.packument("left");
  document["versions"].erase("1.1.0");
  REQUIRE(fixture
              .ask({.method = "PUT",
                    .target = "/left/-rev/" + document["_rev"].get<std::string>(),
                    .user = "alice",
                    .body = document.dump()})
              .status == 201);
  CHECK(collect_garbage(fixture.storage(), {}, SystemClock())->blobs == 0);
  CHECK(collect_garbage(fixture.storage(), {.dry_run = true}, LaterClock(std::chrono::hours(2)))->blobs == 1);
  CHECK(collect_garbage(fixture.storage(), {}, LaterClock(std::chrono::hours(2)))->blobs == 1);
  CHECK(collect_garbage(fixture.storage(), {}, LaterClock(std::chrono::hours(2)))->blobs == 0);
  CHECK(verify_storage(fixture.storage())->damage.empty());
  fixture.publish("left", "1.1.0");
  CHECK(fixture.get("/left/-/left-1.1.0.tgz").status == 200);
}

TEST_CASE("Maintenance 55: a collection beside publishes never takes what one of them was promised",
          "[registry][operation][race]") {
  HostedFixture fixture;
  // The collector believes that everything is old: only the metadata protects what is referred to.
  std::atomic<int> failed{0};
  std::jthread collector([&](const std::stop_token& asked) {
    while (!asked.stop_requested()) {
      if (!collect_garbage(fixture.storage(), {}, LaterClock(std::chrono::hours(2)))) ++failed;
    }
  });
  int retried = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string version = fmt::format("1.0.{}", i);
    const std::string body = publish_document("left", version).dump();
    int status = 0;
    for (int attempt = 0; attempt < 200 && status != 201; ++attempt) {
      status = fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = body}).status;
      if (status == 503) ++retried;
      if (status != 503 && status != 201) break;
    }
    REQUIRE(status == 201);
    REQUIRE(fixture.get(fmt::format("/left/-/left-{}.tgz", version)).body == make_tarball("left", version));
  }
  collector.request_stop();
  collector.join();
  CHECK(failed == 0);
  INFO(retried << " publishes met a collection");
  CHECK(verify_storage(fixture.storage())->damage.empty());
}
