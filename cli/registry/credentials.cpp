#include "cli/registry/credentials.hpp"

#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/auth.hpp"

namespace hoist::cli {

std::string credential_key(const std::string& registry) {
  const auto url = Url::parse(registry);
  return url ? fetcher::nerf_dart(*url) : std::string();
}

Credentials credentials_of(const Config& config, const std::string& registry) {
  const auto key = credential_key(registry);
  const auto value = [&](const char* name) { return config.get_string(fmt::format("{}:{}", key, name)); };
  Credentials found;
  found.certificate = !value("certfile").empty() && !value("keyfile").empty();
  found.token = value("_authToken");
  if (!found.token.empty()) return found;
  std::string decoded;
  const auto username = value("username"), password = value("_password");
  if (!username.empty() && base64_decode(password, decoded) && !decoded.empty()) {
    found.username = username;
    found.password = decoded;
    return found;
  }
  if (base64_decode(value("_auth"), decoded) && !decoded.empty()) {
    const auto colon = decoded.find(':');
    found.username = decoded.substr(0, colon);
    if (colon != std::string::npos) found.password = decoded.substr(colon + 1);
  }
  return found;
}

void set_token(Config& config, const std::string& registry, const std::string& token) {
  const auto key = credential_key(registry);
  config.set(key + ":_authToken", token, Layer::kUser);
  for (const char* name : {"always-auth", "_password", "username"})
    config.remove(fmt::format("{}:{}", key, name), Layer::kUser);
}

void clear_credentials(Config& config, const std::string& registry, Layer layer) {
  const auto key = credential_key(registry);
  if (credential_key(config.get_string("registry")) == key)
    for (const char* name : {"-authtoken", "_authToken", "_authtoken", "_auth", "_password", "username"})
      config.remove(name, layer);
  for (const char* name : {"_authToken", "_auth", "_password", "username", "email", "certfile", "keyfile"})
    config.remove(fmt::format("{}:{}", key, name), layer);
}

std::string login_registry(const Config& config) {
  const auto scope = config.get_string("scope");
  if (!scope.empty()) {
    const auto scoped = config.get_string(scope + ":registry");
    if (!scoped.empty() && !config.get("registry", Layer::kCli)) return scoped;
  }
  return config.get_string("registry");
}

}  // namespace hoist::cli
