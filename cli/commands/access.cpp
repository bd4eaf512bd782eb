#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/registry/registry_session.hpp"
#include "cli/registry/team_name.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string package_path(const std::string& name, std::string_view what) {
  return fmt::format("/-/package/{}/{}", escaped_name(name), what);
}

class Access {
 public:
  explicit Access(Session& session) : session_(session), registry_(session) {}

  Result<void> grant(const std::string& permissions, const std::string& team, const std::string& argument) {
    if (!is_one_of(permissions, {"read-only", "read-write"}))
      return usage_error(session_, "grant must be either `read-only` or `read-write`");
    if (team.empty()) return usage_error(session_, "`<scope:team>` argument is required");
    HOIST_TRY(const auto name, package_name(argument, false));
    const auto parts = parse_team(team);
    if (parts.scope.empty() || parts.team.empty()) return fail("", "team must be in format `scope:team`");
    const Json body{{"package", name}, {"permissions", permissions}};
    return put(scoped(parts, json_call("PUT", team_path(parts, "package"), name, body)));
  }

  Result<void> revoke(const std::string& team, const std::string& argument) {
    HOIST_TRY(const auto name, package_name(argument, false));
    const auto parts = parse_team(team);
    return put(scoped(parts, json_call("DELETE", team_path(parts, "package"), name, Json{{"package", name}})));
  }

  Result<void> list_packages(std::string owner, const std::string& only) {
    if (owner.empty()) {
      HOIST_TRY(owner, identity_of(registry_));
    }
    const auto parts = parse_team(owner);
    const auto scope = percent_encode_component(parts.scope);
    auto found =
        registry_.get(parts.team.empty() ? fmt::format("/-/org/{}/package", scope) : team_path(parts, "package"));
    if (!found && found.error().code == "E404") found = registry_.get(fmt::format("/-/user/{}/package", scope));
    if (!found) return std::unexpected(found.error());
    print(*found, only);
    return {};
  }

  Result<void> list_collaborators(const std::string& argument, const std::string& only) {
    HOIST_TRY(const auto name, package_name(argument, false));
    HOIST_TRY(const auto found, registry_.get(package_path(name, "collaborators"), name));
    print(found, only);
    return {};
  }

  Result<void> print_status(const std::string& argument) {
    HOIST_TRY(const auto name, package_name(argument, false));
    HOIST_TRY(const auto found, registry_.get(package_path(name, "visibility"), name));
    const Json* open = find_member(found, "public");
    print(Json{{name, open != nullptr && *open == Json(true) ? "public" : "private"}}, "");
    return {};
  }

  Result<void> set(const std::string& setting, const std::string& argument) {
    const auto equals = setting.find('=');
    const auto value = setting.substr(equals + 1);
    const bool status = setting.substr(0, equals) == "status";
    HOIST_TRY(const auto name, package_name(argument, status));
    Json body = Json::object();
    if (status) {
      body["access"] = value == "private" ? "restricted" : value;
    } else {
      body["publish_requires_tfa"] = value != "none";
      if (value != "none") body["automation_token_overrides_tfa"] = value == "automation";
    }
    HOIST_CHECK(put(json_call("POST", package_path(name, "access"), name, body)));
    return status ? print_status(name) : Result<void>();
  }

 private:
  static fetcher::RegistryCall scoped(const TeamName& team, fetcher::RegistryCall call) {
    call.headers.add("npm-scope", team.scope);
    return call;
  }

  Result<void> put(fetcher::RegistryCall call) {
    HOIST_TRY(const auto answer, registry_.send(std::move(call)));
    return {};
  }

  /// The named package, or the project's.
  Result<std::string> package_name(std::string name, bool scoped) const {
    if (name.empty()) name = package_name_at(session_.config.prefix());
    if (name.empty()) return fail("ENOENT", "no package name given and no package.json found");
    HOIST_TRY(const auto spec, registry_spec(session_, name));
    if (!spec.registry()) return fail("", "must use package name only");
    if (scoped && !spec.name.starts_with('@'))
      return usage_error(session_, "This command is only available for scoped packages.");
    return spec.name;
  }

  void print(const Json& items, const std::string& only) const {
    std::vector<std::pair<std::string, std::string>> lines;
    Json shown = Json::object();
    if (items.is_object())
      for (const auto& [key, value] : items.items()) {
        const auto text = display_text(value);
        const auto word = text == "read" ? "read-only" : text == "write" ? "read-write" : text;
        shown[key] = word;
        lines.emplace_back(key, word);
      }
    if (session_.config.get_bool("json")) {
      session_.console.buffer_json(shown);
      return;
    }
    std::ranges::sort(lines, LocaleLess(), &std::pair<std::string, std::string>::first);
    for (const auto& [key, word] : lines)
      if (only.empty() || only == key) session_.console.standard(printable(fmt::format("{}: {}", key, word)));
  }

  Session& session_;
  RegistrySession registry_;
};

Result<void> act(Session& session, const std::vector<std::string>& arguments) {
  const auto at = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
  const auto command = at(0), second = at(1);
  if (command.empty()) return usage_error(session);
  if (!is_one_of(command, {"get", "grant", "list", "ls", "revoke", "set"}))
    return usage_error(session, printable(command) + " is not a valid access command");
  if (second.empty()) return usage_error(session);
  Access access(session);
  if (command == "grant") return access.grant(second, at(2), at(3));
  if (command == "revoke") return access.revoke(second, at(2));
  if (command == "get") {
    if (second == "status") return access.print_status(at(2));
    return usage_error(session, fmt::format("get {} is not a valid access command", printable(second)));
  }
  if (command == "set") {
    if (is_one_of(second, {"status=public", "status=private", "mfa=none", "mfa=publish", "mfa=automation", "2fa=none",
                           "2fa=publish", "2fa=automation"}))
      return access.set(second, at(2));
    return usage_error(session, fmt::format("set {} is not a valid access command", printable(second)));
  }
  if (second == "packages") return access.list_packages(at(2), at(3));
  if (second == "collaborators") return access.list_collaborators(at(2), at(3));
  return usage_error(session, fmt::format("list {} is not a valid access command", printable(second)));
}

}  // namespace

Result<int> run_access(Session& session, const std::vector<std::string>& arguments) {
  HOIST_CHECK(act(session, arguments));
  return 0;
}

}  // namespace hoist::cli
