#include "cli/commands/dev_engines.hpp"

#include <sys/utsname.h>

#include "cli/config/runtime.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/platform.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

struct Fact {
  std::string name, version;
};

std::unexpected<Error> malformed(std::string message) { return fail("", std::move(message)); }

Result<void> check_shape(const Json& wanted, std::string_view engine) {
  if (!wanted.is_object()) return malformed(fmt::format("Invalid non-object value for \"{}\"", engine));
  for (const auto& [key, value] : wanted.items()) {
    if (key != "name" && key != "version" && key != "onFail")
      return malformed(fmt::format("Invalid property \"{}\" for \"{}\"", printable(key), engine));
    if (!value.is_string())
      return malformed(fmt::format("Invalid non-string value for \"{}\" within \"{}\"", key, engine));
  }
  if (!wanted.contains("name")) return malformed(fmt::format("Missing \"name\" property for \"{}\"", engine));
  if (wanted.contains("onFail")) {
    const auto& action = wanted.at("onFail").get_ref<const std::string&>();
    if (action != "ignore" && action != "warn" && action != "error" && action != "download")
      return malformed(fmt::format("Invalid onFail value \"{}\" for \"{}\"", printable(action), engine));
  }
  return {};
}

/// What is wrong, or nothing.
Result<std::optional<std::string>> compare_one(const Json& wanted, const Fact& fact, std::string_view engine) {
  HOIST_CHECK(check_shape(wanted, engine));
  if (fact.name.empty()) return malformed(fmt::format("Unable to determine \"name\" for \"{}\"", engine));
  const std::string name = wanted.at("name").get<std::string>();
  if (name != fact.name)
    return std::optional(
        fmt::format("Invalid name \"{}\" does not match \"{}\" for \"{}\"", printable(name), fact.name, engine));
  if (!wanted.contains("version")) return std::optional<std::string>();
  const std::string version = wanted.at("version").get<std::string>();
  if (fact.version.empty())
    return malformed(fmt::format("Unable to determine \"version\" for \"{}\" \"{}\"", engine, printable(name)));
  const bool is_range = package::Range::parse(version).has_value();
  const bool fits = is_range ? package::satisfies(fact.version, version) : version == fact.version;
  if (fits) return std::optional<std::string>();
  return std::optional(fmt::format("Invalid {} \"{}\" does not match \"{}\" for \"{}\"",
                                   is_range ? "semver version" : "version", printable(version), fact.version, engine));
}

/// Any alternative will do; the last one says what happens when none does.
Result<std::optional<EngineFailure>> compare_engine(std::string_view engine, const Json& wanted, const Fact& fact) {
  const Json list = wanted.is_array() ? wanted : Json::array({wanted});
  std::vector<std::string> problems;
  std::string action = "error";
  for (const auto& one : list) {
    HOIST_TRY(auto problem, compare_one(one, fact, engine));
    if (!problem) return std::optional<EngineFailure>();
    problems.push_back(*std::move(problem));
    action = one.contains("onFail") ? one.at("onFail").get<std::string>() : "error";
  }
  if (problems.empty() || action == "ignore") return std::optional<EngineFailure>();
  return std::optional(
      EngineFailure{fmt::format("Invalid devEngines.{}\n{}", engine, join(problems, "\n")), action != "warn"});
}

EngineFacts facts_of(const Config& config) {
  EngineFacts facts;
  const auto or_else = [&config](std::string_view key, std::string_view fallback) {
    const auto value = config.get_string(key);
    return value.empty() ? std::string(fallback) : value;
  };
  facts.os = or_else("os", node_platform());
  facts.cpu = or_else("cpu", node_arch());
  facts.libc = or_else("libc", facts.os == "linux" ? installer::Platform::current().libc : std::string());
  utsname system{};
  if (uname(&system) == 0) facts.os_version = system.release;
  facts.npm_version = npm_version(config);
  facts.node_version = node_version(config.inputs().node, config.get_string("cache"));
  return facts;
}

}  // namespace

Result<std::vector<EngineFailure>> compare_dev_engines(const Json& dev_engines, const EngineFacts& facts) {
  if (!dev_engines.is_object()) return malformed("Invalid non-object value for \"devEngines\"");
  const std::pair<std::string_view, Fact> known[] = {{"cpu", {facts.cpu, {}}},
                                                     {"libc", {facts.libc, {}}},
                                                     {"os", {facts.os, facts.os_version}},
                                                     {"packageManager", {"npm", facts.npm_version}},
                                                     {"runtime", {"node", facts.node_version}}};
  std::vector<EngineFailure> failures;
  for (const auto& [engine, wanted] : dev_engines.items()) {
    const auto at = std::ranges::find(known, engine, [](const auto& entry) { return entry.first; });
    if (at == std::end(known)) return malformed(fmt::format("Invalid property \"devEngines.{}\"", printable(engine)));
    HOIST_TRY(auto failure, compare_engine(engine, wanted, at->second));
    if (failure) failures.push_back(*std::move(failure));
  }
  return failures;
}

Result<void> check_dev_engines(Session& session) {
  const auto& config = session.config;
  const auto text = read_file(config.local_prefix() + "/package.json");
  // Most projects have no such field: do not parse a large file for nothing.
  if (!text || text->find("\"devEngines\"") == std::string::npos) return {};
  const auto document = parse_json(*text, "package.json");
  if (!document || !document->is_object()) return {};
  const auto* field = find_member(*document, "devEngines");
  if (field == nullptr) return {};
  HOIST_TRY(const auto failures, compare_dev_engines(*field, facts_of(config)));
  constexpr std::string_view kIntro = "The developer of this package has specified the following through devEngines\n";
  const bool force = config.get_bool("force");
  bool first = true;
  for (const auto& failure : failures) {
    if (failure.error && !force) continue;
    session.console.log(LogLevel::kWarn, "EBADDEVENGINES", (first ? std::string(kIntro) : "") + failure.message);
    first = false;
  }
  if (force) return {};
  for (const auto& failure : failures)
    if (failure.error) return fail("EBADDEVENGINES", std::string(kIntro) + failure.message);
  return {};
}

}  // namespace hoist::cli
