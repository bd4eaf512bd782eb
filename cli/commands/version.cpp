#include "cli/commands/commands.hpp"
#include "cli/config/runtime.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {

std::string_view hoist_version() noexcept { return HOIST_VERSION; }

std::string_view npm_version(const Config& config) noexcept { return config.npm11() ? "11.17.0" : "12.2.0"; }

/// Shows versions; changing the version is not implemented and says so.
Result<int> run_version(Session& session, const std::vector<std::string>& arguments) {
  const auto& config = session.config;
  if (!arguments.empty())
    return fail("ENOTSUPPORTED", "hoist cannot change versions yet",
                "Change `version` in package.json, or run npm version.");
  Json versions = Json::object();
  if (const auto package = package::PackageJson::read(config.prefix()); package && package->document().is_object()) {
    const auto* name = find_string(package->document(), "name");
    const auto* version = find_string(package->document(), "version");
    if (name != nullptr && version != nullptr) versions[*name] = *version;
  }
  versions["npm"] = npm_version(config);
  versions["hoist"] = hoist_version();
  if (const auto node = node_version(config.inputs().node, config.get_string("cache")); !node.empty())
    versions["node"] = node;
  if (config.get_bool("json")) {
    session.console.buffer_json(std::move(versions));
    return 0;
  }
  std::string text = "{";
  for (const auto& [key, value] : versions.items())
    text += fmt::format("{}\n  {}: '{}'", text.size() > 1 ? "," : "", key, value.get<std::string>());
  session.console.standard(text + "\n}");
  return 0;
}

}  // namespace hoist::cli
