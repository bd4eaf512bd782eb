#include "cli/commands/commands.hpp"
#include "cli/config/runtime.hpp"
#include "cli/output/redact.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

std::string display_line(std::string_view key, const Json& value) {
  return fmt::format("{} = {}", key, is_protected_key(key) ? "(protected)" : redact(json_text(value)));
}

bool is_private(std::string_view key, const Json& value) {
  if (is_protected_key(key)) return true;
  return value.is_string() && redact(value.get_ref<const std::string&>()) != value.get_ref<const std::string&>();
}

/// `a=b`, `a b`, … as pairs.
std::vector<std::pair<std::string, std::string>> key_values(const std::vector<std::string>& arguments) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto equals = argument.find('=');
    std::string_view value;
    if (equals != std::string_view::npos)
      value = argument.substr(equals + 1);
    else if (i + 1 < arguments.size())
      value = arguments[++i];
    pairs.emplace_back(trim(argument.substr(0, equals)), trim(value));
  }
  return pairs;
}

Layer location_of(const Config& config) {
  if (config.get_bool("global")) return Layer::kGlobal;
  return parse_layer(config.get_string("location")).value_or(Layer::kUser);
}

Result<int> set_values(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  auto& config = session.config;
  const Layer layer = location_of(config);
  for (const auto& [key, value] : key_values(arguments)) {
    const auto colon = key.rfind(':');
    const std::string base_key = colon == std::string::npos ? key : key.substr(colon + 1);
    const auto* definition = find_definition(base_key);
    if (definition == nullptr && !is_credential_key(base_key))
      return fail("", fmt::format("`{}` is not a valid npm option", base_key));
    if (definition != nullptr && definition->is(kDeprecated))
      return fail("", fmt::format("The `{}` option is deprecated, and cannot be set in this way. {}", base_key,
                                  definition->description));
    if (value.empty()) {
      config.remove(key, layer);
      continue;
    }
    config.set(key, value, layer);
    if (definition != nullptr && !clean_value(value, definition, {config.inputs().home, config.inputs().cwd})) {
      session.console.log(LogLevel::kWarn, "invalid config", fmt::format("{}={}", key, json_text(value)));
      session.console.log(LogLevel::kWarn, "config", "omitting invalid config values");
      config.remove(key, layer);
    }
  }
  HOIST_CHECK(config.save(layer));
  return 0;
}

void list_layer(Session& session, Layer layer, std::vector<std::string>& lines) {
  auto& config = session.config;
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [key, value] : config.layer_values(layer)) entries.emplace_back(key, value);
  if (entries.empty()) return;
  std::ranges::sort(entries, [](const auto& a, const auto& b) { return locale_compare(a.first, b.first) < 0; });
  lines.push_back(fmt::format("; \"{}\" config from {}", to_string(layer), config.source(layer)));
  lines.emplace_back();
  for (const auto& [key, value] : entries) {
    const auto winner = config.find(key).value_or(layer);
    const auto line = display_line(key, value);
    lines.push_back(winner == layer ? line : fmt::format("; {} ; overridden by {}", line, to_string(winner)));
  }
  lines.emplace_back();
}

void list_environment(Session& session, std::vector<std::string>& lines) {
  const auto& config = session.config;
  std::vector<std::string> proxies;
  for (const auto& [name, value] : config.environment().values()) {
    const auto lower = to_lower(name);
    if (lower == "http_proxy" || lower == "https_proxy" || lower == "proxy" || lower == "no_proxy")
      proxies.push_back(fmt::format("; {} = {}", name, redact(json_text(value))));
  }
  if (!proxies.empty()) {
    lines.insert(lines.end(), {"; environment-related config", ""});
    lines.insert(lines.end(), proxies.begin(), proxies.end());
    lines.emplace_back();
  }
  const auto node = config.inputs().node;
  lines.insert(lines.end(), {
                                "; node bin location = " + node.path,
                                "; node version = v" + node_version(node, config.get_string("cache")),
                                "; npm local prefix = " + config.local_prefix(),
                                "; npm version = " + std::string(npm_version(config)),
                                "; hoist version = " + std::string(hoist_version()),
                                "; cwd = " + config.inputs().cwd,
                                "; HOME = " + std::string(config.environment().get("HOME")),
                                fmt::format("; Run `{} config ls -l` to show all defaults.", session.program.name),
                                "",
                            });
}

void list_publish_config(Session& session, std::vector<std::string>& lines) {
  const auto& config = session.config;
  if (config.global()) return;
  const auto package = package::PackageJson::read(config.local_prefix());
  if (!package) return;
  const auto* publish = package->document().is_object() ? find_member(package->document(), "publishConfig") : nullptr;
  if (publish == nullptr || !publish->is_object()) return;
  lines.push_back(fmt::format("; \"publishConfig\" from {}/package.json", config.local_prefix()));
  lines.insert(lines.end(), {"; This set of config values will be used at publish-time.", ""});
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [key, value] : publish->items()) entries.emplace_back(key, value);
  std::ranges::sort(entries, [](const auto& a, const auto& b) { return locale_compare(a.first, b.first) < 0; });
  for (const auto& [key, value] : entries) lines.push_back(display_line(printable(key), value));
  lines.emplace_back();
}

Result<int> list(Session& session) {
  auto& config = session.config;
  if (config.get_bool("json")) {
    Json values = Json::object();
    for (const auto& key : config.keys())
      if (Json value = config.get(key); !is_private(key, value)) values[key] = std::move(value);
    session.console.buffer_json(std::move(values));
    return 0;
  }
  const bool long_list = config.get_bool("long");
  std::vector<std::string> lines;
  for (std::size_t i = long_list ? 0 : 1; i < kLayerCount; ++i) list_layer(session, static_cast<Layer>(i), lines);
  if (!long_list) list_environment(session, lines);
  list_publish_config(session, lines);
  session.console.standard(trim(join(lines, "\n")));
  return 0;
}

Result<int> get_values(Session& session, const std::vector<std::string>& keys) {
  if (keys.empty()) return list(session);
  std::vector<std::string> lines;
  for (const auto& key : keys) {
    const auto layer = session.config.find(key);
    const Json value = session.config.get(key);
    if (is_private(key, value))
      return fail("", fmt::format("The {} option is protected, and cannot be retrieved in this way", key));
    lines.push_back((keys.size() > 1 ? key + '=' : "") + (layer ? display_text(value) : "undefined"));
  }
  // Printed even with --json, as npm does.
  session.console.raw(printable(join(lines, "\n")) + '\n');
  return 0;
}

Result<int> delete_values(Session& session, const std::vector<std::string>& keys) {
  if (keys.empty()) return usage_error(session);
  const Layer layer = location_of(session.config);
  for (const auto& key : keys) session.config.remove(key, layer);
  HOIST_CHECK(session.config.save(layer));
  return 0;
}

Result<int> fix(Session& session) {
  auto& config = session.config;
  auto problems = config.auth_problems();
  if (!config.is_default("location"))
    std::erase_if(problems, [&](const AuthProblem& problem) {
      return to_string(problem.layer) != config.get_string("location");
    });
  if (problems.empty()) return 0;
  config.repair(problems);
  session.console.standard("The following configuration problems have been repaired:\n");
  std::set<Layer> changed;
  for (const auto& problem : problems) {
    session.console.standard(
        problem.to.empty()
            ? fmt::format("- `{}` deleted from {} config", problem.from, to_string(problem.layer))
            : fmt::format("~ `{}` renamed to `{}` in {} config", problem.from, problem.to, to_string(problem.layer)));
    changed.insert(problem.layer);
  }
  for (const Layer layer : changed) HOIST_CHECK(config.save(layer));
  return 0;
}

Result<int> edit(Session& session) {
  auto& config = session.config;
  const Layer layer = location_of(config);
  HOIST_CHECK(config.save(layer));
  session.console.end_progress();
  return run_editor(config.get_string("editor"), config.source(layer));
}

}  // namespace

Result<int> run_config(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  const std::string& action = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (action == "set") return set_values(session, rest);
  if (action == "get") return get_values(session, rest);
  if (action == "delete" || action == "rm" || action == "del") return delete_values(session, rest);
  if (action == "list" || action == "ls") return list(session);
  if (action == "edit") return edit(session);
  if (action == "fix") return fix(session);
  return usage_error(session);
}

Result<int> run_get(Session& session, const std::vector<std::string>& arguments) {
  return get_values(session, arguments);
}
Result<int> run_set(Session& session, const std::vector<std::string>& arguments) {
  return set_values(session, arguments);
}

}  // namespace hoist::cli
