#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/output/prompt.hpp"
#include "cli/registry/credentials.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"

namespace hoist::cli {
namespace {

constexpr const char* kProfile = "/-/npm/v1/user";
constexpr const char* kTwoFactor = "two-factor auth";
constexpr std::string_view kKnown[] = {"name",     "email",  kTwoFactor, "fullname",
                                       "homepage", "github", "created",  "updated"};
constexpr std::string_view kWritable[] = {"email", "password", "fullname", "homepage", "github"};

Result<Json> change_profile(RegistrySession& registry, Json profile) {
  for (auto& [key, value] : profile.items())
    if (value == Json("")) value = nullptr;
  return registry.send_json(json_call("POST", kProfile, "", profile));
}

std::string shown(const Json& value) {
  return value.is_null() || value == Json(false) ? std::string() : printable(display_text(value));
}

/// What a person reads: known fields in a fixed order, then the others.
std::vector<std::pair<std::string, std::string>> readable(const Json& info) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto field = [&](std::string_view key) {
    const Json* value = find_member(info, key);
    return value != nullptr ? shown(*value) : std::string();
  };
  const Json* tfa = find_member(info, "tfa");
  const Json* pending = tfa != nullptr ? find_member(*tfa, "pending") : nullptr;
  const bool enabled = tfa != nullptr && tfa->is_object() && (pending == nullptr || *pending == Json(false));
  const Json* verified = find_member(info, "email_verified");
  for (const auto key : kKnown) {
    std::string value = field(key);
    if (key == "email") value += verified != nullptr && *verified == Json(true) ? " (verified)" : "(unverified)";
    if (key == kTwoFactor) {
      const auto* mode = enabled ? find_string(*tfa, "mode") : nullptr;
      value = mode != nullptr ? printable(*mode) : "disabled";
    }
    lines.emplace_back(key, value);
  }
  for (const auto& [key, value] : info.items())
    if (key != "tfa" && key != "email_verified" && std::ranges::find(kKnown, key) == std::end(kKnown))
      lines.emplace_back(printable(key), shown(value));
  return lines;
}

Result<void> get(Session& session, const std::vector<std::string>& wanted) {
  RegistrySession registry(session);
  HOIST_TRY(auto info, registry.get(kProfile));
  if (!info.is_object()) return fail("EJSONPARSE", "the registry's answer is no profile");
  if (const Json* list = find_member(info, "cidr_whitelist"); list != nullptr && (list->is_null() || list->empty()))
    info.erase("cidr_whitelist");
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(info);
    return {};
  }
  const auto lines = readable(info);
  const auto value_of = [&](std::string_view key) {
    const auto at = std::ranges::find(lines, key, &std::pair<std::string, std::string>::first);
    return at != lines.end() ? at->second : std::string();
  };
  if (!wanted.empty()) {
    std::vector<std::string> values;
    for (const auto& argument : wanted)
      for (const auto key : split(argument, ','))
        if (!trim(key).empty()) values.push_back(value_of(key));
    console.standard(join(values, "\t"));
  } else if (session.config.get_bool("parseable")) {
    for (const auto& [key, value] : info.items())
      console.standard(
          fmt::format("{}\t{}", printable(key), key == "tfa" ? value_of(kTwoFactor) : printable(display_text(value))));
  } else {
    for (const auto& [key, value] : lines) console.standard(fmt::format("{}: {}", key, value));
  }
  return {};
}

Result<Json> ask_new_password(Session& session) {
  auto& console = session.console;
  HOIST_TRY(const auto current, ask_password(console, "Current password: "));
  for (;;) {
    HOIST_TRY(const auto first, ask_password(console, "New password: "));
    HOIST_TRY(const auto second, ask_password(console, "       Again:     "));
    if (first == second) return Json{{"old", current}, {"new", first}};
    console.log(LogLevel::kWarn, "profile", "Passwords do not match, please try again.");
  }
}

Result<void> set(Session& session, const std::vector<std::string>& arguments) {
  const std::string key = arguments.empty() ? std::string() : to_lower(trim(arguments[0]));
  const bool has_value = arguments.size() > 1;
  if (key != "password" && !has_value) return fail("", "npm profile set <prop> <value>");
  if (key == "password" && has_value)
    return fail("", "npm profile set password\nDo not include your current or new passwords on the command line.");
  if (std::ranges::find(kWritable, key) == std::end(kWritable))
    return fail("", fmt::format("\"{}\" is not a property we can set. Valid properties are: email, password, fullname, "
                                "homepage, github",
                                printable(key)));
  Json value = join({arguments.begin() + 1, arguments.end()}, " ");
  if (key == "password") {
    HOIST_TRY(value, ask_new_password(session));
  }
  RegistrySession registry(session);
  HOIST_TRY(const auto known, registry.get(kProfile));
  // The registry clears what it does not get.
  Json profile = Json::object();
  for (const auto name : kWritable)
    if (const Json* field = find_member(known, name)) profile[std::string(name)] = *field;
  profile[key] = value;
  HOIST_TRY(const auto answer, change_profile(registry, std::move(profile)));
  const Json* result = find_member(answer, key);
  auto& console = session.console;
  const bool told = result != nullptr && !result->is_null();
  if (session.config.get_bool("json"))
    console.buffer_json(told ? Json{{key, *result}} : Json::object());
  else if (session.config.get_bool("parseable"))
    console.standard(fmt::format("{}\t{}", key, told ? printable(display_text(*result)) : "undefined"));
  else
    console.standard(told ? fmt::format("Set {} to {}", key, printable(display_text(*result))) : "Set " + key);
  return {};
}

/// The challenge of an authenticator app: shown as a secret to type in.
Result<void> finish_enabling(Session& session, RegistrySession& registry, const Json& challenge) {
  const auto* address = find_string(challenge, "tfa");
  if (address == nullptr || !address->starts_with("otpauth://"))
    return fail("", "Unknown error enabling two-factor authentication. Expected otpauth URL");
  const auto query = address->substr(std::min(address->find('?'), address->size()));
  const auto at = query.find("secret=");
  const auto secret = at == std::string::npos ? std::string() : query.substr(at + 7, query.find('&', at) - at - 7);
  auto& console = session.console;
  console.standard("Open in your authenticator app:\n" + printable(*address) +
                   "\n Or enter code: " + printable(secret));
  HOIST_TRY(const auto code, ask_one_time_password(console, "And an OTP code from your authenticator: "));
  HOIST_TRY(const auto result, change_profile(registry, Json{{"tfa", Json::array({code})}}));
  console.standard("2FA successfully enabled. Below are your recovery codes, please print these out.");
  console.standard("You will need these to recover access to your account if you lose your authentication device.");
  if (const Json* codes = find_member(result, "tfa"); codes != nullptr && codes->is_array())
    for (const auto& one : *codes) console.standard('\t' + printable(display_text(one)));
  return {};
}

Result<void> enable(Session& session, const std::vector<std::string>& arguments) {
  const auto& config = session.config;
  if (arguments.size() > 1) return fail("", "npm profile enable-2fa [auth-and-writes|auth-only]");
  const std::string mode = arguments.empty() ? "auth-and-writes" : arguments[0];
  if (mode != "auth-only" && mode != "auth-and-writes")
    return fail("", fmt::format("Invalid two-factor authentication mode \"{}\".\nValid modes are:\n"
                                "  auth-only - Require two-factor authentication only when logging in\n"
                                "  auth-and-writes - Require two-factor authentication when logging in AND when "
                                "publishing",
                                printable(mode)));
  for (const char* format : {"json", "parseable"})
    if (config.get_bool(format))
      return fail("",
                  fmt::format("Enabling two-factor authentication is an interactive operation and {} output mode is "
                              "not available",
                              std::string_view(format) == "json" ? "JSON" : format));
  RegistrySession registry(session);
  HOIST_TRY(const auto info, registry.get(kProfile));
  const Json* tfa = find_member(info, "tfa");
  const bool known = tfa != nullptr && tfa->is_object();
  const Json* waiting = known ? find_member(*tfa, "pending") : nullptr;
  const bool pending = waiting != nullptr && *waiting == Json(true);
  const auto* current = known ? find_string(*tfa, "mode") : nullptr;
  if (!pending && current != nullptr && *current == mode) {
    session.console.standard("Two factor authentication is already enabled and set to " + mode);
    return {};
  }
  const auto url = config.get_string("registry");
  const auto credentials = credentials_of(config, url);
  if (credentials.token.empty() && credentials.username.empty())
    return fail("", fmt::format("You need to be logged in to registry {} in order to enable 2fa", url));
  if (credentials.token.empty())
    return fail("ENEEDAUTH", "Two-factor authentication needs a token, not a stored password", "Log in again first.");
  session.console.log(LogLevel::kNotice, "profile", "Enabling two factor authentication for " + mode);
  HOIST_TRY(const auto password, ask_password(session.console, "npm password: "));
  if (pending) {
    HOIST_TRY(const auto reset, change_profile(registry, Json{{"tfa", {{"password", password}, {"mode", "disable"}}}}));
  }
  HOIST_TRY(const auto challenge, change_profile(registry, Json{{"tfa", {{"mode", mode}, {"password", password}}}}));
  const Json* answered = find_member(challenge, "tfa");
  if (answered != nullptr && answered->is_object() && answered->contains("mode")) {
    session.console.standard("Two factor authentication mode changed to: " + mode);
    return {};
  }
  return finish_enabling(session, registry, challenge);
}

Result<void> disable(Session& session) {
  RegistrySession registry(session);
  HOIST_TRY(const auto info, registry.get(kProfile));
  const Json* tfa = find_member(info, "tfa");
  const Json* pending = tfa != nullptr ? find_member(*tfa, "pending") : nullptr;
  auto& console = session.console;
  if (tfa == nullptr || !tfa->is_object() || (pending != nullptr && *pending == Json(true))) {
    console.standard("Two factor authentication not enabled.");
    return {};
  }
  HOIST_TRY(const auto password, ask_password(console, "npm password: "));
  HOIST_TRY(const auto answer, change_profile(registry, Json{{"tfa", {{"password", password}, {"mode", "disable"}}}}));
  if (session.config.get_bool("json"))
    console.buffer_json(Json{{"tfa", false}});
  else
    console.standard(session.config.get_bool("parseable") ? "tfa\tfalse" : "Two factor authentication disabled.");
  return {};
}

}  // namespace

Result<int> run_profile(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  const auto& command = arguments[0];
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, command) != words.end();
  };
  Result<void> done;
  if (is({"enable-2fa", "enable-tfa", "enable2fa", "enabletfa"}))
    done = enable(session, rest);
  else if (is({"disable-2fa", "disable-tfa", "disable2fa", "disabletfa"}))
    done = disable(session);
  else if (is({"get"}))
    done = get(session, rest);
  else if (is({"set"}))
    done = set(session, rest);
  else
    return fail("", "Unknown profile command: " + printable(command));
  HOIST_CHECK(done);
  return 0;
}

}  // namespace hoist::cli
