#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

std::string without_mark(std::string_view name, std::string_view marks) {
  if (!name.empty() && marks.find(name[0]) != std::string_view::npos) name.remove_prefix(1);
  return std::string(name);
}

std::string members_path(const std::string& org) {
  return fmt::format("/-/org/{}/user", percent_encode_component(without_mark(org, "@")));
}

std::string text_at(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  return value != nullptr ? printable(display_text(*value)) : std::string();
}

std::size_t size_at(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::size_t>() : 0;
}

Result<void> set(Session& session, const std::string& org, const std::string& user, std::string role) {
  if (role.empty()) role = "developer";
  if (role != "owner" && role != "admin" && role != "developer")
    return fail("",
                "Third argument `role` must be one of `owner`, `admin`, or `developer`, with `developer` being the "
                "default value if omitted.");
  RegistrySession registry(session);
  const Json body{{"user", without_mark(user, "@")}, {"role", role}};
  HOIST_TRY(const auto answer, registry.send_json(json_call("PUT", members_path(org), "", body)));
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(answer);
    return {};
  }
  const Json* of = find_member(answer, "org");
  const Json details = of != nullptr ? *of : Json::object();
  const auto name = text_at(details, "name"), who = text_at(answer, "user"), as = text_at(answer, "role");
  const auto size = size_at(details, "size");
  if (session.config.get_bool("parseable")) {
    console.standard("org\torgsize\tuser\trole");
    console.standard(fmt::format("{}\t{}\t{}\t{}", name, size, who, as));
  } else if (!console.silent()) {
    console.standard(fmt::format("Added {} as {} to {}. You now have {} member{} in this org.", who, as, name, size,
                                 size == 1 ? "" : "s"));
  }
  return {};
}

Result<void> remove(Session& session, const std::string& org, const std::string& user) {
  RegistrySession registry(session);
  HOIST_TRY(const auto answer,
            registry.send(json_call("DELETE", members_path(org), "", Json{{"user", without_mark(user, "@")}})));
  HOIST_TRY(const auto roster, registry.get(members_path(org)));
  const auto who = without_mark(user, "~@"), from = without_mark(org, "~@");
  const auto count = roster.is_object() ? roster.size() : 0;
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(Json{{"user", who}, {"org", from}, {"userCount", count}, {"deleted", true}});
  } else if (session.config.get_bool("parseable")) {
    console.standard("user\torg\tuserCount\tdeleted");
    console.standard(fmt::format("{}\t{}\t{}\ttrue", who, from, count));
  } else if (!console.silent()) {
    console.standard(fmt::format("Successfully removed {} from {}. You now have {} member{} in this org.", who, from,
                                 count, count == 1 ? "" : "s"));
  }
  return {};
}

Result<void> list(Session& session, const std::string& org, const std::string& user) {
  RegistrySession registry(session);
  HOIST_TRY(auto roster, registry.get(members_path(org)));
  if (!roster.is_object()) roster = Json::object();
  if (!user.empty()) {
    Json one = Json::object();
    if (roster.contains(user)) one[user] = roster[user];
    roster = std::move(one);
  }
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(roster);
    return {};
  }
  const bool parseable = session.config.get_bool("parseable");
  std::vector<std::string> lines;
  for (const auto& [name, role] : roster.items()) {
    const auto shown = printable(display_text(role));
    lines.push_back(parseable ? fmt::format("{}\t{}", printable(name), shown)
                              : fmt::format("{} - {}", printable(name), console.colors().cyan(shown)));
  }
  if (parseable)
    console.standard("user\trole");
  else
    std::ranges::sort(lines);
  if (!console.silent() || parseable)
    for (const auto& line : lines) console.standard(line);
  return {};
}

}  // namespace

Result<int> run_org(Session& session, const std::vector<std::string>& arguments) {
  const auto at = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
  const auto command = at(0), org = at(1), user = at(2);
  const bool sets = command == "set" || command == "add", removes = command == "rm";
  if (!sets && !removes && command != "ls") return usage_error(session);
  if (org.empty()) return fail("", "First argument `orgname` is required.");
  if ((sets || removes) && user.empty()) return fail("", "Second argument `username` is required.");
  HOIST_CHECK(sets ? set(session, org, user, at(3)) : removes ? remove(session, org, user) : list(session, org, user));
  return 0;
}

}  // namespace hoist::cli
