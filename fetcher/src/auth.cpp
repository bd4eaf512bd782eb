#include "hoist/fetcher/auth.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::size_t kMaxPemFile = 1U << 20U;

std::string_view value_of(const CredentialMap& map, const std::string& prefix, std::string_view setting) {
  const auto found = map.find(fmt::format("{}:{}", prefix, setting));
  return found != map.end() ? std::string_view(found->second) : std::string_view{};
}

bool has_auth(const CredentialMap& map, const std::string& prefix) {
  const auto has = [&](std::string_view setting) { return !value_of(map, prefix, setting).empty(); };
  return has("_authToken") || has("_auth") || (has("username") && has("_password")) ||
         (has("certfile") && has("keyfile"));
}

/// Walks up from the URL's path: keys may end with the slash or without it.
std::string find_prefix(const Url& url, const CredentialMap& map) {
  if (map.empty()) return {};
  std::string prefix = fmt::format("//{}{}", url.host_and_port(), url.path);
  while (prefix.size() > 2) {
    if (has_auth(map, prefix)) return prefix;
    if (prefix.ends_with('/')) {
      prefix.pop_back();
    } else {
      prefix.erase(prefix.rfind('/') + 1);
    }
  }
  return {};
}

Result<std::string> read_pem(std::string_view file) {
  auto text = read_file(std::filesystem::path(file), kMaxPemFile);
  if (text) return text;
  if (text.error().code == "ENOENT") return std::string{};
  return fail_from(std::move(text).error(), "reading a client certificate");
}

Result<void> add_certificate(Credential& credential, const CredentialMap& map, const std::string& prefix) {
  const std::string_view cert_file = value_of(map, prefix, "certfile");
  const std::string_view key_file = value_of(map, prefix, "keyfile");
  if (cert_file.empty() || key_file.empty()) return {};
  HOIST_TRY(std::string cert, read_pem(cert_file));
  HOIST_TRY(std::string key, read_pem(key_file));
  if (!cert.empty() && !key.empty()) credential.certificate = ClientCertificate{std::move(cert), std::move(key)};
  return {};
}

Result<Credential> credential_at(const CredentialMap& map, const std::string& prefix) {
  Credential credential;
  credential.source = prefix;
  const std::string_view token = value_of(map, prefix, "_authToken");
  const std::string_view basic = value_of(map, prefix, "_auth");
  const std::string_view username = value_of(map, prefix, "username");
  const std::string_view password = value_of(map, prefix, "_password");
  if (!token.empty()) {
    credential.authorization = fmt::format("Bearer {}", token);
  } else if (!basic.empty()) {
    credential.authorization = fmt::format("Basic {}", basic);
  } else if (!username.empty() && !password.empty()) {
    std::string plain;
    if (!base64_decode(password, plain)) plain.clear();
    credential.authorization = "Basic " + base64_encode(fmt::format("{}:{}", username, plain));
  }
  HOIST_CHECK(add_certificate(credential, map, prefix));
  return credential;
}

}  // namespace

std::string nerf_dart(const Url& url) {
  return fmt::format("//{}{}", url.host_and_port(), url.path.substr(0, url.path.rfind('/') + 1));
}

Result<Credential> find_credential(std::string_view url, std::string_view registry, std::string_view default_registry,
                                   const CredentialMap& credentials) {
  HOIST_TRY(const Url target, Url::parse(url));
  if (const std::string prefix = find_prefix(target, credentials); !prefix.empty())
    return credential_at(credentials, prefix);
  const auto base = Url::parse(registry);
  if (!base) return Credential{};
  const std::string prefix = find_prefix(*base, credentials);
  if (prefix.empty()) return Credential{};
  if (base->host_and_port() == target.host_and_port()) return credential_at(credentials, prefix);
  Credential none;
  if (registry != default_registry) none.scope_key = prefix;
  return none;
}

}  // namespace hoist::fetcher
