#include "cli/commands/semver.hpp"

#include <vector>

#include "support/catch.hpp"

namespace {

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome run(std::vector<std::string> args) {
  Outcome outcome;
  outcome.code = hoist::cli::run_semver(args, outcome.out, outcome.err);
  return outcome;
}

}  // namespace

TEST_CASE("semver: valid versions are printed in order, others dropped", "[cli]") {
  const auto outcome = run({"2.0.0", "nope", "v1.2.3", "1.2.3-a"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "1.2.3-a\n1.2.3\n2.0.0\n");
  CHECK(run({"-rv", "1.0.0", "2.0.0"}).out == "2.0.0\n1.0.0\n");
}

TEST_CASE("semver: nothing left is exit code 1 and silence", "[cli]") {
  for (const auto& args : {std::vector<std::string>{"nope"}, {"1.0.0", "-r", "^2"}, {"1.0.0", "-r"}, {"-r", "^1"}}) {
    const auto outcome = run(args);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.empty());
  }
}

TEST_CASE("semver: every range has to accept", "[cli]") {
  CHECK(run({"-r", ">=1", "--range=<3", "1.0.0", "2.0.0", "3.0.0"}).out == "1.0.0\n2.0.0\n");
  CHECK(run({"-p", "-r", "^1", "1.5.0-a"}).out == "1.5.0-a\n");
  CHECK(run({"-l", "=1.2.3beta"}).out == "1.2.3-beta\n");
}

TEST_CASE("semver: a single version can be incremented", "[cli]") {
  CHECK(run({"-i", "1.2.3"}).out == "1.2.4\n");
  CHECK(run({"-i", "minor", "1.2.3"}).out == "1.3.0\n");
  CHECK(run({"1.2.3", "-i", "prerelease", "--preid", "rc", "-n", "1"}).out == "1.2.4-rc.1\n");
  CHECK(run({"1.2.3", "-i", "prerelease", "--preid=rc", "-n", "false"}).out == "1.2.4-rc\n");
  CHECK(run({"-i", "release", "1.2.3"}).out == "null\n");
  const auto two = run({"-i", "1.2.3", "2.0.0"});
  CHECK(two.code == 1);
  CHECK_FALSE(two.err.empty());
  const auto nonsense = run({"-i", "nonsense", "1.2.3"});
  CHECK(nonsense.out == "1.2.4\n");
  CHECK_FALSE(nonsense.err.empty());
}

TEST_CASE("semver: coerce reads from either side", "[cli]") {
  CHECK(run({"-c", "release-1.2.3.4"}).out == "1.2.3\n");
  CHECK(run({"-c", "--rtl", "release-1.2.3.4"}).out == "2.3.4\n");
  CHECK(run({"-c", "nothing"}).code == 1);
}

TEST_CASE("semver: without arguments it explains itself", "[cli]") {
  CHECK(run({}).code == 0);
  CHECK(run({}).out == run({"1.0.0", "--help"}).out);
  CHECK(run({}).out.find("--preid") != std::string::npos);
}
