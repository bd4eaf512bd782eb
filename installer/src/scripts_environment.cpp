#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/lifecycle.hpp"

namespace hoist::installer {
namespace {

namespace fs = std::filesystem;

void set(package::StringMap& map, std::string_view name, std::string value) {
  const auto known = std::find_if(map.begin(), map.end(), [&](const auto& pair) { return pair.first == name; });
  if (known == map.end())
    map.emplace_back(name, std::move(value));
  else
    known->second = std::move(value);
}

void set_if_given(package::StringMap& map, std::string_view name, const std::string& value) {
  if (!value.empty()) set(map, name, value);
}

/// `save-exact` → `npm_config_save_exact`; empty for keys that must not get out.
std::string config_variable(std::string_view key) {
  if (key.empty() || std::string_view("/@_").find(key.front()) != std::string_view::npos) return {};
  return "npm_config_" + to_lower(replace_all(std::string(key), "-", "_"));
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "";
  if (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>() &&
      std::abs(value.get<double>()) < 1e15)
    return fmt::format("{:.0f}", value.get<double>());
  return value.is_null() ? std::string() : value.dump();
}

/// The depth of foreign JSON is bounded by kMaxJsonDepth.
void add_nested(package::StringMap& map, const std::string& name, const Json& value) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) add_nested(map, fmt::format("{}_{}", name, i), value[i]);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) add_nested(map, name + "_" + key, member);
  } else {
    set(map, name, text_of(value));
  }
}

}  // namespace

package::StringMap make_script_environment(package::StringMap inherited, const ScriptConfig& config) {
  for (const auto& [key, value] : config.config)
    if (const std::string name = config_variable(key); !name.empty()) set(inherited, name, value);
  set(inherited, "COLOR", config.color ? "1" : "0");
  set_if_given(inherited, "INIT_CWD", config.init_cwd);
  set_if_given(inherited, "HOME", config.home);
  set_if_given(inherited, "EDITOR", config.editor);
  set_if_given(inherited, "NODE_OPTIONS", config.node_options);
  set_if_given(inherited, "NODE", config.node);
  set_if_given(inherited, "npm_node_execpath", config.node);
  set_if_given(inherited, "npm_execpath", config.program);
  set_if_given(inherited, "npm_command", config.command);
  set_if_given(inherited, "npm_config_user_agent", config.user_agent);
  set_if_given(inherited, "npm_config_npm_version", config.version);
  set_if_given(inherited, "npm_config_global_prefix", config.global_prefix);
  set_if_given(inherited, "npm_config_local_prefix", config.local_prefix);
  set_if_given(inherited, "npm_config_node_gyp", config.node_gyp);
  return inherited;
}

package::StringMap package_environment(const Json& package_json) {
  package::StringMap map;
  for (const char* key : {"name", "version", "config", "engines"})
    if (const Json* value = find_member(package_json, key); value != nullptr)
      add_nested(map, std::string("npm_package_") + key, *value);
  if (const auto manifest = package::manifest_from_json(package_json))
    for (const auto& [name, path] : manifest->bin) set(map, "npm_package_bin_" + name, path);
  return map;
}

std::string script_search_path(const fs::path& directory, std::span<const std::string> bin_paths,
                               const fs::path& node_gyp_bin, std::string_view inherited) {
  std::string path;
  const auto add = [&](std::string_view folder) {
    if (!path.empty()) path += ':';
    path += folder;
  };
  for (const std::string& folder : bin_paths) add(folder);
  for (fs::path folder = directory;; folder = folder.parent_path()) {
    add((folder / "node_modules" / ".bin").generic_string());
    if (folder == folder.parent_path()) break;
  }
  if (!node_gyp_bin.empty()) add(node_gyp_bin.generic_string());
  std::vector<std::string_view> seen;
  for (const std::string_view folder : split(inherited, ':')) {
    if (std::find(seen.begin(), seen.end(), folder) != seen.end()) continue;
    seen.push_back(folder);
    add(folder);
  }
  return path;
}

std::string escape_shell_argument(std::string_view argument) {
  if (argument.empty()) return "''";
  if (argument.find_first_of("\t\n\r \"#$&'()*;<>?\\`|~") == std::string_view::npos) return std::string(argument);
  std::string quoted;
  std::size_t start = 0;
  // A quote stands outside of quotes, escaped; what is between two quotes is quoted only if there is something.
  for (std::size_t i = 0; i <= argument.size(); ++i) {
    if (i < argument.size() && argument[i] != '\'') continue;
    if (i > start) quoted += fmt::format("'{}'", argument.substr(start, i - start));
    if (i < argument.size()) quoted += "\\'";
    start = i + 1;
  }
  return quoted;
}

std::string find_node_gyp(const fs::path& node) {
  std::error_code error;
  const fs::path real = fs::canonical(node, error);
  if (error) return {};
  const fs::path prefix = real.parent_path().parent_path();
  for (const char* modules : {"lib/node_modules", "share/nodejs", "node_modules"}) {
    const fs::path script = prefix / modules / "npm/node_modules/node-gyp/bin/node-gyp.js";
    if (fs::is_regular_file(script, error)) return script.generic_string();
  }
  return {};
}

Result<void> make_node_gyp_bin(const fs::path& folder) {
  constexpr std::string_view kShim =
      "#!/bin/sh\n"
      "if [ -z \"$npm_config_node_gyp\" ]; then\n"
      "  echo 'node-gyp was not found: install it and set node-gyp in .npmrc to its bin/node-gyp.js' >&2\n"
      "  exit 127\n"
      "fi\n"
      "exec \"${npm_node_execpath:-node}\" \"$npm_config_node_gyp\" \"$@\"\n";
  const fs::path file = folder / "node-gyp";
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & 0111) != 0 &&
      static_cast<std::size_t>(status.st_size) == kShim.size())
    return {};
  HOIST_CHECK(make_directories(folder));
  HOIST_CHECK(atomic_write(file, kShim));
  if (::chmod(file.c_str(), 0755) != 0) return std::unexpected(errno_error(errno, "making executable", file));
  return {};
}

}  // namespace hoist::installer
