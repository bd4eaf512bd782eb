#include "cli/commands/command.hpp"

#include "cli/commands/dev_engines.hpp"
#include "hoist/base/text.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;

TEST_CASE("Commands: names, aliases, camelCase and unambiguous beginnings find a command", "[commands]") {
  const std::pair<std::string, std::string> rows[] = {
      {"install", "install"}, {"i", "install"},
      {"add", "install"},     {"isntall", "install"},
      {"cleanInstall", "ci"}, {"ic", "ci"},
      {"install-cl", "ci"},   {"star", "start"},
      {"rm", "uninstall"},    {"unins", "uninstall"},
      {"t", "test"},          {"tst", "test"},
      {"run-script", "run"},  {"installTest", "install-test"},
      {"why", "explain"},     {"la", "ll"},
      {"ls", "ls"},           {"list", "ls"},
      {"conf", "config"},     {"c", "config"},
      {"hlep", "help"},       {"outd", "outdated"},
      {"who", "whoami"},
  };
  for (const auto& [typed, expected] : rows) {
    INFO(typed);
    const auto* command = find_command(typed);
    REQUIRE(command != nullptr);
    CHECK(command->name == expected);
  }
  for (const char* unknown : {"", "nope", "d", "sta", "installer", "shrinkwrap", "adduser"}) {
    INFO(unknown);
    CHECK(find_command(unknown) == nullptr);
  }
}

TEST_CASE("Commands: the table is sorted, aliases and flags exist", "[commands]") {
  CHECK(commands().size() == 69);  // npm's 68, and lock
  CHECK(std::ranges::is_sorted(commands(), {}, &Command::name));
  for (const auto& alias : command_aliases()) {
    INFO(alias.alias);
    CHECK(std::ranges::any_of(commands(), [&](const Command& command) { return command.name == alias.command; }));
  }
  for (const auto& command : commands())
    for (const auto flag : split(command.flags, ' ')) {
      INFO(command.name << " " << flag);
      CHECK((flag.empty() || find_definition(flag) != nullptr));
    }
}

TEST_CASE("Commands: every use of a command is in its usage text", "[commands]") {
  Program program;
  program.name = "npm";
  const auto text = command_usage(*find_command("uninstall"), program);
  CHECK(text.find("Usage:\nnpm uninstall [<@scope>/]<pkg>...\n") != std::string::npos);
  CHECK(text.find("aliases: unlink, remove, rm, r, un") != std::string::npos);
  const auto install = command_usage(*find_command("install"), program);
  CHECK(install.find("[-D|--save-dev|-O|--save-optional|--save-peer|-P|--save-prod]") != std::string::npos);
}

TEST_CASE("Did you mean: close commands, scripts and bins are proposed, three at most", "[commands]") {
  Program program;
  CHECK(did_you_mean("instal1", Json(), program) == "\n\nDid you mean this?\n  hoist install # Install packages");
  CHECK(did_you_mean("frobnicate", Json(), program).empty());
  const Json package = Json::parse(R"({"scripts":{"build":"x","test":"y"},"bin":{"bilde":"z"}})");
  CHECK(did_you_mean("bild", package, program).find("  hoist run build # run the \"build\" package script") !=
        std::string::npos);
  CHECK(did_you_mean("bild", package, program).find("exec bilde") != std::string::npos);
  CHECK(did_you_mean("tes", package, program) ==
        "\n\nDid you mean this?\n  hoist test # Run the package's test script");
  CHECK(did_you_mean("se", package, program).find("Did you mean") == std::string::npos);
}

TEST_CASE("Edit distance: counts insertions, deletions and replacements", "[commands]") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("same", "same") == 0);
}

TEST_CASE("Dev engines: what does not fit is an error or a warning", "[commands]") {
  const EngineFacts facts{"x64", "glibc", "linux", "6.1.0", "12.2.0", "22.22.2"};
  const auto compare = [&](const char* text) {
    const auto failures = compare_dev_engines(Json::parse(text), facts);
    if (!failures) return "malformed: " + failures.error().message;
    std::string out;
    for (const auto& failure : *failures) out += (failure.error ? "error: " : "warn: ") + failure.message + "\n";
    return out;
  };
  CHECK(compare(R"({"runtime":{"name":"node","version":">=20"}})").empty());
  CHECK(compare(R"({"runtime":{"name":"node","version":">=99"}})") ==
        "error: Invalid devEngines.runtime\nInvalid semver version \">=99\" does not match \"22.22.2\" for "
        "\"runtime\"\n");
  CHECK(
      compare(R"({"packageManager":{"name":"pnpm","onFail":"warn"}})") ==
      "warn: Invalid devEngines.packageManager\nInvalid name \"pnpm\" does not match \"npm\" for \"packageManager\"\n");
  CHECK(compare(R"({"packageManager":{"name":"pnpm","onFail":"ignore"}})").empty());
  CHECK(compare(R"({"packageManager":{"name":"pnpm","onFail":"download"}})").find("error: ") == 0);
  CHECK(compare(R"({"runtime":[{"name":"bun"},{"name":"node"}]})").empty());
  CHECK(compare(R"({"runtime":[]})").empty());
  CHECK(compare(R"({"os":{"name":"darwin"},"cpu":{"name":"x64"}})").find("devEngines.os") != std::string::npos);
  CHECK(compare(R"({"browser":{}})") == "malformed: Invalid property \"devEngines.browser\"");
  CHECK(compare(R"({"os":{"version":"1"}})") == "malformed: Missing \"name\" property for \"os\"");
  CHECK(compare(R"({"os":{"name":"linux","onFail":"x"}})") == "malformed: Invalid onFail value \"x\" for \"os\"");
  CHECK(compare("[]") == "malformed: Invalid non-object value for \"devEngines\"");
}
