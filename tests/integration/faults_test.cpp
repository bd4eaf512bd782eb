// Whole installs against a registry that breaks, lies or attacks: retried where npm retries, then a clear error;
// nothing half done, nothing outside, and the cache is as good as before.
#include <fmt/format.h>

#include "hoist/base/integrity.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/project.hpp"
#include "support/tar_builder.hpp"

using namespace hoist::test;
using hoist::Json;

namespace {

constexpr auto kManifest = R"({"name":"x","version":"1.0.0","dependencies":{"foo":"^1.0.0"}})";

std::string tarball_of(std::string_view package_json) {
  return TarBuilder::gzip(TarBuilder{}.add("package/package.json", package_json).add("package/index.js", "1\n").tar());
}

std::string integrity_of(std::string_view bytes) {
  using hoist::HashAlgorithm;
  return hoist::Integrity::from_digest(HashAlgorithm::kSha512, hoist::hash(HashAlgorithm::kSha512, bytes)).to_string();
}

/// A registry with one package, foo@1.0.0, whose answers a test can replace.
class FooRegistry {
 public:
  explicit FooRegistry(std::string_view package_json = R"({"name":"foo","version":"1.0.0"})")
      : tarball_(tarball_of(package_json)) {
    version_ = Json::parse(package_json);
    version_["dist"] = {{"tarball", server_.url("/foo/-/foo-1.0.0.tgz")}, {"integrity", integrity_of(tarball_)}};
    server_.on("/foo", {packument()});
    server_.on("/foo/-/foo-1.0.0.tgz", {archive()});
  }

  [[nodiscard]] Reply packument() const { return Reply{.body = document().dump()}; }
  [[nodiscard]] Reply archive() const { return Reply{.body = tarball_}; }
  [[nodiscard]] Json document() const {
    return {{"name", "foo"}, {"dist-tags", {{"latest", "1.0.0"}}}, {"versions", {{"1.0.0", version_}}}};
  }
  FaultServer& server() { return server_; }

 private:
  FaultServer server_;
  std::string tarball_;
  Json version_;
};

/// Two quick retries; what stalls is given up soon.
ProgramResult install(const Project& project) {
  return project.hoist({"install", "--fetch-retries=2", "--fetch-retry-mintimeout=1", "--fetch-retry-maxtimeout=2",
                        "--fetch-timeout=400", "--loglevel=warn"});
}

void check_untouched(const Project& project) {
  CHECK_FALSE(project.has("package-lock.json"));
  CHECK_FALSE(project.has("node_modules/foo"));
  CHECK(project.read("package.json") == kManifest);
}

/// The registry is well again: with the cache of the failed install, the next one must come to the right end.
void check_next_install(FooRegistry& registry, const Project& project) {
  registry.server().on("/foo", {registry.packument()});
  registry.server().on("/foo/-/foo-1.0.0.tgz", {registry.archive()});
  const auto next = install(project);
  INFO(next.errors);
  CHECK(next.exit_code == 0);
  CHECK(project.has("node_modules/foo/index.js"));
  CHECK(project.hoist({"cache", "verify"}).exit_code == 0);
}

struct FaultRow {
  const char* what;
  Reply reply;
  bool retried;      ///< as npm does: three requests in all
  const char* code;  ///< what it ends with when the fault stays
};

const FaultRow kPackumentFaults[] = {
    {"reset", {.fault = Fault::kReset}, true, "ECONNRESET"},
    {"hung up", {.fault = Fault::kHangUp}, true, "ECONNRESET"},
    {"truncated", {.body = std::string(5000, ' '), .fault = Fault::kTruncate}, true, "ECONNRESET"},
    {"stalled", {.fault = Fault::kStall}, true, "ETIMEDOUT"},
    {"stalled half-way", {.body = std::string(5000, ' '), .fault = Fault::kStallMidBody}, true, "ERR_SOCKET_TIMEOUT"},
    {"500", {.status = 500, .body = "{}"}, true, "E500"},
    {"503", {.status = 503, .body = "{}", .headers = {{"Retry-After", "0"}}}, true, "E503"},
    {"429", {.status = 429, .body = "{}", .headers = {{"Retry-After", "0"}}}, true, "E429"},
    {"403", {.status = 403, .body = "{}"}, false, "E403"},
    {"HTML", {.body = "<!doctype html><title>Log in</title>"}, false, "EJSONPARSE"},
    {"half a JSON text", {.body = R"({"name":"foo","versions":{"1.0.0":{)"}, false, "EJSONPARSE"},
};

const FaultRow kTarballFaults[] = {
    {"reset", {.fault = Fault::kReset}, true, "ECONNRESET"},
    {"reset half-way", {.body = std::string(5000, ' '), .fault = Fault::kResetMidBody}, true, "ECONNRESET"},
    {"truncated", {.body = std::string(5000, ' '), .fault = Fault::kTruncate}, true, "ECONNRESET"},
    {"stalled", {.fault = Fault::kStall}, true, "ETIMEDOUT"},
    {"503", {.status = 503, .body = "{}"}, true, "E503"},
    {"404", {.status = 404, .body = "{}"}, false, "E404"},
    {"HTML", {.body = "<html>Log in</html>"}, false, "EINTEGRITY"},
    {"other bytes", {.body = tarball_of(R"({"name":"foo","version":"6.6.6"})")}, false, "EINTEGRITY"},
};

void check_fault(const char* target, const FaultRow& row) {
  INFO(target << ": " << row.what);
  FooRegistry registry;
  const auto well = registry.server().url("/") + (target + 1);
  {
    const Project project(kManifest, registry.server().url());
    registry.server().on(target, {row.reply});
    const auto failed = install(project);
    INFO(failed.errors);
    CHECK(failed.exit_code == 1);
    CHECK(failed.errors.contains(std::string("hoist error code ") + row.code));
    CHECK(failed.errors.contains("foo"));
    CHECK(failed.errors.contains(well));
    CHECK((registry.server().count(target) >= 3) == row.retried);
    check_untouched(project);
    check_next_install(registry, project);
  }
  if (!row.retried) return;
  // Twice wrong, then right: the retries are not seen.
  const Project project(kManifest, registry.server().url());
  const Reply good = std::string_view(target).ends_with(".tgz") ? registry.archive() : registry.packument();
  registry.server().on(target, {row.reply, row.reply, good});
  const auto repaired = install(project);
  INFO(repaired.errors);
  CHECK(repaired.exit_code == 0);
  CHECK(project.has("node_modules/foo/index.js"));
}

}  // namespace

TEST_CASE("Faults: a packument that does not arrive is retried, then named with its URL", "[integration][faults]") {
  for (const FaultRow& row : kPackumentFaults) check_fault("/foo", row);
}

TEST_CASE("Faults: a tarball that does not arrive is retried, then named with its URL", "[integration][faults]") {
  for (const FaultRow& row : kTarballFaults) check_fault("/foo/-/foo-1.0.0.tgz", row);
}

TEST_CASE("Hostile: packuments that lie or attack are refused, and nothing is written", "[integration][hostile]") {
  FooRegistry registry;
  struct Row {
    const char* what;
    std::string body;
    const char* code;
  };
  Json renamed = registry.document();
  renamed["name"] = "bar";
  const Row rows[] = {
      {"another package's", renamed.dump(), "EPACKUMENTNAME"},
      {"nested 100,000 deep", R"({"name":"foo","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
       "EJSONPARSE"},
      {"a list", "[]", "EJSONPARSE"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Project project(kManifest, registry.server().url());
    registry.server().on("/foo", {Reply{.body = row.body}});
    const auto refused = install(project);
    INFO(refused.errors);
    CHECK(refused.exit_code == 1);
    CHECK(refused.errors.contains(std::string("hoist error code ") + row.code));
    check_untouched(project);
    check_next_install(registry, project);
  }
}

TEST_CASE("Hostile: names that traverse are refused wherever they stand", "[integration][hostile]") {
  FooRegistry registry;
  const std::string_view names[] = {"../evil",       "../../evil", "/evil", "a/../../evil",
                                    "@s/../../evil", ".evil",      "..",    "node_modules"};
  for (const auto name : names) {
    INFO(name);
    const Json manifest{{"name", "x"}, {"version", "1.0.0"}, {"dependencies", {{name, "npm:foo@1.0.0"}}}};
    const Project project(manifest.dump(), registry.server().url());
    const auto refused = install(project);
    INFO(refused.errors);
    CHECK(refused.exit_code == 1);
    CHECK_FALSE(project.has("../evil"));
    CHECK_FALSE(project.has("evil"));
    CHECK_FALSE(project.has("package-lock.json"));
  }
}

TEST_CASE("Hostile: a bin that traverses links nothing outside of its package and .bin", "[integration][hostile]") {
  FooRegistry registry(
      R"({"name":"foo","version":"1.0.0","bin":{"../../evil":"index.js","good":"../../../package.json","fine":"index.js"}})");
  const Project project(kManifest, registry.server().url());
  const auto done = install(project);
  INFO(done.errors);
  CHECK(done.exit_code == 0);
  for (const char* place : {"evil", "node_modules/evil", "../evil"}) CHECK_FALSE(project.has(place));
  CHECK(std::filesystem::is_symlink(project.path("node_modules/.bin/fine")));
  for (const auto& link : std::filesystem::directory_iterator(project.path("node_modules/.bin"))) {
    INFO(link.path());
    const auto target = std::filesystem::weakly_canonical(link.path());
    CHECK(target.string().starts_with(std::filesystem::canonical(project.path("node_modules/foo")).string() + "/"));
  }
}

TEST_CASE("Hostile: a lockfile that points out of the project is refused", "[integration][hostile]") {
  FooRegistry registry;
  const std::string integrity = registry.document()["versions"]["1.0.0"]["dist"]["integrity"].get<std::string>();
  for (const std::string_view location : {"node_modules/../../evil", "../node_modules/evil", "/tmp/evil-hoist-test",
                                          "node_modules/foo/../../../evil", "node_modules/.bin/../../evil"}) {
    INFO(location);
    const Project project(kManifest, registry.server().url());
    Json lock{{"name", "x"}, {"version", "1.0.0"}, {"lockfileVersion", 3}, {"requires", true}};
    const Json entry{
        {"version", "1.0.0"}, {"resolved", registry.server().url("/foo/-/foo-1.0.0.tgz")}, {"integrity", integrity}};
    lock["packages"] = {{"", {{"name", "x"}, {"version", "1.0.0"}, {"dependencies", {{"foo", "^1.0.0"}}}}},
                        {"node_modules/foo", entry},
                        {location, entry}};
    project.write("package-lock.json", lock.dump(2));
    for (const char* command : {"ci", "install"}) {
      INFO(command);
      const auto run = project.hoist({command});
      INFO(run.errors);
      CHECK_FALSE(project.has("../evil"));
      CHECK_FALSE(project.has("evil"));
      CHECK_FALSE(std::filesystem::exists("/tmp/evil-hoist-test"));
      CHECK_FALSE(project.has("../node_modules"));
    }
  }
}
