#include "support.hpp"

using namespace hoist;
using namespace hoist::cli;
using hoist::cli::testing::TestProject;

TEST_CASE("App: an unknown flag is an error with npm's code, on both channels with json", "[app]") {
  const TestProject project;
  project.write("package.json", "{}");
  auto run = project.run({"install", "--fast"});
  CHECK(run.code == 1);
  CHECK(run.out.empty());
  CHECK(run.err.find("hoist error code EUNKNOWNCONFIG\nhoist error Unknown cli flag:\nhoist error   - --fast\n") == 0);
  run = project.run({"install", "--fast", "--json"});
  CHECK(run.json()["error"]["code"] == "EUNKNOWNCONFIG");
  CHECK(run.json()["error"]["summary"] ==
        "Unknown cli flag:\n  - --fast\nRun `npm help config` for supported options.");
}

TEST_CASE("App: a failed run leaves a log, a good one leaves nothing", "[app]") {
  const TestProject project;
  CHECK(project.run({"prefix"}).code == 0);
  CHECK_FALSE(std::filesystem::exists(project.home().parent_path() / "cache"));
  const auto run = project.run({"uninstall"});
  CHECK(run.code == 1);
  CHECK(run.err.find("hoist error Must provide a package name to remove\nhoist error A complete log of this run can be "
                     "found in: ") == 0);
  CHECK(std::filesystem::exists(project.home().parent_path() / "cache/_logs"));
}

TEST_CASE("App: an unknown command exits with 1 and proposes another", "[app]") {
  const TestProject project;
  project.write("package.json", R"({"scripts":{"frobs":"x"}})");
  const auto run = project.run({"frob"});
  CHECK(run.code == 1);
  CHECK(run.out ==
        "Unknown command: \"frob\"\n\nDid you mean this?\n  hoist run frobs # run the \"frobs\" package script\n\n"
        "To see a list of supported hoist commands, run:\n  hoist help\n");
}

TEST_CASE("App: called as npm it speaks as npm", "[app]") {
  TestProject project;
  project.program = "/usr/local/bin/npm";
  CHECK(project.run({"--version"}).out == "12.2.0\n");
  CHECK(project.run({"-v", "--compat=11"}).out == "11.17.0\n");
  CHECK(project.run({"uninstall"}).err.find("npm error Must provide") == 0);
  project.program = "hoist";
  CHECK(project.run({"-v"}).out.find('.') != std::string::npos);
}

TEST_CASE("App: without a command the overview is shown and the code is 1", "[app]") {
  const TestProject project;
  CHECK(project.run({}).code == 1);
  CHECK(project.run({"--help"}).code == 0);
  CHECK(project.run({"help"}).out == project.run({"--help"}).out);
  CHECK(project.run({"install", "-h"}).out.find("Install packages\n\nUsage:\nhoist install [<package-spec> ...]\n") ==
        0);
}

TEST_CASE("App: a command npm has and hoist has not says so", "[app]") {
  const TestProject project;
  const auto run = project.run({"sbom", "--json"});
  CHECK(run.code == 1);
  CHECK(run.json()["error"]["code"] == "ENOTSUPPORTED");
}

TEST_CASE("App: commands that know no workspaces refuse them", "[app]") {
  const TestProject project;
  project.write("package.json", R"({"workspaces":["a"]})");
  project.write("a/package.json", R"({"name":"a"})");
  CHECK(project.run({"prefix", "-w", "a"}).err.find("hoist error code ENOWORKSPACES") == 0);
  CHECK(project.run({"prefix"}, "a").out == project.root().string() + "\n");
  CHECK(project.run({"install", "-g", "--workspaces"}).err.find("Workspaces not supported for global packages") !=
        std::string::npos);
}

TEST_CASE("Config command: sets, shows, lists and deletes, and keeps secrets", "[app]") {
  const TestProject project;
  CHECK(project.run({"config", "set", "tag=next", "//host/:_authToken", "abc", "fund", "false"}).code == 0);
  CHECK(project.run({"config", "get", "tag"}).out == "next\n");
  CHECK(project.run({"get", "tag", "fund"}).out == "tag=next\nfund=false\n");
  CHECK(project.run({"config", "get", "//host/:_authToken"}).code == 1);
  const auto list = project.run({"config", "list"}).out;
  CHECK(list.find("; \"user\" config from " + (project.home() / ".npmrc").string()) != std::string::npos);
  CHECK(list.find("//host/:_authToken = (protected)") != std::string::npos);
  CHECK(list.find("abc") == std::string::npos);
  const auto json = project.run({"config", "ls", "--json"}).json();
  CHECK(json["tag"] == "next");
  CHECK(json["save"] == true);
  CHECK_FALSE(json.contains("//host/:_authToken"));
  CHECK(project.run({"config", "delete", "tag"}).code == 0);
  CHECK(project.run({"config", "get", "tag"}).out == "latest\n");
  CHECK(project.run({"config", "set", "nonsense", "1"}).err.find("`nonsense` is not a valid npm option") !=
        std::string::npos);
  CHECK(project.run({"config", "get", "nonsense"}).out == "undefined\n");
  CHECK(project.run({"config", "set", "production=true"}).code == 1);
  CHECK(project.run({"config", "nonsense"}).err.find("hoist error code EUSAGE") == 0);
}

TEST_CASE("Config command: works with a broken .npmrc and repairs it", "[app]") {
  const TestProject project;
  std::ofstream(project.home() / ".npmrc") << "_auth=YTpi\n";
  CHECK(project.run({"install"}).err.find("hoist error code ERR_INVALID_AUTH") == 0);
  CHECK(project.run({"config", "fix"}).out.find("~ `_auth` renamed to `//127.0.0.1:9/:_auth` in user config") !=
        std::string::npos);
  CHECK(project.run({"config", "fix"}).out.empty());
}

TEST_CASE("Dev engines: a project for another package manager stops install", "[app]") {
  const TestProject project;
  project.write("package.json", R"({"devEngines":{"packageManager":{"name":"pnpm"}}})");
  const auto run = project.run({"install"});
  CHECK(run.code == 1);
  CHECK(run.err.find("hoist error code EBADDEVENGINES\n") == 0);
  CHECK(project.run({"install", "--force"}).code == 0);
}
