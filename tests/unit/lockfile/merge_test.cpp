#include "hoist/lockfile/merge.hpp"

#include "hoist/lockfile/diff.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/validate.hpp"
#include "hoist/lockfile/write_yarn.hpp"
#include "support/catch.hpp"

using namespace hoist;
using lockfile::LockChange;
using lockfile::Lockfile;

namespace {

/// A lock with these dependencies of the project and these other members of `packages`.
Lockfile lock_of(std::string_view dependencies, std::string_view packages) {
  const std::string text =
      fmt::format(R"({{"lockfileVersion":3,"packages":{{"":{{"name":"p","dependencies":{}}}{}{}}}}})", dependencies,
                  packages.empty() ? "" : ",", packages);
  auto result = lockfile::parse_lockfile(text, "package-lock.json");
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

std::string version_at(const Lockfile& lock, std::string_view location) {
  const auto found = lock.packages.find(location);
  return found == lock.packages.end() ? "-" : found->second.manifest.version;
}

constexpr const char* kA1 = R"("node_modules/a":{"version":"1.0.0"})";

}  // namespace

TEST_CASE("Lock merge: what each side added and changed is in the result", "[lockfile][merge]") {
  const auto base = lock_of(R"({"a":"^1.0.0","gone":"1"})",
                            R"("node_modules/a":{"version":"1.0.0"},"node_modules/gone":{"version":"1.0.0"})");
  const auto ours = lock_of(R"({"a":"^1.1.0","gone":"1"})",
                            R"("node_modules/a":{"version":"1.1.0"},"node_modules/gone":{"version":"1.0.0"})");
  const auto theirs = lock_of(R"({"a":"^1.0.0","b":"^2.0.0"})",
                              R"("node_modules/a":{"version":"1.0.0"},"node_modules/b":{"version":"2.0.0"})");
  const auto merged = lockfile::merge_lockfiles(base, ours, theirs);
  CHECK(merged.conflicts.empty());
  CHECK(merged.decided.empty());
  CHECK(merged.lock.packages.at("").manifest.dependencies == package::StringMap{{"a", "^1.1.0"}, {"b", "^2.0.0"}});
  CHECK(version_at(merged.lock, "node_modules/a") == "1.1.0");
  CHECK(version_at(merged.lock, "node_modules/b") == "2.0.0");
  CHECK(version_at(merged.lock, "node_modules/gone") == "-");
  CHECK(lockfile::is_settled(merged.lock, false));
}

TEST_CASE("Lock merge: of two versions the higher is taken, and said", "[lockfile][merge]") {
  const auto merged = lockfile::merge_lockfiles(lock_of(R"({"a":"1"})", kA1),
                                                lock_of(R"({"a":"1"})", R"("node_modules/a":{"version":"1.10.0"})"),
                                                lock_of(R"({"a":"1"})", R"("node_modules/a":{"version":"1.9.0"})"));
  CHECK(version_at(merged.lock, "node_modules/a") == "1.10.0");
  CHECK(merged.decided == std::vector<std::string>{"node_modules/a"});
}

TEST_CASE("Lock merge: flags alone are no difference", "[lockfile][merge]") {
  const auto merged = lockfile::merge_lockfiles(
      lock_of(R"({"a":"1"})", R"("node_modules/a":{"version":"1.0.0","dev":true})"), lock_of(R"({"a":"1"})", kA1),
      lock_of(R"({"a":"1"})", R"("node_modules/a":{"version":"1.1.0","dev":true})"));
  CHECK(version_at(merged.lock, "node_modules/a") == "1.1.0");
  CHECK(merged.decided.empty());
}

TEST_CASE("Lock merge: one dependency changed on both sides is a conflict of package.json", "[lockfile][merge]") {
  const auto merged = lockfile::merge_lockfiles(lock_of(R"({"a":"1"})", kA1), lock_of(R"({"a":"2"})", kA1),
                                                lock_of(R"({"a":"3"})", kA1));
  CHECK(merged.conflicts == std::vector<std::string>{"dependencies.a: 2 and 3"});
  const auto removed =
      lockfile::merge_lockfiles(lock_of(R"({"a":"1"})", kA1), lock_of("{}", ""), lock_of(R"({"a":"3"})", kA1));
  CHECK(removed.conflicts == std::vector<std::string>{"dependencies.a: (removed) and 3"});
  const auto agreed = lockfile::merge_lockfiles(lock_of(R"({"a":"1"})", kA1), lock_of(R"({"a":"2"})", kA1),
                                                lock_of(R"({"a":"2"})", kA1));
  CHECK(agreed.conflicts.empty());
}

TEST_CASE("Lock merge: a link whose target went goes as well", "[lockfile][merge]") {
  const auto with =
      lock_of(R"({"w":"file:w"})", R"("node_modules/w":{"resolved":"w","link":true},"w":{"version":"1.0.0"})");
  Lockfile without = with;
  without.packages.erase("w");
  const auto merged = lockfile::merge_lockfiles(with, with, without);
  CHECK_FALSE(merged.lock.packages.contains("node_modules/w"));
}

TEST_CASE("Lock diff: what changed, who asks, scripts and hosts", "[lockfile][diff]") {
  const auto before = lock_of(R"({"a":"^1.0.0","gone":"1"})",
                              R"("node_modules/a":{"version":"1.0.0","resolved":"https://one.test/a/-/a-1.0.0.tgz"},
                                 "node_modules/same":{"version":"1.0.0","integrity":"sha512-old"},
                                 "node_modules/gone":{"version":"1.0.0"},"node_modules/f":{"version":"1.0.0","dev":true})");
  const auto after = lock_of(
      R"({"a":"^2.0.0"})",
      R"("node_modules/a":{"version":"2.0.0","resolved":"https://one.test/a/-/a-2.0.0.tgz","dependencies":{"n":"~1.0.0"}},
                                "node_modules/same":{"version":"1.0.0","integrity":"sha512-new"},
                                "node_modules/n":{"version":"1.0.3","hasInstallScript":true,"resolved":"https://user@two.test:8/n.tgz"},
                                "node_modules/a/node_modules/n":{"version":"1.0.3","hasInstallScript":true},"node_modules/f":{"version":"1.0.0"})");
  const auto diff = lockfile::diff_lockfiles(before, after);
  REQUIRE(diff.changes.size() == 5);
  const auto& added = diff.changes[0];
  CHECK(added.kind == LockChange::Kind::kAdded);
  CHECK(added.name == "n");
  CHECK(added.locations.size() == 2);
  CHECK(added.requesters == std::vector<lockfile::Requester>{{"a@2.0.0", "~1.0.0", false}});
  CHECK(diff.changes[1].kind == LockChange::Kind::kRemoved);
  CHECK(diff.changes[1].requesters == std::vector<lockfile::Requester>{{"the project", "1", true}});
  CHECK(diff.changes[2].kind == LockChange::Kind::kVersion);
  CHECK(diff.changes[2].before == "1.0.0");
  CHECK(diff.changes[2].after == "2.0.0");
  CHECK(diff.changes[3].kind == LockChange::Kind::kContent);
  CHECK(diff.changes[3].after == "sha512-new");
  CHECK(diff.changes[4].kind == LockChange::Kind::kFlags);
  CHECK(diff.install_scripts == std::vector<std::string>{"n@1.0.3"});
  CHECK(diff.hosts == std::vector<std::string>{"two.test:8"});
  CHECK(lockfile::diff_lockfiles(after, after).empty());
}

TEST_CASE("Lock check: a lock is settled when every dependency has an entry that it accepts", "[lockfile]") {
  CHECK(lockfile::is_settled(lock_of(R"({"a":"^1.0.0"})", kA1), false));
  CHECK_FALSE(lockfile::is_settled(lock_of(R"({"a":"^2.0.0"})", kA1), false));
  CHECK_FALSE(lockfile::is_settled(lock_of(R"({"a":"1","b":"1"})", kA1), false));
  const auto peers = lock_of(R"({"a":"1"})", R"("node_modules/a":{"version":"1.0.0","peerDependencies":{"p":"1"}})");
  CHECK_FALSE(lockfile::is_settled(peers, false));
  CHECK(lockfile::is_settled(peers, true));
}

TEST_CASE("yarn.lock writer: one entry a package, the shallower one answers first", "[lockfile][foreign]") {
  const auto lock = lock_of(
      R"({"a":"^1.0.0","x":"*"})",
      R"("node_modules/a":{"version":"1.2.0","resolved":"https://r.test/a/-/a-1.2.0.tgz","integrity":"sha512-a","dependencies":{"x":"^1.0.0"}},
                               "node_modules/x":{"version":"2.0.0","resolved":"https://r.test/x/-/x-2.0.0.tgz","optionalDependencies":{"true-like":"1"}},
                               "node_modules/a/node_modules/x":{"version":"1.0.0"})");
  CHECK(lockfile::write_yarn_lock(lock, "/project") ==
        R"(# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


a@^1.0.0:
  version "1.2.0"
  resolved "https://r.test/a/-/a-1.2.0.tgz"
  integrity sha512-a
  dependencies:
    x "^1.0.0"

x@*:
  version "2.0.0"
  resolved "https://r.test/x/-/x-2.0.0.tgz"
  optionalDependencies:
    "true-like" "1"

x@^1.0.0:
  version "1.0.0"
)");
  CHECK(lockfile::write_yarn_lock(lock_of("{}", ""), "/project").empty());
}
