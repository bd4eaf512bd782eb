#include "metadata_conformance.hpp"

#include <thread>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "support/catch.hpp"

namespace hoist::test {

using namespace registry;

namespace {

constexpr Time kNow{std::chrono::milliseconds(1'700'000'000'123)};

template <class T>
T value(Result<T> result) {
  if (!result) FAIL(result.error().code << " " << result.error().message);
  return *std::move(result);
}
void ok(const Result<void>& result) {
  if (!result) FAIL(result.error().code << " " << result.error().message);
}
std::string code(const auto& result) { return result ? "" : result.error().code; }

PackageSnapshot snapshot_of(MetadataStore& store, const std::string& name) {
  const auto loaded = value(store.load_package(name));
  REQUIRE(loaded);
  return *loaded;
}

}  // namespace

PublishCommand publish_command(const std::string& name, const std::string& version, const std::string& content) {
  PublishCommand command{.package = name, .tags = {{"latest", version}}, .search_text = "some words", .now = kNow};
  command.version.version = version;
  command.version.manifest = R"({"name":"x"})";
  command.version.file_name = name.substr(name.find('/') + 1) + "-" + version + ".tgz";
  const std::string digest = hash(HashAlgorithm::kSha512, content);
  command.version.blob = hex_encode(digest);
  command.version.integrity = Integrity::from_digest(HashAlgorithm::kSha512, digest).to_string();
  command.version.shasum = hex_encode(hash(HashAlgorithm::kSha1, content));
  command.version.size = content.size();
  command.version.publisher = "alice";
  command.version.published = kNow;
  return command;
}

void check_publishing(const MetadataStoreFactory& make) {
  const auto store = make();
  CHECK_FALSE(value(store->load_package("left")));
  auto command = publish_command("left", "1.0.0");
  command.version.signatures = {{"SHA256:k", "c2ln"}};
  command.version.readme = "# left";
  command.version.readme_filename = "README.md";
  command.version.has_install_script = true;
  command.attestations = R"([{"a":1}])";
  command.tags = {{"next", "1.0.0"}};
  const auto published = value(store->publish(command));
  CHECK(published.outcome == PublishOutcome::kCreated);

  PackageSnapshot left = snapshot_of(*store, "left");
  CHECK(left.package.revision == published.revision);
  CHECK(left.package.modified == kNow);
  REQUIRE(left.versions.size() == 1);
  CHECK(left.versions[0] == command.version);
  CHECK(left.tags == std::map<std::string, std::string, std::less<>>{{"latest", "1.0.0"}, {"next", "1.0.0"}});
  CHECK(left.maintainers == std::vector<MaintainerRow>{{"alice", ""}});
  CHECK(value(store->find_attestations("left", "1.0.0")) == command.attestations);

  // A retry finds itself, other bytes or another user are a conflict, and neither changes anything.
  CHECK(value(store->publish(command)).outcome == PublishOutcome::kAlreadyThere);
  CHECK(code(store->publish(publish_command("left", "1.0.0", "other"))) == "E409");
  auto by_bob = command;
  by_bob.version.publisher = "bob";
  CHECK(code(store->publish(by_bob)) == "E409");
  CHECK(snapshot_of(*store, "left").package.revision == published.revision);

  // The next version moves the dates even within the same millisecond, and only asks for the tag it names.
  auto beta = publish_command("left", "2.0.0-beta.1", "beta");
  beta.tags = {{"beta", "2.0.0-beta.1"}};
  value(store->publish(beta));
  const PackageSnapshot after = snapshot_of(*store, "left");
  CHECK(after.package.revision > left.package.revision);
  CHECK(after.package.modified > left.package.modified);
  CHECK(after.package.touched > left.package.touched);
  CHECK(after.tags.at("latest") == "1.0.0");
  CHECK(after.versions[0].readme == "# left");
  CHECK(value(store->list_packages("", 10)) == std::vector<std::string>{"left"});
  CHECK(value(store->list_packages("left", 10)).empty());
  CHECK(value(store->list_maintained("alice")) == std::vector<std::string>{"left"});
  CHECK(value(store->search({"le"}, 10)).size() == 1);
  CHECK(value(store->search({"wor", "some"}, 10)).size() == 1);
  CHECK(value(store->search({"\" OR name:*"}, 10)).empty());
  CHECK(value(store->search({}, 10)).size() == 1);
}

void check_patching(const MetadataStoreFactory& make) {
  const auto store = make();
  value(store->publish(publish_command("left", "1.0.0", "a")));
  value(store->publish(publish_command("left", "1.1.0", "b")));
  const Revision before = snapshot_of(*store, "left").package.revision;

  PackagePatch patch{.at_revision = before,
                     .deprecations = {{"1.0.0", "old"}},
                     .set_tags = {{"stable", "1.0.0"}},
                     .add_maintainers = {"bob"},
                     .visibility = Visibility::kRestricted,
                     .add_stars = {"carol"},
                     .by = "alice",
                     .now = kNow};
  const Revision changed = value(store->patch_package("left", patch));
  CHECK(changed > before);
  PackageSnapshot left = snapshot_of(*store, "left");
  CHECK(left.versions[0].deprecated == "old");
  CHECK(left.tags.at("stable") == "1.0.0");
  CHECK(left.maintainers.size() == 2);
  CHECK(left.package.visibility == Visibility::kRestricted);
  CHECK(left.stars == std::set<std::string>{"carol"});

  CHECK(code(store->patch_package("left", patch)) == "E409");  // the revision is stale now
  patch.at_revision = changed;
  CHECK(value(store->patch_package("left", patch)) == changed);  // nothing left to do

  CHECK(code(store->patch_package("left", {.set_tags = {{"x", "9.9.9"}}})) == "E404");
  CHECK(code(store->patch_package("left", {.deprecations = {{"9.9.9", "x"}}})) == "E404");
  CHECK(code(store->patch_package("left", {.remove_tags = {"latest"}})) == "E400");
  CHECK(code(store->patch_package("nobody", {.remove_tags = {"x"}})) == "E404");
  // All or nothing: the good half of a bad patch is not applied.
  CHECK(code(store->patch_package("left", {.deprecations = {{"1.1.0", "half"}}, .set_tags = {{"x", "9.9.9"}}})) ==
        "E404");
  left = snapshot_of(*store, "left");
  CHECK(left.versions[1].deprecated.empty());
  CHECK(left.package.revision == changed);
  value(store->patch_package("left", {.deprecations = {{"1.0.0", ""}},
                                      .maintainers = std::vector<std::string>{"dave"},
                                      .remove_stars = {"carol"},
                                      .now = kNow}));
  left = snapshot_of(*store, "left");
  CHECK(left.versions[0].deprecated.empty());
  CHECK(left.maintainers == std::vector<MaintainerRow>{{"dave", ""}});
  CHECK(left.stars.empty());
}

void check_removal(const MetadataStoreFactory& make) {
  const auto store = make();
  value(store->publish(publish_command("left", "1.0.0", "a")));
  value(store->publish(publish_command("left", "1.1.0", "b")));
  const Revision before = snapshot_of(*store, "left").package.revision;
  CHECK(code(store->patch_package("left", {.at_revision = before - 1, .remove_versions = {"1.1.0"}})) == "E409");
  CHECK(code(store->patch_package("left", {.remove_versions = {"1.1.0"}})) == "E400");  // latest would dangle
  value(store->patch_package(
      "left", {.set_tags = {{"latest", "1.0.0"}}, .remove_versions = {"1.1.0"}, .by = "alice", .now = kNow}));
  PackageSnapshot left = snapshot_of(*store, "left");
  CHECK(left.versions.size() == 1);
  CHECK(left.tags == std::map<std::string, std::string, std::less<>>{{"latest", "1.0.0"}});
  CHECK(value(store->list_tombstones("left")).front().removed_by == "alice");
  CHECK(code(store->publish(publish_command("left", "1.1.0", "other"))) == "E409");
  CHECK(value(store->publish(publish_command("left", "1.1.0", "b"))).outcome == PublishOutcome::kCreated);
  CHECK(value(store->list_tombstones("left")).empty());

  CHECK(code(store->remove_package("left", before, "alice", kNow)) == "E409");
  const Revision last = snapshot_of(*store, "left").package.revision;
  ok(store->remove_package("left", last, "alice", kNow));
  CHECK_FALSE(value(store->find_package("left")));
  CHECK_FALSE(value(store->load_package("left")));
  CHECK(value(store->list_packages("", 10)).empty());
  CHECK(value(store->search({"left"}, 10)).empty());
  CHECK(code(store->remove_package("left", {}, "alice", kNow)) == "E404");
  CHECK(code(store->publish(publish_command("left", "1.0.0", "other"))) == "E409");
  // Back again, under new ownership, and never with a revision that an old client could mistake for its own.
  auto again = publish_command("left", "3.0.0", "c");
  again.version.publisher = "bob";
  CHECK(value(store->publish(again)).revision > last);
  CHECK(snapshot_of(*store, "left").maintainers == std::vector<MaintainerRow>{{"bob", ""}});
  // Removing the last version removes the package.
  value(store->patch_package("left", {.remove_versions = {"3.0.0"}, .by = "bob", .now = kNow}));
  CHECK_FALSE(value(store->find_package("left")));
}

void check_changes(const MetadataStoreFactory& make) {
  const auto store = make();
  const auto begin = store->package_sequence();
  value(store->publish(publish_command("left", "1.0.0", "a")));
  const auto first = store->package_sequence();
  CHECK(first > begin);
  value(store->publish(publish_command("right", "1.0.0", "a")));
  value(store->publish(publish_command("left", "1.1.0", "b")));
  const auto changes = value(store->changes_since(begin, 10));
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].package == "right");
  CHECK(changes[1].package == "left");
  CHECK(changes[1].sequence == store->package_sequence());
  ok(store->remove_package("left", {}, "alice", kNow));
  CHECK(value(store->changes_since(changes[1].sequence, 10)).front().removed);
  const auto end = store->package_sequence();
  CHECK(code(store->publish(publish_command("right", "1.0.0", "other"))) == "E409");
  CHECK(store->package_sequence() == end);
  CHECK(value(store->setting_or_insert("k", "one")) == "one");
  CHECK(value(store->setting_or_insert("k", "two")) == "one");
  ok(store->put_setting("k", "three"));
  CHECK(value(store->find_setting("k")) == "three");
  CHECK_FALSE(value(store->find_setting("other")));
  ok(store->check_ready());
  CHECK(value(store->check_integrity()).empty());
}

void check_parallel_writers(const MetadataStoreFactory& make) {
  const auto store = make();
  value(store->publish(publish_command("left", "0.0.1", "base")));
  constexpr int kWriters = 10;
  std::atomic<int> same_ok{0}, different_ok{0}, tags_ok{0}, removed{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        const std::string n = std::to_string(i);
        if (store->publish(publish_command("same", "1.0.0", "bytes " + n))) ++same_ok;
        if (store->publish(publish_command("left", "1.0." + n, n))) ++different_ok;
        if (store->patch_package("left", {.set_tags = {{"tag" + n, "0.0.1"}}, .now = kNow})) ++tags_ok;
        if (store->patch_package("left", {.remove_tags = {"nothing"}, .now = kNow})) ++removed;
      });
    }
  }
  CHECK(same_ok == 1);
  CHECK(different_ok == kWriters);
  CHECK(tags_ok == kWriters);
  CHECK(removed == kWriters);
  CHECK(snapshot_of(*store, "same").versions.size() == 1);
  const auto left = snapshot_of(*store, "left");
  CHECK(left.versions.size() == kWriters + 1);
  CHECK(left.tags.size() == kWriters + 1);
  CHECK(left.package.revision == 1 + 2 * kWriters);
}

void check_blob_condemnation(const MetadataStoreFactory& make) {
  const auto store = make();
  const auto command = publish_command("left", "1.0.0", "a");
  CHECK(value(store->condemn_blob(command.version.blob)));
  CHECK(value(store->list_condemned_blobs()) == std::vector<std::string>{command.version.blob});
  CHECK(code(store->publish(command)) == "E503");
  CHECK_FALSE(value(store->revive_blob(command.version.blob)));  // it may be removed at any moment
  ok(store->bury_blob(command.version.blob, kNow));
  CHECK(value(store->list_condemned_blobs()).empty());
  CHECK(code(store->publish(command)) == "E503");
  CHECK(value(store->revive_blob(command.version.blob)));
  value(store->publish(command));
  const std::string other(128, 'a');
  CHECK(value(store->condemn_blob(other)));
  ok(store->bury_blob(other, kNow));
  CHECK(value(store->condemn_blob(other)));  // it was stored once more, and is unused once more
  CHECK(value(store->list_condemned_blobs()) == std::vector<std::string>{other});
  ok(store->bury_blob(other, kNow));
  ok(store->forget_buried_blobs(kNow + std::chrono::hours(1)));
  CHECK(value(store->revive_blob(other)));
  CHECK_FALSE(value(store->condemn_blob(command.version.blob)));
  CHECK(value(store->list_blob_references()) ==
        std::map<std::string, std::uint64_t>{{command.version.blob, command.version.size}});
}

}  // namespace hoist::test
