#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? printable(*text) : std::string();
}

/// The named package, or the one of the project.
Result<std::string> package_of(const Session& session, const std::string& argument) {
  std::string name = argument;
  if (name.empty() && !session.config.global()) name = package_name_at(session.config.prefix());
  if (name.empty()) return usage_error(session);
  HOIST_TRY(const auto spec, registry_spec(session, name));
  return spec.name;
}

Json owners_of(const Json& packument) {
  const Json* field = find_member(packument, "maintainers");
  return field != nullptr && field->is_array() ? *field : Json::array();
}

Result<void> list(Session& session, const std::string& argument) {
  HOIST_TRY(const auto name, package_of(session, argument));
  RegistrySession registry(session);
  const auto packument = registry.packument(name);
  if (!packument) {
    session.console.log(LogLevel::kError, "owner ls", "Couldn't get owner data " + name);
    return std::unexpected(packument.error());
  }
  std::vector<std::string> lines;
  for (const auto& owner : owners_of(*packument))
    lines.push_back(fmt::format("{} <{}>", text_of(owner, "name"), text_of(owner, "email")));
  session.console.always(lines.empty() ? "no admin found" : join(lines, "\n"));
  return {};
}

/// The new list; nullopt when nothing changes.
Result<std::optional<Json>> changed_owners(Session& session, const Json& owners, const Json& user, bool add) {
  const auto name = text_of(user, "name");
  const auto is_user = [&](const Json& owner) { return text_of(owner, "name") == name; };
  if (add) {
    if (const auto at = std::ranges::find_if(owners, is_user); at != owners.end()) {
      session.console.log(LogLevel::kInfo, "owner add",
                          fmt::format("Already a package owner: {} <{}>", name, text_of(*at, "email")));
      return std::nullopt;
    }
    Json all = owners;
    all.push_back(user);
    return std::optional(std::move(all));
  }
  Json rest = Json::array();
  for (const auto& owner : owners)
    if (!is_user(owner)) rest.push_back(owner);
  if (rest.size() == owners.size()) {
    session.console.log(LogLevel::kInfo, "owner rm", "Not a package owner: " + name);
    return std::nullopt;
  }
  if (rest.empty()) return fail("EOWNERRM", "Cannot remove all owners of a package. Add someone else first.");
  return std::optional(std::move(rest));
}

Result<void> change(Session& session, const std::string& user_name, const std::string& argument, bool add) {
  if (user_name.empty()) return usage_error(session);
  HOIST_TRY(const auto name, package_of(session, argument));
  RegistrySession registry(session);
  const auto found = registry.get("/-/user/org.couchdb.user:" + percent_encode_component(user_name), name);
  if (!found) {
    session.console.log(LogLevel::kError, "owner mutate", "Error getting user data for " + printable(user_name));
    return std::unexpected(found.error());
  }
  Json user = Json::object();
  for (const char* key : {"name", "email"})
    if (const Json* value = find_member(*found, key)) user[key] = *value;
  HOIST_TRY(const auto packument, registry.packument(name));
  HOIST_TRY(const auto owners, changed_owners(session, owners_of(packument), user, add));
  if (!owners) return {};
  const auto* revision = find_string(packument, "_rev");
  const std::string rev = revision != nullptr ? *revision : "undefined";
  Json body = Json::object();
  for (const char* key : {"_id", "_rev"})
    if (const Json* value = find_member(packument, key)) body[key] = *value;
  body["maintainers"] = *owners;
  const auto path = fmt::format("{}/-rev/{}", escaped_name(name), percent_encode_component(rev));
  const auto answer = registry.send(json_call("PUT", path, name, body));
  if (!answer)
    return fail("EOWNERMUTATE", fmt::format("Failed to update package: {}", Json(answer.error().message).dump()));
  session.console.always(fmt::format("{} {} ({})", add ? "+" : "-", printable(user_name), name));
  return {};
}

Result<void> act(Session& session, const std::string& action, const std::string& first, const std::string& second) {
  if (action == "ls" || action == "list") return list(session, first);
  if (action == "add") return change(session, first, second, true);
  if (action == "rm" || action == "remove") return change(session, first, second, false);
  return usage_error(session);
}

}  // namespace

Result<int> run_owner(Session& session, const std::vector<std::string>& arguments) {
  const auto at = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
  const bool names_package = (at(0) == "ls" && arguments.size() > 1) || arguments.size() > 2;
  if (wants_workspaces(session) && !names_package) {
    HOIST_TRY(const auto chosen, chosen_workspaces(session));
    const bool lists = at(0) == "ls" || at(0) == "list";
    for (const auto& workspace : chosen)
      HOIST_CHECK(lists ? act(session, at(0), workspace.name, "") : act(session, at(0), at(1), workspace.name));
    return 0;
  }
  if (wants_workspaces(session)) session.console.log(LogLevel::kWarn, "", "Ignoring specified workspace(s)");
  HOIST_CHECK(act(session, at(0), at(1), at(2)));
  return 0;
}

}  // namespace hoist::cli
