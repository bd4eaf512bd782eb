#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/registry/registry_session.hpp"
#include "cli/registry/team_name.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

class Team {
 public:
  Team(Session& session, std::string entity) : session_(session), registry_(session), entity_(std::move(entity)) {
    name_ = parse_team(entity_);
  }

  /// `verb`: created, deleted, added or removed.
  Result<void> change(const char* method, std::string path, Json body, const char* verb, const std::string& user) {
    if (name_.scope.empty() || (name_.team.empty() && entity_.find(':') == std::string::npos))
      return fail("", "team must be in format `scope:team`");
    HOIST_CHECK(send(method, std::move(path), body));
    const bool json = session_.config.get_bool("json");
    if (json) {
      Json done{{verb, true}, {"team", entity_}};
      if (!user.empty()) done["user"] = user;
      session_.console.buffer_json(std::move(done));
    } else if (session_.config.get_bool("parseable")) {
      session_.console.standard(user.empty() ? fmt::format("{}\t{}", entity_, verb)
                                             : fmt::format("{}\t{}\t{}", user, entity_, verb));
    } else if (!session_.console.silent()) {
      session_.console.standard(sentence(verb, user));
    }
    return {};
  }

  Result<void> list(bool users) {
    const auto path = users ? team_path(name_, "user?format=cli")
                            : fmt::format("/-/org/{}/team?format=cli", percent_encode_component(name_.scope));
    HOIST_TRY(const auto found, registry_.get(path));
    std::vector<std::string> names;
    if (found.is_structured())
      for (const auto& item : found) names.push_back(printable(display_text(item)));
    std::ranges::sort(names);
    if (session_.config.get_bool("json")) {
      session_.console.buffer_json(names);
    } else if (session_.config.get_bool("parseable")) {
      session_.console.standard(join(names, "\n"));
    } else if (!session_.console.silent()) {
      session_.console.standard(fmt::format("@{} has {} {}{}{}", entity_, names.size(), users ? "user" : "team",
                                            names.size() == 1 ? "" : "s", names.empty() ? "" : ":"));
      for (const auto& name : names) session_.console.standard(users ? name : '@' + name);
    }
    return {};
  }

  [[nodiscard]] const TeamName& name() const noexcept { return name_; }

 private:
  /// To the registry of the scope, since no package says which.
  fetcher::RegistryCall scoped_call(std::string method, const std::string& path) const {
    fetcher::RegistryCall call;
    call.method = std::move(method);
    call.path = registry_.registry_for(fmt::format("@{}/", name_.scope)) + path.substr(1);
    call.headers.add("npm-scope", name_.scope);
    return call;
  }

  Result<void> send(const char* method, const std::string& path, const Json& body) {
    auto call = scoped_call(method, path);
    if (!body.is_null()) {
      call.headers.add("content-type", "application/json");
      call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    HOIST_TRY(const auto answer, registry_.send(std::move(call)));
    return {};
  }

  std::string sentence(std::string_view verb, const std::string& user) const {
    if (verb == "created") return "+@" + entity_;
    if (verb == "deleted") return "-@" + entity_;
    return fmt::format("{} {} {} @{}", user, verb, verb == "added" ? "to" : "from", entity_);
  }

  Session& session_;
  RegistrySession registry_;
  std::string entity_;
  TeamName name_;
};

Result<void> act(Session& session, const std::vector<std::string>& arguments) {
  const auto at = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
  auto entity = at(1);
  if (entity.starts_with('@')) entity.erase(0, 1);
  const auto user = at(2);
  Team team(session, entity);
  const auto& command = at(0);
  const auto users = team_path(team.name(), "user");
  if (command == "create")
    return team.change("PUT", fmt::format("/-/org/{}/team", percent_encode_component(team.name().scope)),
                       Json{{"name", team.name().team}}, "created", "");
  if (command == "destroy") return team.change("DELETE", team_path(team.name()), Json(), "deleted", "");
  if (command == "add") return team.change("PUT", users, Json{{"user", user}}, "added", user);
  if (command == "rm") return team.change("DELETE", users, Json{{"user", user}}, "removed", user);
  if (command == "ls") return team.list(!team.name().team.empty());
  return usage_error(session);
}

}  // namespace

Result<int> run_team(Session& session, const std::vector<std::string>& arguments) {
  HOIST_CHECK(act(session, arguments));
  return 0;
}

}  // namespace hoist::cli
