#include "cli/config/options.hpp"

#include "cli/commands/command.hpp"
#include "cli/config/runtime.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/packument.hpp"

namespace hoist::cli {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

void add_unique(std::vector<std::string>& list, std::string_view item) {
  if (std::ranges::find(list, item) == list.end()) list.emplace_back(item);
}

std::chrono::milliseconds milliseconds(const Config& config, std::string_view key) {
  // A configuration may say 1e300; the clock cannot.
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(config.get_number(key), 0.0, 1e12)));
}

unsigned count(const Config& config, std::string_view key, double low, double high) {
  return static_cast<unsigned>(std::clamp(config.get_number(key), low, high));
}

resolver::Allow allow(const Config& config, std::string_view key) {
  const auto value = config.get_string(key);
  return value == "all" ? resolver::Allow::kAll : value == "root" ? resolver::Allow::kRoot : resolver::Allow::kNone;
}

/// `\n` in a PEM text of an .npmrc stands for a line break.
std::string pem(const std::string& text) { return replace_all(text, "\\n", "\n"); }

fetcher::ProxyOptions proxy_options(const Config& config) {
  const auto& environment = config.environment();
  const auto either = [&environment](std::string_view lower, std::string_view upper) {
    const auto value = environment.get(lower);
    return std::string(value.empty() ? environment.get(upper) : value);
  };
  fetcher::ProxyOptions proxy;
  if (config.get("proxy") != Json(false)) proxy.proxy = config.get_string("proxy");
  proxy.https_proxy = config.get_string("https-proxy");
  proxy.no_proxy = join(config.get_list("noproxy"), ",");
  proxy.env_https_proxy = either("https_proxy", "HTTPS_PROXY");
  proxy.env_http_proxy = either("http_proxy", "HTTP_PROXY");
  proxy.env_proxy = either("proxy", "PROXY");
  proxy.env_no_proxy = either("no_proxy", "NO_PROXY");
  return proxy;
}

fetcher::TlsOptions tls_options(const Config& config) {
  fetcher::TlsOptions tls;
  tls.strict_ssl = config.get_bool("strict-ssl");
  tls.cafile = config.get_string("cafile");
  for (const auto& certificate : config.get_list("ca")) tls.ca.push_back(pem(certificate));
  tls.extra_ca_file = config.environment().get("NODE_EXTRA_CA_CERTS");
  tls.ssl_cert_file = config.environment().get("SSL_CERT_FILE");
  tls.cert = pem(config.get_string("cert"));
  tls.key = pem(config.get_string("key"));
  return tls;
}

}  // namespace

std::vector<std::string> omit_list(const Config& config) {
  auto omit = config.get_list("omit");
  auto include = config.get_list("include");
  const auto only = config.get_string("only");
  const Json production = config.get("production");
  if (only == "prod" || only == "production" || production == Json(true))
    omit.emplace_back("dev");
  else if (production == Json(false))
    include.emplace_back("dev");
  if (config.get_string("also").starts_with("dev") || config.get_bool("dev")) include.emplace_back("dev");
  const Json optional = config.get("optional");
  if (optional == Json(false)) omit.emplace_back("optional");
  if (optional == Json(true)) include.emplace_back("optional");
  std::vector<std::string> result;
  for (const auto& kind : omit)
    if (std::ranges::find(include, kind) == include.end()) add_unique(result, kind);
  return result;
}

std::optional<TimePoint> release_cutoff(const Config& config, TimePoint now) {
  for (std::size_t i = kLayerCount; i-- > 1;) {
    const auto layer = static_cast<Layer>(i);
    if (const auto before = config.get("before", layer))
      return before->is_string() ? package::parse_iso_time(before->get_ref<const std::string&>()) : std::nullopt;
    const auto age = config.get("min-release-age", layer);
    if (!age || !age->is_number()) continue;
    const double days = std::clamp(age->get<double>(), 0.0, 36500.0);
    if (days == 0) return std::nullopt;
    return now - std::chrono::duration_cast<TimePoint::duration>(std::chrono::duration<double>(days * 86400));
  }
  return std::nullopt;
}

std::string install_strategy(const Config& config) {
  if (config.get_bool("legacy-bundling")) return "nested";
  if (config.get_bool("global-style")) return "shallow";
  return config.get_string("install-strategy");
}

resolver::SaveType save_type(const Config& config) {
  if (config.get_bool("save-dev")) return resolver::SaveType::kDev;
  const bool optional = config.get_bool("save-optional");
  if (config.get_bool("save-peer")) return optional ? resolver::SaveType::kPeerOptional : resolver::SaveType::kPeer;
  if (optional) return resolver::SaveType::kOptional;
  return config.get_bool("save-prod") ? resolver::SaveType::kProd : resolver::SaveType::kInfer;
}

std::string user_agent(const Config& config, std::string_view node_version) {
  const auto ci = detect_ci(config.environment());
  const bool workspaces = config.get_bool("workspaces") || !config.get_list("workspace").empty();
  std::string text = config.get_string("user-agent");
  const std::pair<std::string_view, std::string> fields[] = {
      {"{node-version}", "v" + std::string(node_version)}, {"{npm-version}", std::string(npm_version(config))},
      {"{platform}", std::string(node_platform())},        {"{arch}", std::string(node_arch())},
      {"{workspaces}", workspaces ? "true" : "false"},     {"{ci}", ci.name.empty() ? "" : "ci/" + ci.name}};
  for (const auto& [field, value] : fields) text = replace_all(std::move(text), field, value);
  text = std::string(trim(text));
  return config.is_default("user-agent") ? fmt::format("{} hoist/{}", text, hoist_version()) : text;
}

fetcher::HttpOptions http_options(const Config& config) {
  fetcher::HttpOptions http;
  http.fetch_timeout = milliseconds(config, "fetch-timeout");
  http.retry.retries = static_cast<int>(count(config, "fetch-retries", 0, 100));
  http.retry.factor = std::clamp(config.get_number("fetch-retry-factor"), 1.0, 1000.0);
  http.retry.min_timeout = milliseconds(config, "fetch-retry-mintimeout");
  http.retry.max_timeout = milliseconds(config, "fetch-retry-maxtimeout");
  http.tls = tls_options(config);
  http.proxy = proxy_options(config);
  http.local_address = config.get_string("local-address");
  http.max_sockets = count(config, "maxsockets", 1, 256);
  return http;
}

fetcher::RegistryOptions registry_options(const Config& config, std::string_view node_version,
                                          std::string_view command) {
  fetcher::RegistryOptions registry;
  registry.registry = config.get_string("registry");
  for (const auto& key : config.keys()) {
    constexpr std::string_view kRegistry = ":registry";
    if (key.starts_with("//"))
      registry.credentials.emplace(key, config.get_string(key));
    else if (key.starts_with('@') && key.ends_with(kRegistry))
      registry.scoped_registries.emplace(key.substr(0, key.size() - kRegistry.size()), config.get_string(key));
  }
  registry.user_agent = user_agent(config, node_version);
  registry.command = command;
  registry.otp = config.get_string("otp");
  registry.auth_type = registry.otp.empty() ? config.get_string("auth-type") : "legacy";
  registry.scope = config.get_string("scope");
  if (!registry.scope.empty() && !registry.scope.starts_with('@')) registry.scope.insert(0, "@");
  registry.replace_registry_host = config.get_string("replace-registry-host");
  return registry;
}

fetcher::CacheMode cache_mode(const Config& config) {
  if (config.get_bool("offline")) return fetcher::CacheMode::kOffline;
  if (config.get_bool("prefer-online") || config.get_number("cache-max") <= 0) return fetcher::CacheMode::kPreferOnline;
  if (config.get_bool("prefer-offline") || config.get_number("cache-min") >= 9999)
    return fetcher::CacheMode::kPreferOffline;
  return fetcher::CacheMode::kDefault;
}

resolver::ResolveOptions resolve_options(const Config& config, std::string node_version, TimePoint now) {
  resolver::ResolveOptions options;
  options.legacy_peer_deps = config.get_bool("legacy-peer-deps");
  options.strict_peer_deps = config.get_bool("strict-peer-deps");
  options.force = config.get_bool("force");
  options.prefer_dedupe = config.get_bool("prefer-dedupe");
  options.engine_strict = config.get_bool("engine-strict");
  options.install_links = config.get_bool("install-links");
  options.global = config.global();
  options.save = config.get_bool("save");
  const auto strategy = install_strategy(config);
  if (strategy == "nested") options.install_strategy = resolver::InstallStrategy::kNested;
  if (strategy == "shallow" || options.global) options.install_strategy = resolver::InstallStrategy::kShallow;
  options.node_version = std::move(node_version);
  options.npm_version = npm_version(config);
  options.default_tag = config.get_string("tag");
  options.save_prefix = config.get_bool("save-exact") ? "" : config.get_string("save-prefix");
  options.omit = omit_list(config);
  options.os = config.get_string("os");
  options.cpu = config.get_string("cpu");
  options.libc = config.get_string("libc");
  options.allow_git = allow(config, "allow-git");
  options.allow_remote = allow(config, "allow-remote");
  options.allow_file = allow(config, "allow-file");
  options.allow_directory = allow(config, "allow-directory");
  options.before = release_cutoff(config, now);
  options.allow_unused_patches = config.get_bool("allow-unused-patches");
  for (const auto& entry : config.get_list("min-release-age-exclude"))
    for (const auto name : split(entry, ','))
      if (!trim(name).empty()) add_unique(options.min_release_age_exclude, trim(name));
  if (const auto version = parse_js_number(config.get_string("lockfile-version"));
      version && *version >= 1 && *version <= 3)
    options.lockfile_version = static_cast<int>(*version);
  return options;
}

}  // namespace hoist::cli
