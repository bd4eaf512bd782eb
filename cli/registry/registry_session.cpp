#include "cli/registry/registry_session.hpp"

#include "cli/config/options.hpp"
#include "cli/output/prompt.hpp"
#include "cli/registry/credentials.hpp"
#include "cli/registry/web_auth.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

fetcher::RegistryOptions options_of(const Session& session, std::string registry,
                                    std::map<std::string, std::string, std::less<>> scopes) {
  const auto& config = session.config;
  auto options =
      registry_options(config, node_version(config.inputs().node, config.get_string("cache")), session.command);
  if (!registry.empty()) options.registry = std::move(registry);
  for (auto& [scope, url] : scopes) options.scoped_registries[scope] = url;
  return options;
}

}  // namespace

RegistrySession::RegistrySession(Session& session, std::string registry,
                                 std::map<std::string, std::string, std::less<>> scope_registries)
    : session_(session),
      http_(http_options(session.config), session.console),
      client_(http_, options_of(session, std::move(registry), std::move(scope_registries)), session.console) {}

Result<fetcher::HttpResponse> RegistrySession::send(fetcher::RegistryCall call) {
  auto first = call;
  first.ignore_errors = true;
  HOIST_TRY(const auto response, client_.call(std::move(first)));
  auto checked = client_.check(call.method, call.package, response);
  if (checked || checked.error().code != "EOTP" || !is_interactive(session_.console)) return checked;
  HOIST_TRY(call.otp, one_time_password(response));
  return client_.call(std::move(call));
}

/// By the browser when the registry offers that, else typed.
Result<std::string> RegistrySession::one_time_password(const fetcher::HttpResponse& response) {
  if (const auto body = parse_json(response.body, "challenge"); body) {
    const auto* auth = find_string(*body, "authUrl");
    const auto* done = find_string(*body, "doneUrl");
    if (auth != nullptr && done != nullptr)
      return wait_for_browser(session_, client_, {"Authenticate your account at", *auth, *done});
  }
  return ask_one_time_password(session_.console, "This operation requires a one-time password.\nEnter OTP: ");
}

Result<Json> RegistrySession::send_json(fetcher::RegistryCall call) {
  HOIST_TRY(const auto response, send(std::move(call)));
  if (response.body.empty()) return Json(nullptr);
  return parse_json(response.body, "the registry's answer");
}

Result<Json> RegistrySession::get(std::string path, std::string package) {
  fetcher::RegistryCall call;
  call.path = std::move(path);
  call.package = std::move(package);
  return send_json(std::move(call));
}

Result<Json> RegistrySession::packument(const std::string& name, bool write) {
  HOIST_TRY(auto document, get(escaped_name(name) + (write ? "?write=true" : ""), name));
  if (!document.is_object())
    return fail("EJSONPARSE", fmt::format("the registry's answer about {} is no object", name));
  return document;
}

fetcher::RegistryCall json_call(std::string method, std::string path, std::string package, const Json& body) {
  fetcher::RegistryCall call;
  call.method = std::move(method);
  call.path = std::move(path);
  call.package = std::move(package);
  call.headers.add("content-type", "application/json");
  call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return call;
}

std::string escaped_name(std::string_view name) { return replace_all(std::string(name), "/", "%2f"); }

Result<package::PackageSpec> registry_spec(const Session& session, const std::string& argument) {
  return package::parse_spec(argument, session.config.inputs().cwd);
}

std::string package_name_at(const std::filesystem::path& folder) {
  const auto package = package::PackageJson::read(folder);
  const auto* name = package ? find_string(package->document(), "name") : nullptr;
  return name != nullptr ? *name : std::string();
}

Result<std::string> identity_of(RegistrySession& registry) {
  const auto& url = registry.client().options().registry;
  const auto credentials = credentials_of(registry.session().config, url);
  if (!credentials.username.empty()) return credentials.username;
  if (credentials.any()) {
    HOIST_TRY(const auto answer, registry.get("/-/whoami"));
    if (const auto* name = find_string(answer, "username")) return *name;
  }
  return fail("ENEEDAUTH", "This command requires you to be logged in.");
}

}  // namespace hoist::cli
