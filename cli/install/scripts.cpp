#include "cli/install/scripts.hpp"

#include "cli/config/definitions.hpp"
#include "cli/config/options.hpp"
#include "cli/config/runtime.hpp"
#include "cli/config/value.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// A value as npm_config_* carries it; nullopt for what has no text.
std::optional<std::string> exported_text(const Json& value) {
  if (value.is_null() || value == Json(false)) return std::string();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return std::nullopt;
  if (!value.is_array()) return value.dump();
  std::string list;
  for (const auto& item : value) {
    const auto text = exported_text(item);
    if (!text) continue;
    if (!list.empty()) list += "\n\n";
    list += *text;
  }
  return list;
}

package::StringMap exported_settings(const Config& config) {
  package::StringMap out;
  for (const auto& key : config.keys()) {
    const Definition* definition = find_definition(key);
    if (definition == nullptr || definition->is(kDeprecated) || definition->is(kNotExported) || config.is_default(key))
      continue;
    if (auto text = exported_text(config.get(key))) out.emplace_back(key, *std::move(text));
  }
  return out;
}

}  // namespace

installer::ScriptSettings script_settings(const Session& session) {
  const auto& config = session.config;
  const auto& inputs = config.inputs();
  installer::ScriptConfig told;
  told.config = exported_settings(config);
  told.command = session.command;
  told.user_agent = user_agent(config, node_version(inputs.node, config.get_string("cache")));
  told.program = session.program.executable;
  told.node = inputs.node.path;
  told.node_gyp = config.get_string("node-gyp");
  if (told.node_gyp.empty()) told.node_gyp = installer::find_node_gyp(inputs.node.path);
  told.version = npm_version(config);
  told.global_prefix = config.global_prefix();
  told.local_prefix = config.local_prefix();
  told.home = inputs.home;
  told.editor = config.get_string("editor");
  told.node_options = config.get_string("node-options");
  told.init_cwd = inputs.cwd;
  told.color = session.console.options().color_out;

  package::StringMap inherited;
  for (const auto& [name, value] : config.environment().values()) inherited.emplace_back(name, value);
  installer::ScriptSettings settings;
  settings.environment = installer::make_script_environment(std::move(inherited), told);
  settings.shell = config.get_string("script-shell");
  if (!told.node_gyp.empty()) {
    const auto folder = std::filesystem::path(config.get_string("cache")) / "_hoist" / "node-gyp-bin";
    if (installer::make_node_gyp_bin(folder)) settings.node_gyp_bin = folder;
  }
  return settings;
}

Result<installer::ScriptPolicy> script_policy(const Session& session, const Json& package_json) {
  const auto& config = session.config;
  installer::ScriptPolicySources sources;
  const auto take = [&](Layer layer, std::vector<std::string>& out) {
    const auto value = config.get("allow-scripts", layer);
    if (!value || value->is_null()) return false;
    const auto add = [&](const Json& item) {
      if (item.is_string())
        for (auto& name : installer::split_script_list(item.get<std::string>())) out.push_back(std::move(name));
    };
    if (value->is_array()) {
      for (const auto& item : *value) add(item);
    } else {
      add(*value);
    }
    return !out.empty();
  };
  (void)(take(Layer::kCli, sources.command_line) || take(Layer::kEnv, sources.command_line));
  (void)(take(Layer::kProject, sources.npmrc) || take(Layer::kUser, sources.npmrc) ||
         take(Layer::kGlobal, sources.npmrc));
  if (const Json* field = find_member(package_json, "allowScripts")) sources.package_json = *field;
  sources.outside_project = config.global();
  return installer::resolve_script_policy(sources, session.console);
}

bool allows_all_scripts(const Config& config) {
  return config.npm11() || config.get_bool("dangerously-allow-all-scripts");
}

}  // namespace hoist::cli
