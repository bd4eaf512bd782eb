// Installs that meet each other, and installs that die.
#include <signal.h>

#include <random>
#include <thread>

#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

using namespace hoist::test;

namespace {

std::string ecosystem_manifest() { return read_text(HOIST_SOURCE_DIR "/fixtures/golden/ecosystem/package.json"); }

}  // namespace

TEST_CASE("Two installs: at once in one project leave the tree of one", "[integration]") {
  const RegistryProcess registry;
  const Project calm(ecosystem_manifest(), registry.url());
  REQUIRE(calm.hoist({"install"}).exit_code == 0);
  const Project project(ecosystem_manifest(), registry.url());
  BackgroundProgram first(project.hoist_line({"install"}), project.hoist_options());
  BackgroundProgram second(project.hoist_line({"install"}), project.hoist_options());
  const auto first_result = first.wait(), second_result = second.wait();
  INFO(first_result.errors);
  INFO(second_result.errors);
  CHECK(first_result.exit_code == 0);
  CHECK(second_result.exit_code == 0);
  CHECK(compare_trees(calm.modules(), project.modules()) == "");
  CHECK(calm.read("package-lock.json") == project.read("package-lock.json"));
}

TEST_CASE("Two installs: at once in two projects share one empty cache", "[integration]") {
  const RegistryProcess registry;
  Project one(ecosystem_manifest(), registry.url()), two(ecosystem_manifest(), registry.url());
  two.use_cache(one.cache());
  BackgroundProgram first(one.hoist_line({"install"}), one.hoist_options());
  BackgroundProgram second(two.hoist_line({"install"}), two.hoist_options());
  CHECK(first.wait().exit_code == 0);
  CHECK(second.wait().exit_code == 0);
  CHECK(compare_trees(one.modules(), two.modules()) == "");
  CHECK(one.hoist({"cache", "verify"}).exit_code == 0);
}

TEST_CASE("Kill: after kill -9 at any moment, a plain install gives the undisturbed tree", "[integration]") {
  // Slow answers spread the install over enough time to die in different stages.
  const RegistryProcess registry({"--delay-ms", "5"});
  const Project calm(ecosystem_manifest(), registry.url());
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(calm.hoist({"install"}).exit_code == 0);
  const auto whole = std::chrono::steady_clock::now() - start;

  Project project(ecosystem_manifest(), registry.url());
  std::mt19937 random(20240101);  // seeded: the same moments in every run, as far as the machine allows
  for (int round = 0; round < 8; ++round) {
    INFO("round " << round);
    std::filesystem::remove_all(project.path("node_modules"));
    std::filesystem::remove(project.path("package-lock.json"));
    if (round % 2 == 0) std::filesystem::remove_all(project.cache());
    const auto moment = whole * (random() % 100) / 100;
    {
      BackgroundProgram victim(project.hoist_line({"install"}), project.hoist_options());
      std::this_thread::sleep_for(moment);  // the moment of death is what the test is about
      victim.signal(SIGKILL);
    }
    const auto after = project.hoist({"install"});
    INFO(after.errors);
    REQUIRE(after.exit_code == 0);
    REQUIRE(compare_trees(calm.modules(), project.modules()) == "");
    REQUIRE(calm.read("package-lock.json") == project.read("package-lock.json"));
  }
  CHECK(project.hoist({"cache", "verify"}).exit_code == 0);
}

TEST_CASE("Disk: a project folder that cannot be written to is named, and stays as it was", "[integration]") {
  if (::geteuid() == 0) return;  // nothing is forbidden to root
  const RegistryProcess registry;
  const Project project(ecosystem_manifest(), registry.url());
  std::filesystem::permissions(project.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto refused = project.hoist({"install"});
  CHECK(refused.exit_code != 0);
  CHECK(refused.errors.contains("EACCES"));
}
