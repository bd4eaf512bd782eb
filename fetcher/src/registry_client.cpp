#include "hoist/fetcher/registry_client.hpp"

#include "hoist/base/text.hpp"
#include "npm_headers.hpp"

namespace hoist::fetcher {
namespace {

std::string_view scope_of(std::string_view package) {
  if (!package.starts_with('@')) return {};
  return package.substr(0, package.find('/'));
}

std::string_view without_final_slashes(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

bool is_absolute(std::string_view path) { return path.starts_with("http://") || path.starts_with("https://"); }

/// What a registry says in an error body: `error`, else `message`, else the whole object.
std::string explanation(const HttpResponse& response) {
  constexpr std::size_t kLongest = 2000;
  auto parsed = parse_json(response.body, "error");
  if (!parsed || !parsed->is_object() || parsed->empty()) return {};
  std::string text;
  for (const char* key : {"error", "message"}) {
    if (const std::string* found = find_string(*parsed, key); found != nullptr && text.empty()) text = *found;
  }
  if (text.empty()) text = parsed->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongest) text.resize(kLongest);
  return " - " + printable(redact(text));
}

bool lists(std::string_view header, std::string_view word) {
  for (const std::string_view part : split(header, ',')) {
    if (to_lower(trim(part)) == word) return true;
  }
  return false;
}

}  // namespace

RegistryClient::RegistryClient(HttpClient& http, RegistryOptions options, Reporter& reporter)
    : http_(http), options_(std::move(options)), reporter_(reporter) {}

std::string RegistryClient::registry_for(std::string_view package) const {
  const std::string* registry = &options_.registry;
  for (const std::string_view scope : {scope_of(package), std::string_view(options_.scope)}) {
    if (scope.empty()) continue;
    const std::string key = scope.starts_with('@') ? std::string(scope) : fmt::format("@{}", scope);
    if (const auto found = options_.scoped_registries.find(key); found != options_.scoped_registries.end()) {
      registry = &found->second;
      break;
    }
  }
  return fmt::format("{}/", without_final_slashes(trim(*registry)));
}

std::string RegistryClient::packument_url(std::string_view package) const {
  return registry_for(package) + escape_name(package);
}

std::string RegistryClient::tarball_url(std::string_view resolved) const {
  return replace_registry_host(resolved, options_.registry, options_.replace_registry_host);
}

Result<HttpRequest> RegistryClient::prepare(RegistryCall call) const {
  HttpRequest request;
  const std::string registry = registry_for(call.package);
  request.method = std::move(call.method);
  std::string_view path = call.path;
  while (path.starts_with('/')) path.remove_prefix(1);
  request.url = is_absolute(call.path) ? call.path : registry + std::string(path);
  request.headers = std::move(call.headers);
  request.body = std::move(call.body);
  const auto add = [&request](const char* name, const std::string& value) {
    if (!value.empty() && request.headers.find(name) == nullptr) request.headers.add(name, value);
  };
  add("user-agent", options_.user_agent);
  add("npm-auth-type", options_.auth_type);
  add("npm-scope", options_.scope);
  add("npm-session", options_.session);
  add("npm-command", options_.command);
  add("npm-otp", call.otp.empty() ? options_.otp : call.otp);
  if (!request.body.empty()) add("content-type", "application/json");
  HOIST_TRY(Credential credential, find_credential(request.url, registry, options_.registry, options_.credentials));
  add("authorization", credential.authorization);
  request.client_certificate = std::move(credential.certificate);
  if (!credential.scope_key.empty()) {
    reporter_.log(
        LogLevel::kVerbose, "registry",
        fmt::format("no credential for {} although {} has one", printable(redact(request.url)), credential.scope_key));
  }
  return request;
}

Result<HttpResponse> RegistryClient::call(RegistryCall call) {
  const std::string method = call.method;
  const std::string package = call.package;
  const bool ignore_errors = call.ignore_errors;
  HOIST_TRY(HttpRequest request, prepare(std::move(call)));
  auto response = http_.perform(std::move(request));
  if (response && !ignore_errors) response = check(method, package, *std::move(response));
  if (response || package.empty()) return response;
  return fail_from(std::move(response).error(),
                   fmt::format("{} {}", method == "GET" ? "asking the registry about" : "telling the registry about",
                               printable(package)));
}

Result<Json> RegistryClient::call_json(RegistryCall call) {
  HOIST_TRY(const HttpResponse response, this->call(std::move(call)));
  if (response.body.empty()) return Json(nullptr);
  auto parsed = parse_json(response.body, printable(redact(response.url)));
  if (parsed) return parsed;
  return fail("EJSONPARSE", fmt::format("invalid json response body at {} reason: {}", printable(redact(response.url)),
                                        parsed.error().message));
}

Result<HttpResponse> RegistryClient::check(std::string_view method, std::string_view package, HttpResponse response) {
  if (const std::string* notice = response.headers.find("npm-notice")) {
    const std::string text = printable(*notice);
    bool fresh = false;
    {
      const std::lock_guard lock(mutex_);
      fresh = notices_.insert(text).second;
    }
    if (fresh) reporter_.log(LogLevel::kNotice, "", text);
  }
  if (response.status >= 400) return std::unexpected(status_error(method, package, response));
  return response;
}

Error RegistryClient::status_error(std::string_view method, std::string_view package,
                                   const HttpResponse& response) const {
  const std::string url = printable(redact(response.url));
  const std::string challenge = response.headers.joined("www-authenticate");
  Error error{fmt::format("E{}", response.status),
              fmt::format("{} {} - {} {}{}", response.status, response.reason, method, url, explanation(response)),
              {},
              {},
              {}};
  if (response.status == 401) {
    error.hint = fmt::format("Log in with `hoist login --registry={}`, or check the token in .npmrc.",
                             redact(registry_for(package)));
    if (lists(challenge, "ipaddress")) {
      error = Error{"EAUTHIP", "Login is not allowed from your IP address", {}, {}, {}};
    } else if (lists(challenge, "otp") ||
               (challenge.empty() && response.body.find("one-time pass") != std::string::npos)) {
      error = Error{"EOTP", "OTP required for authentication", "Pass the one-time password with --otp=<code>.", {}, {}};
    } else if (!challenge.empty()) {
      error.message = fmt::format("Unable to authenticate, need: {}", printable(redact(challenge)));
    }
  } else if (response.status == 404 && !package.empty()) {
    error.hint = fmt::format("'{}' is not in this registry, or you have no permission to read it.", printable(package));
  } else if (response.status == 403) {
    error.hint = "The registry's policy forbids it, or the account has no access.";
  } else if (response.status == 429) {
    error.hint = "The registry limits the rate of requests; try again later or lower maxsockets.";
  }
  if (error.message.find(url) == std::string::npos) error.context.push_back(fmt::format("{} {}", method, url));
  return error;
}

std::string replace_registry_host(std::string_view resolved, std::string_view registry, std::string_view policy) {
  if (policy == "never") return std::string(resolved);
  if (policy.empty() || policy == "npmjs") policy = "registry.npmjs.org";
  auto from = Url::parse(resolved);
  const auto to = Url::parse(registry);
  if (!from || !to) return std::string(resolved);
  const auto policy_url = is_absolute(policy) ? Url::parse(policy) : Result<Url>(fail("EINVALIDURL", ""));
  const std::string host = policy_url ? policy_url->host : to_lower(policy);
  if (policy != "always" && host != from->host) return std::string(resolved);
  const auto below = [](std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  };
  const std::string to_path(to->path.ends_with('/') ? std::string_view(to->path).substr(0, to->path.size() - 1)
                                                    : to->path);
  const std::string match_path =
      policy_url ? (policy_url->path.ends_with('/') ? policy_url->path.substr(0, policy_url->path.size() - 1)
                                                    : policy_url->path)
                 : std::string{};
  if (!match_path.empty()) {
    if (!below(from->path, match_path)) return std::string(resolved);
    from->path = to_path + from->path.substr(match_path.size());
  } else if (!to_path.empty() && !below(from->path, to_path)) {
    from->path = to_path + from->path;
  }
  from->scheme = to->scheme;
  from->host = to->host;
  from->port = to->port;
  return from->to_string();
}

}  // namespace hoist::fetcher
