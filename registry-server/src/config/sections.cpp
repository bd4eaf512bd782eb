#include <cstdlib>

#include "config/yaml_reader.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"

namespace hoist::registry {
namespace {

/// A credential is better kept out of the file: `token_env` names a variable, and `true` means NPM_TOKEN (Verdaccio).
std::string token_from_environment(YamlReader& reader, const YAML::Node& node) {
  std::string variable = reader.text(node);
  if (variable == "true") variable = "NPM_TOKEN";
  const char* value = variable == "false" ? nullptr : std::getenv(variable.c_str());
  if (value == nullptr && variable != "false") reader.complain(node, fmt::format("${} is not set", variable));
  return value == nullptr ? std::string() : std::string(value);
}

std::string read_authorization(YamlReader& reader, const YAML::Node& node) {
  std::string type = "bearer";
  std::string token;
  reader.read_map(node, "auth",
                  {{"type", [&](const auto& value) { type = to_lower(reader.text(value)); }},
                   {"token", [&](const auto& value) { token = reader.text(value); }},
                   {"token_env", [&](const auto& value) { token = token_from_environment(reader, value); }}});
  if (type != "bearer" && type != "basic") reader.complain(node, "auth type must be bearer or basic");
  if (token.contains('\n') || token.contains('\r')) reader.complain(node, "auth token holds a line break");
  return token.empty() ? std::string() : fmt::format("{} {}", type == "basic" ? "Basic" : "Bearer", token);
}

void read_headers(YamlReader& reader, const YAML::Node& node, UplinkOptions& uplink) {
  reader.for_each(node, "headers", [&](const std::string& key, const YAML::Node& value) {
    if (to_lower(key) == "authorization") {
      uplink.authorization = reader.text(value);
    } else {
      uplink.headers[key] = reader.text(value);
    }
  });
}

UplinkOptions read_uplink(YamlReader& reader, std::string name, const YAML::Node& node) {
  UplinkOptions uplink{.name = std::move(name)};
  reader.read_map(node, "uplink",
                  {{"url", [&](const auto& value) { uplink.url = reader.text(value); }},
                   {"timeout", [&](const auto& value) { uplink.timeout = reader.duration(value); }},
                   {"maxage", [&](const auto& value) { uplink.max_age = reader.seconds(value); }},
                   {"negative_maxage", [&](const auto& value) { uplink.negative_age = reader.seconds(value); }},
                   {"max_fails", [&](const auto& value) { uplink.max_failures = std::max(1U, reader.number(value)); }},
                   {"fail_timeout", [&](const auto& value) { uplink.fail_timeout = reader.seconds(value); }},
                   {"max_metadata", [&](const auto& value) { uplink.max_metadata = reader.size(value); }},
                   {"max_tarball", [&](const auto& value) { uplink.max_tarball = reader.size(value); }},
                   {"strict_ssl", [&](const auto& value) { uplink.strict_ssl = reader.boolean(value); }},
                   {"ca", [&](const auto& value) { uplink.ca = reader.text(value); }},
                   {"allow_private", [&](const auto& value) { uplink.allow_private = reader.boolean(value); }},
                   {"hosts", [&](const auto& value) { uplink.hosts = reader.list(value); }},
                   {"auth", [&](const auto& value) { uplink.authorization = read_authorization(reader, value); }},
                   {"headers", [&](const auto& value) { read_headers(reader, value, uplink); }},
                   {"filters", [&](const auto& value) { read_filters(reader, value, uplink.filters); }},
                   {"cache", nullptr},
                   {"agent_options", nullptr}});
  if (!uplink.url.ends_with('/')) uplink.url += '/';
  if (!Url::parse(uplink.url)) reader.complain(node, fmt::format("uplink {} needs an http(s) url", uplink.name));
  return uplink;
}

}  // namespace

void read_uplinks(YamlReader& reader, const YAML::Node& node, Config& config) {
  config.uplinks.clear();
  reader.for_each(node, "uplinks", [&](const std::string& name, const YAML::Node& value) {
    config.uplinks.push_back(read_uplink(reader, name, value));
  });
}

void read_packages(YamlReader& reader, const YAML::Node& node, Config& config) {
  config.packages.clear();
  reader.for_each(node, "packages", [&](const std::string& pattern, const YAML::Node& value) {
    PackageRule rule{.pattern = pattern};
    const auto list_into = [&reader](std::vector<std::string>& target) {
      return [&reader, &target](const YAML::Node& entry) { target = reader.list(entry); };
    };
    reader.read_map(value, "packages",
                    {{"access", list_into(rule.access)},
                     {"publish", list_into(rule.publish)},
                     {"unpublish", list_into(rule.unpublish)},
                     {"proxy", list_into(rule.proxy)},
                     {"allow_access", list_into(rule.access)},
                     {"allow_publish", list_into(rule.publish)},
                     {"storage", nullptr}});
    for (const std::string& proxy : rule.proxy) {
      if (config.find_uplink(proxy) == nullptr) reader.complain(value, fmt::format("no such uplink: {}", proxy));
    }
    config.packages.push_back(std::move(rule));
  });
}

void read_filters(YamlReader& reader, const YAML::Node& node, FilterOptions& filters) {
  const auto list_into = [&reader](std::vector<std::string>& target) {
    return [&reader, &target](const YAML::Node& entry) { target = reader.list(entry); };
  };
  reader.read_map(
      node, "filters",
      {{"minimum_age", [&](const auto& value) { filters.minimum_age = reader.seconds(value); }},
       {"minimum_age_exclude", list_into(filters.minimum_age_exclude)},
       {"deny", list_into(filters.deny)},
       {"allow", list_into(filters.allow)},
       {"deny_licenses", list_into(filters.deny_licenses)},
       {"allow_licenses", list_into(filters.allow_licenses)},
       {"deny_install_scripts", [&](const auto& value) { filters.deny_install_scripts = reader.boolean(value); }}});
}

}  // namespace hoist::registry
