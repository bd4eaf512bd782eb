#include "cli/commands/commands.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

Result<int> deprecate(Session& session, const std::string& argument, const std::string& message) {
  HOIST_TRY(const auto spec, registry_spec(session, argument));
  const std::string range = spec.raw_spec == "*" ? "*" : spec.fetch_spec;
  if (!package::Range::parse(range, {.loose = true})) return fail("", "invalid version range: " + printable(range));
  RegistrySession registry(session);
  HOIST_TRY(auto packument, registry.packument(spec.name, true));
  std::size_t changed = 0;
  if (packument.contains("versions") && packument["versions"].is_object())
    for (auto& [version, manifest] : packument["versions"].items()) {
      if (!package::satisfies(version, range, {.include_prerelease = true}) || !manifest.is_object()) continue;
      manifest["deprecated"] = message;
      ++changed;
      session.console.log(LogLevel::kNotice, "",
                          message.empty()
                              ? fmt::format("undeprecating {}@{}", spec.name, version)
                              : fmt::format("deprecating {}@{} with message \"{}\"", spec.name, version, message));
    }
  if (changed == 0) {
    session.console.log(LogLevel::kWarn, "deprecate", "No version found for " + printable(spec.raw_spec));
    return 0;
  }
  if (session.config.get_bool("dry-run")) return 0;
  HOIST_TRY(const auto answer, registry.send(json_call("PUT", escaped_name(spec.name), spec.name, packument)));
  return 0;
}

}  // namespace

Result<int> run_deprecate(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments[0].empty()) return usage_error(session);
  return deprecate(session, arguments[0], arguments[1]);
}

Result<int> run_undeprecate(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].empty()) return usage_error(session);
  return deprecate(session, arguments[0], "");
}

}  // namespace hoist::cli
