#include "hoist/registry/config.hpp"

#include "auth/cidr.hpp"
#include "config/yaml_reader.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/url.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxConfigSize = 4U << 20U;

std::string with_slash(std::string text) {
  if (!text.ends_with('/')) text += '/';
  return text;
}

/// Verdaccio writes `http://host:port`, `host:port`, `:port` or a port; ours is ADDRESS:PORT.
std::string normal_listen(std::string text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) text.erase(0, scheme.size());
  }
  while (text.ends_with('/')) text.pop_back();
  if (text.starts_with(':')) return "0.0.0.0" + text;
  if (text.find_first_not_of("0123456789") == std::string::npos) return "127.0.0.1:" + text;
  if (text.starts_with("localhost:")) return "127.0.0.1" + text.substr(9);
  return text;
}

void read_listen(YamlReader& reader, const YAML::Node& node, Config& config) {
  for (std::string& entry : reader.list(node)) config.listen.push_back(normal_listen(std::move(entry)));
}

void read_auth(YamlReader& reader, const YAML::Node& node, Config& config) {
  const auto read_htpasswd = [&](const YAML::Node& section) {
    reader.read_map(section, "htpasswd",
                    {{"file", [&](const auto& value) { config.htpasswd = reader.text(value); }},
                     // Verdaccio opens registration where this is absent; we never do unless asked.
                     {"max_users", [&](const auto& value) { config.open_registration = reader.text(value) != "-1"; }},
                     {"algorithm", nullptr},
                     {"rounds", nullptr},
                     {"slow_verify_ms", nullptr}});
  };
  reader.read_map(node, "auth", {{"htpasswd", read_htpasswd}});
}

void read_security(YamlReader& reader, const YAML::Node& node, Config& config) {
  const auto read_sign = [&](const YAML::Node& section) {
    reader.read_map(section, "sign",
                    {{"expiresIn", [&](const auto& value) { config.token_lifetime = reader.seconds(value); }}});
  };
  const auto read_jwt = [&](const YAML::Node& section) {
    reader.read_map(section, "jwt", {{"sign", read_sign}, {"verify", nullptr}});
  };
  reader.read_map(node, "security",
                  {{"api",
                    [&](const YAML::Node& section) {
                      reader.read_map(
                          section, "api",
                          {{"jwt", read_jwt}, {"legacy", nullptr}, {"migrateToSecureLegacySignature", nullptr}});
                    }},
                   {"web", nullptr},
                   {"enhancedLegacySignature", nullptr}});
}

void read_login(YamlReader& reader, const YAML::Node& node, LoginLimits& limits) {
  reader.read_map(
      node, "login",
      {{"attempts_per_user", [&](const auto& value) { limits.attempts_per_user = reader.number(value); }},
       {"attempts_per_address", [&](const auto& value) { limits.attempts_per_address = reader.number(value); }},
       {"window", [&](const auto& value) { limits.window = reader.seconds(value); }}});
}

void read_groups(YamlReader& reader, const YAML::Node& node, Config& config) {
  reader.for_each(node, "groups",
                  [&](const std::string& name, const YAML::Node& value) { config.groups[name] = reader.list(value); });
}

YamlReader::Fields server_fields(YamlReader& reader, Config& config) {
  return {{"storage", [&](const auto& value) { config.storage = reader.text(value); }},
          {"listen", [&](const auto& value) { read_listen(reader, value, config); }},
          {"public_url", [&](const auto& value) { config.public_url = with_slash(reader.text(value)); }},
          {"url_prefix", [&](const auto& value) { config.url_prefix = reader.text(value); }},
          {"max_body_size", [&](const auto& value) { config.max_body_size = reader.size(value); }},
          {"trusted_proxies", [&](const auto& value) { config.trusted_proxies = reader.list(value); }},
          {"offline", [&](const auto& value) { config.offline = reader.boolean(value); }},
          {"audit", [&](const auto& value) { config.audit_uplink = reader.text(value); }},
          {"https", [&](const auto& value) {
             reader.read_map(value, "https",
                             {{"key", [&](const auto& path) { config.https.key = reader.text(path); }},
                              {"cert", [&](const auto& path) { config.https.cert = reader.text(path); }},
                              {"ca", [&](const auto& path) { config.https.ca = reader.text(path); }}});
           }}};
}

YamlReader::Fields access_fields(YamlReader& reader, Config& config) {
  return {{"auth", [&](const auto& value) { read_auth(reader, value, config); }},
          {"security", [&](const auto& value) { read_security(reader, value, config); }},
          {"login", [&](const auto& value) { read_login(reader, value, config.login); }},
          {"registration",
           [&](const auto& value) {
             const std::string choice = reader.text(value);
             if (choice != "open" && choice != "closed") reader.complain(value, "registration must be open or closed");
             config.open_registration = choice == "open";
           }},
          {"token_lifetime", [&](const auto& value) { config.token_lifetime = reader.seconds(value); }},
          {"scopes", [&](const auto& value) { config.claimed_scopes = reader.list(value); }},
          {"groups", [&](const auto& value) { read_groups(reader, value, config); }},
          {"admins", [&](const auto& value) { config.admins = reader.list(value); }},
          {"filters", [&](const auto& value) { read_filters(reader, value, config.filters); }},
          {"uplinks", nullptr},
          {"packages", nullptr}};
}

void check_texts(YamlReader& reader, const YAML::Node& root, Config& config) {
  if (const auto networks = parse_cidrs(config.trusted_proxies); !networks) {
    reader.complain(root["trusted_proxies"], networks.error().message);
  }
  if (!config.public_url.empty() && !Url::parse(config.public_url)) {
    reader.complain(root["public_url"], "public_url must be an http(s) URL");
  }
  for (const std::string& scope : config.claimed_scopes) {
    if (!scope.starts_with('@') || scope.contains('/')) reader.complain(root["scopes"], "a scope looks like @name");
  }
  if (!config.audit_uplink.empty() && config.find_uplink(config.audit_uplink) == nullptr) {
    reader.complain(root["audit"], fmt::format("no such uplink: {}", config.audit_uplink));
  }
  if (config.https.cert.empty() != config.https.key.empty()) reader.complain(root["https"], "https needs key and cert");
  // A full URL is what old Verdaccio files have here.
  if (const auto url = Url::parse(config.url_prefix)) {
    if (config.public_url.empty()) config.public_url = with_slash(config.url_prefix);
    config.url_prefix = url->path;
  }
  config.url_prefix = with_slash(config.url_prefix);
  if (!config.url_prefix.starts_with('/')) config.url_prefix.insert(0, "/");
}

void anchor_paths(Config& config, const std::filesystem::path& folder) {
  const auto anchor = [&folder](std::filesystem::path path) { return path.empty() ? path : folder / path; };
  config.storage = anchor(config.storage);
  config.htpasswd = anchor(config.htpasswd);
  for (std::string* path : {&config.https.key, &config.https.cert, &config.https.ca}) *path = anchor(*path).string();
  for (UplinkOptions& uplink : config.uplinks) uplink.ca = anchor(uplink.ca).string();
}

Result<ConfigAndWarnings> read_tree(const YAML::Node& root, const std::filesystem::path& file) {
  YamlReader reader(file.string());
  Config config = default_config();
  if (root && !root.IsNull()) {
    YamlReader::Fields fields = server_fields(reader, config);
    fields.merge(access_fields(reader, config));
    reader.read_map(root, "configuration", fields);
    if (root.IsMap()) {
      if (root["uplinks"]) read_uplinks(reader, root["uplinks"], config);
      if (root["packages"]) read_packages(reader, root["packages"], config);
      check_texts(reader, root, config);
    }
  }
  if (reader.error()) return std::unexpected(*reader.error());
  anchor_paths(config, file.parent_path());
  return ConfigAndWarnings{std::move(config), reader.take_warnings()};
}

}  // namespace

const UplinkOptions* Config::find_uplink(std::string_view name) const {
  const auto found = std::ranges::find(uplinks, name, &UplinkOptions::name);
  return found == uplinks.end() ? nullptr : &*found;
}

const PackageRule* Config::find_rule(std::string_view package) const {
  const auto found = std::ranges::find_if(
      packages, [package](const PackageRule& rule) { return matches_pattern(rule.pattern, package); });
  return found == packages.end() ? nullptr : &*found;
}

Config default_config() {
  Config config;
  config.packages.push_back(PackageRule{.pattern = "**"});
  return config;
}

Result<ConfigAndWarnings> parse_config(std::string_view text, const std::filesystem::path& file) {
  try {
    return read_tree(YAML::Load(std::string(text)), file);
  } catch (const YAML::Exception& problem) {
    return std::unexpected(
        Error{"ECONFIG", problem.msg, {}, {}, {file.string(), problem.mark.line + 1, problem.mark.column + 1}});
  }
}

Result<ConfigAndWarnings> read_config(const std::filesystem::path& file) {
  HOIST_TRY(const std::string text, read_file(file, kMaxConfigSize));
  return parse_config(text, file);
}

}  // namespace hoist::registry
