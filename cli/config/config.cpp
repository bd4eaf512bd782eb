#include "cli/config/config.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/ini.hpp"
#include "cli/config/local_prefix.hpp"
#include "cli/config/url.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// An .npmrc is a page of text; more is a mistake or an attack.
constexpr std::size_t kMaxNpmrc = 1U << 20U;

constexpr std::string_view kLayerNames[kLayerCount] = {"default", "builtin", "global", "user", "project", "env", "cli"};

bool truthy(const std::optional<Json>& value) {
  if (!value || value->is_null()) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_string()) return !value->get_ref<const std::string&>().empty();
  return true;
}

/// npm_config_foo_bar → foo-bar; credentials (`//host/:_auth`) keep their spelling. Empty when it is no setting.
std::string key_of_variable(std::string_view name) {
  constexpr std::string_view kPrefix = "npm_config_";
  if (name.size() <= kPrefix.size() || to_lower(name.substr(0, kPrefix.size())) != kPrefix) return {};
  name.remove_prefix(kPrefix.size());
  if (name.starts_with("//")) return std::string(name);
  std::string key = to_lower(name);
  std::replace(key.begin() + 1, key.end(), '_', '-');
  return key;
}

bool utf8_locale(const Environment& environment) {
  for (const std::string_view variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = to_lower(environment.get(variable));
    if (value.empty()) continue;
    return value.ends_with("utf-8") || value.ends_with("utf8");
  }
  return false;
}

/// What a definition accepts, as a warning puts it.
std::string must_be(const Definition& definition) {
  if (definition.has(kUrl)) return "Must be full url with \"http://\"";
  if (definition.has(kPath)) return "Must be valid filesystem path";
  std::vector<std::string> words;
  if (definition.has(kNull)) words.emplace_back("null");
  if (!definition.values.empty())
    for (const auto word : split(definition.values, '|')) words.emplace_back(word);
  if (definition.has(kBoolean)) words.emplace_back("boolean value (true or false)");
  if (definition.has(kNumber)) words.emplace_back("numeric value");
  if (definition.has(kDate)) words.emplace_back("valid Date string");
  if (definition.has(kSemver)) words.emplace_back("full valid SemVer string");
  if (definition.has(kUmask)) words.emplace_back("octal number in range 0o000..0o777 (0..511)");
  const bool list = definition.has(kArray);
  const std::string keyword = words.size() == 1 ? (list ? " one or more" : "") : list ? " one or more of:" : " one of:";
  return "Must be" + keyword + ' ' + join(words, ", ");
}

std::string unknown_label(const UnknownKey& key) {
  return key.base_key.empty() ? '"' + key.key + '"' : fmt::format("\"{}\" ({})", key.base_key, key.key);
}

constexpr std::string_view kHelpConfig = "Run `npm help config` for supported options.";
constexpr std::string_view kHelpNpmrc = "See `npm help npmrc` for supported config options.";

}  // namespace

std::string_view to_string(Layer layer) noexcept { return kLayerNames[static_cast<std::size_t>(layer)]; }

std::optional<Layer> parse_layer(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kLayerCount; ++i)
    if (kLayerNames[i] == name) return static_cast<Layer>(i);
  return std::nullopt;
}

bool is_protected_key(std::string_view key) noexcept {
  constexpr std::string_view kNames[] = {"auth", "authToken", "certfile", "email", "keyfile", "password", "username"};
  if (key.starts_with('_')) return true;
  for (const auto name : kNames)
    if (key == name) return true;
  if (!key.starts_with("//")) return false;
  if (key.find(":_") != std::string_view::npos) return true;
  return std::ranges::any_of(kNames, [key](std::string_view name) {
    return key.size() > name.size() && key.ends_with(name) && key[key.size() - name.size() - 1] == ':';
  });
}

Config::Config(ConfigInputs inputs) : inputs_(std::move(inputs)) {
  data(Layer::kDefault).source = "default values";
  data(Layer::kDefault).present = true;
}

Result<Config> Config::load(ConfigInputs inputs) {
  Config config(std::move(inputs));
  HOIST_CHECK(config.load_flags());
  HOIST_CHECK(config.load_environment());
  HOIST_CHECK(config.load_project());
  HOIST_CHECK(config.load_file(config.get_string("userconfig"), Layer::kUser));
  HOIST_CHECK(config.load_file(config.get_string("globalconfig"), Layer::kGlobal));
  config.npm11_ = config.get_string("compat") == "11";
  if (!config.npm11_ && !config.refused_.empty()) return std::unexpected(config.refused_.front());
  return config;
}

Result<void> Config::load_flags() {
  auto parsed = parse_flags(inputs_.arguments, base());
  positionals_ = std::move(parsed.positionals);
  refused_ = std::move(parsed.refused);
  for (const auto& [key, value] : parsed.invalid) note_invalid(key, value, "command line options", notices_);
  for (const auto& word : parsed.stranded)
    notices_.push_back({"", fmt::format("\"{}\" is being parsed as a normal command line argument.", word)});
  return load_object(parsed.values, Layer::kCli, "command line options");
}

Result<void> Config::load_environment() {
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [name, value] : inputs_.environment.values()) {
    if (value.empty()) continue;
    if (auto key = key_of_variable(name); !key.empty()) entries.emplace_back(std::move(key), value);
  }
  return load_object(entries, Layer::kEnv, "environment");
}

Result<void> Config::load_project() {
  find_local_prefix();
  LayerData& project = data(Layer::kProject);
  if (global()) {
    project.source = "(global mode enabled, ignored)";
    return {};
  }
  const std::string file = local_prefix_ + (local_prefix_.ends_with('/') ? ".npmrc" : "/.npmrc");
  if (file == get_string("userconfig")) {
    project.source = "(same as \"user\" config, ignored)";
    return {};
  }
  return load_file(file, Layer::kProject);
}

void Config::find_local_prefix() {
  if (const auto prefix = get("prefix", Layer::kCli); truthy(prefix)) {
    local_prefix_ = prefix->get<std::string>();
    struct stat status{};
    has_local_package_ = stat((local_prefix_ + "/package.json").c_str(), &status) == 0 && S_ISREG(status.st_mode);
    return;
  }
  const auto workspaces = get("workspaces", Layer::kCli);
  const bool ignore_workspaces = global() || (workspaces && *workspaces == Json(false));
  auto found = cli::find_local_prefix(inputs_.cwd, !ignore_workspaces);
  local_prefix_ = std::move(found.path);
  has_local_package_ = found.has_package_json;
  implicit_workspace_ = std::move(found.workspace);
  if (implicit_workspace_.empty()) return;
  struct stat status{};
  if (stat((implicit_workspace_ + "/.npmrc").c_str(), &status) == 0)
    notices_.push_back({"config", fmt::format("ignoring workspace config at {}/.npmrc", implicit_workspace_)});
}

Result<void> Config::load_file(const std::string& file, Layer layer) {
  LayerData& target = data(layer);
  target.source = file;
  const auto text = read_file(file, kMaxNpmrc);
  if (!text) return {};
  target.present = true;
  Json parsed = parse_ini(*text);
  if (layer == Layer::kProject && parsed.contains("prefix"))
    notices_.push_back({"config", fmt::format("prefix cannot be changed from project config: {}.", file), true});
  std::vector<std::pair<std::string, Json>> entries;
  entries.reserve(parsed.size());
  for (const auto& [key, value] : parsed.items()) entries.emplace_back(key, value);
  target.raw = std::move(parsed);
  return load_object(entries, layer, file);
}

Result<void> Config::check_exclusive(const Definition& definition, Layer layer) const {
  for (const auto other : split(definition.exclusive, ' ')) {
    if (other.empty() || is_default(other)) continue;
    if (layer == Layer::kEnv && get(other, Layer::kCli)) continue;
    return fail("", fmt::format("--{} cannot be provided when using --{}", definition.name, other));
  }
  return {};
}

Result<void> Config::load_object(const std::vector<std::pair<std::string, Json>>& entries, Layer layer,
                                 std::string source) {
  LayerData& target = data(layer);
  target.source = std::move(source);
  target.present = true;
  for (const auto& [raw_key, raw_value] : entries) {
    std::string key = expand_variables(raw_key, inputs_.environment);
    const auto* definition = find_definition(key);
    auto value = parse_field(raw_value, definition, inputs_.environment, base());
    if (definition != nullptr) {
      if (definition->is(kDeprecated))
        notices_.push_back({"config", fmt::format("{} is deprecated. {}", key, definition->description)});
      HOIST_CHECK(check_exclusive(*definition, layer));
    } else {
      note_unknown(layer, raw_key, target.source);
    }
    if (value) target.values.insert_or_assign(std::move(key), *std::move(value));
  }
  return {};
}

void Config::note_unknown(Layer layer, const std::string& key, const std::string& source) {
  for (const std::string_view internal : {"npm-version", "global-prefix", "local-prefix"})
    if (key == internal) return;
  std::string base_key;
  if (const auto colon = key.rfind(':'); colon != std::string::npos) {
    base_key = key.substr(colon + 1);
    if (find_definition(base_key) != nullptr || is_credential_key(base_key)) return;
  }
  unknown_.push_back({layer, key, base_key, source});
  if (layer == Layer::kEnv)
    notices_.push_back({"", fmt::format("Unknown env config {}. This will error in a future major version of npm. {}",
                                        unknown_label(unknown_.back()), kHelpNpmrc)});
}

void Config::note_invalid(const std::string& key, const Json& value, const std::string& source,
                          std::vector<ConfigNotice>& notices) const {
  const std::string shown = is_protected_key(key) ? "(protected)" : json_text(value);
  notices.push_back({"invalid config", fmt::format("{}={} set in {}", key, shown, source)});
  if (const auto* definition = find_definition(key)) notices.push_back({"invalid config", must_be(*definition)});
}

Json Config::default_of(const Definition& definition) const {
  const auto& environment = inputs_.environment;
  const auto name = definition.name;
  if (name == "workspace" && !implicit_workspace_.empty()) return Json::array({implicit_workspace_});
  if (npm11_ && (name == "allow-git" || name == "allow-remote")) return "all";
  if (!definition.is(kComputed)) {
    Json value = *parse_json(definition.default_json, name);
    return value;
  }
  const auto home = [this](std::string_view path) { return resolve_path(path, base()); };
  if (name == "cache") return home("~/.npm");
  if (name == "userconfig") return home("~/.npmrc");
  if (name == "init-module" || name == "init.module") return home("~/.npm-init.js");
  if (name == "prefix") return inputs_.node.prefix;
  if (name == "globalconfig") return resolve_path(get_string("prefix") + "/etc/npmrc", base());
  if (name == "global-ignore-file") return resolve_path(get_string("prefix") + "/etc/npmignore", base());
  if (name == "heading") return inputs_.heading;
  if (name == "color") return environment.get("NO_COLOR").empty() || environment.get("NO_COLOR") == "0";
  if (name == "omit") return environment.get("NODE_ENV") == "production" ? Json::array({"dev"}) : Json::array();
  if (name == "unicode") return utf8_locale(environment);
  if (name == "shell") return environment.get("SHELL").empty() ? "sh" : std::string(environment.get("SHELL"));
  if (name == "progress")
    return !detect_ci(environment).active && inputs_.stdout_is_terminal && inputs_.stderr_is_terminal &&
           environment.get("TERM") != "dumb";
  if (name == "cache-max") return std::numeric_limits<double>::infinity();
  if (name == "editor") {
    for (const std::string_view variable : {"EDITOR", "VISUAL"})
      if (!environment.get(variable).empty()) return std::string(environment.get(variable));
    return "vi";
  }
  return "";
}

Json Config::get(std::string_view key) const {
  for (std::size_t i = kLayerCount; i-- > 1;)
    if (const auto at = layers_[i].values.find(key); at != layers_[i].values.end()) return at->second;
  const auto* definition = find_definition(key);
  return definition == nullptr ? Json() : default_of(*definition);
}

std::optional<Json> Config::get(std::string_view key, Layer layer) const {
  if (layer == Layer::kDefault) {
    const auto* definition = find_definition(key);
    return definition == nullptr ? std::nullopt : std::optional(default_of(*definition));
  }
  const auto& values = data(layer).values;
  const auto at = values.find(key);
  return at == values.end() ? std::nullopt : std::optional(at->second);
}

bool Config::get_bool(std::string_view key) const { return truthy(get(key)); }

std::string Config::get_string(std::string_view key) const {
  const Json value = get(key);
  return value.is_null() ? std::string() : display_text(value);
}

double Config::get_number(std::string_view key) const {
  const Json value = get(key);
  return value.is_number() ? value.get<double>() : 0;
}

std::vector<std::string> Config::get_list(std::string_view key) const {
  const Json value = get(key);
  std::vector<std::string> items;
  if (value.is_array())
    for (const auto& item : value) items.push_back(display_text(item));
  else if (!value.is_null() && !display_text(value).empty())
    items.push_back(display_text(value));
  return items;
}

std::optional<Layer> Config::find(std::string_view key) const {
  for (std::size_t i = kLayerCount; i-- > 1;)
    if (layers_[i].values.contains(key)) return static_cast<Layer>(i);
  return find_definition(key) == nullptr ? std::nullopt : std::optional(Layer::kDefault);
}

bool Config::is_default(std::string_view key) const { return find(key) == Layer::kDefault; }

bool Config::global() const { return get_bool("global") || get_string("location") == "global"; }

const std::string& Config::source(Layer layer) const { return data(layer).source; }

std::map<std::string, Json, std::less<>> Config::layer_values(Layer layer) const {
  if (layer != Layer::kDefault) return data(layer).values;
  std::map<std::string, Json, std::less<>> values;
  for (const auto& definition : definitions()) values.emplace(definition.name, default_of(definition));
  return values;
}

std::vector<std::string> Config::keys() const {
  std::set<std::string> all;
  for (const auto& definition : definitions()) all.emplace(definition.name);
  for (const auto& layer : layers_)
    for (const auto& [key, value] : layer.values) all.insert(key);
  return {all.begin(), all.end()};
}

void Config::set(std::string key, Json value, Layer layer) {
  LayerData& target = data(layer);
  if (layer == Layer::kGlobal || layer == Layer::kUser || layer == Layer::kProject) target.raw[key] = value;
  target.values.insert_or_assign(std::move(key), std::move(value));
}

void Config::remove(std::string_view key, Layer layer) {
  LayerData& target = data(layer);
  target.raw.erase(std::string(key));
  if (const auto at = target.values.find(key); at != target.values.end()) target.values.erase(at);
}

Result<void> Config::save(Layer layer) const {
  const LayerData& target = data(layer);
  const std::filesystem::path file(target.source);
  if (!file.is_absolute())
    return fail("", fmt::format("there is no {} config to write: {}", to_string(layer), target.source));
  const std::string text = std::string(trim(stringify_ini(target.raw)));
  if (text.empty()) {
    (void)unlink(file.c_str());
    return {};
  }
  HOIST_CHECK(make_directories(file.parent_path()));
  if (layer == Layer::kUser) {
    // Credentials: the file is closed to others before anything is in it, and stays so.
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return std::unexpected(errno_error(errno, "open", file));
    const int changed = fchmod(descriptor, 0600);
    close(descriptor);
    if (changed != 0) return std::unexpected(errno_error(errno, "chmod", file));
  }
  return atomic_write(file, text + '\n');
}

std::vector<AuthProblem> Config::auth_problems() const {
  std::vector<AuthProblem> problems;
  const std::string registry = nerf_dart(get_string("registry"));
  for (const Layer layer : {Layer::kGlobal, Layer::kUser, Layer::kProject}) {
    const auto has = [&](std::string_view key) { return truthy(get(key, layer)); };
    const auto rename = [&](const std::string& key) { problems.push_back({layer, key, registry + ':' + key}); };
    // One half of a pair is of no use anywhere.
    const auto pair = [&](const std::string& key, std::string_view partner) {
      if (!has(key)) return;
      if (has(partner))
        rename(key);
      else
        problems.push_back({layer, key, {}});
    };
    for (const char* key : {"_authtoken", "-authtoken"})
      if (has(key)) problems.push_back({layer, key, {}});
    for (const char* key : {"_auth", "_authToken"})
      if (has(key)) rename(key);
    pair("username", "_password");
    pair("_password", "username");
    if (npm11_) continue;
    if (has("email")) rename("email");
    pair("certfile", "keyfile");
    pair("keyfile", "certfile");
  }
  return problems;
}

void Config::repair(const std::vector<AuthProblem>& problems) {
  for (const auto& problem : problems) {
    if (!problem.to.empty() && !find(problem.to)) {
      const auto& raw = data(problem.layer).raw;
      set(problem.to,
          raw.contains(problem.from) ? raw.at(problem.from) : get(problem.from, problem.layer).value_or(Json()),
          problem.layer);
    }
    remove(problem.from, problem.layer);
  }
}

Result<void> Config::validate(std::vector<ConfigNotice>& notices) {
  for (const Layer layer : {Layer::kGlobal, Layer::kUser, Layer::kProject, Layer::kEnv}) {
    auto& values = data(layer).values;
    for (auto at = values.begin(); at != values.end();) {
      const auto* definition = find_definition(at->first);
      if (at->second.is_array() && definition != nullptr)
        for (const auto& item : at->second)
          if (!clean_value(item, definition, base())) note_invalid(at->first, item, data(layer).source, notices);
      auto cleaned = clean_value(at->second, definition, base());
      if (!cleaned) {
        if (!at->second.is_array()) note_invalid(at->first, at->second, data(layer).source, notices);
        at = values.erase(at);
        continue;
      }
      at->second = *std::move(cleaned);
      ++at;
    }
  }
  const auto problems = auth_problems();
  if (problems.empty()) return {};
  std::vector<std::string> parts;
  for (const auto& problem : problems)
    parts.push_back(problem.to.empty()
                        ? fmt::format("`{}` is not allowed in {} config", problem.from, to_string(problem.layer))
                        : fmt::format("`{}` must be renamed to `{}` in {} config", problem.from, problem.to,
                                      to_string(problem.layer)));
  return fail("ERR_INVALID_AUTH", "Invalid auth configuration found: " + join(parts, ", "),
              "Please run `npm config fix` to repair your configuration.");
}

Result<void> Config::check_unknown(std::vector<ConfigNotice>& notices) const {
  std::vector<std::string> flags, file_lines;
  const bool strict = get_bool("strict-npmrc");
  for (const auto& key : unknown_) {
    if (key.layer == Layer::kCli) {
      flags.push_back(key.base_key.empty() ? "  - --" + key.key : fmt::format("  - --{} ({})", key.base_key, key.key));
    } else if (key.layer != Layer::kEnv && strict) {
      file_lines.push_back(
          fmt::format("  - {} config {} from {}", to_string(key.layer), unknown_label(key), key.source));
    } else if (key.layer != Layer::kEnv) {
      notices.push_back(
          {"", fmt::format("Unknown {} config {}. This will stop working in the next major version of npm. {}",
                           to_string(key.layer), unknown_label(key), kHelpNpmrc)});
    }
  }
  if (npm11_) {
    for (const auto& flag : flags)
      notices.push_back(
          {"", fmt::format("Unknown cli config \"{}\". This will stop working in the next major version of npm.",
                           flag.substr(4))});
    flags.clear();
  }
  if (flags.empty() && file_lines.empty()) return {};
  std::vector<std::string> lines;
  if (!flags.empty()) {
    lines.push_back(fmt::format("Unknown cli flag{}:", flags.size() > 1 ? "s" : ""));
    lines.insert(lines.end(), flags.begin(), flags.end());
    lines.emplace_back(kHelpConfig);
  }
  if (!file_lines.empty()) {
    if (!lines.empty()) lines.emplace_back();
    lines.push_back(fmt::format("Unknown npm configuration key{}:", file_lines.size() > 1 ? "s" : ""));
    lines.insert(lines.end(), file_lines.begin(), file_lines.end());
    lines.emplace_back(kHelpNpmrc);
  }
  return fail("EUNKNOWNCONFIG", join(lines, "\n"));
}

}  // namespace hoist::cli
