#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/output/error_report.hpp"
#include "cli/output/inspect.hpp"
#include "cli/registry/registry_session.hpp"
#include "cli/registry/view_data.hpp"
#include "cli/registry/view_pretty.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// Values of one version stand together, whatever the order in which they were found.
using Rows = std::vector<ViewedVersion>;

Rows merged(const std::vector<ViewedVersion>& found) {
  Rows rows;
  for (const auto& one : found) {
    if (one.fields.empty()) continue;
    const auto at = std::ranges::find(rows, one.version, &ViewedVersion::version);
    auto& row = at != rows.end() ? *at : rows.emplace_back(ViewedVersion{one.version, {}});
    for (const auto& field : one.fields) row.fields.push_back(field);
  }
  return rows;
}

/// nullopt when nothing was found. Always a list; one field of one version that is a list is that list.
std::optional<Json> json_of(const Rows& rows, bool whole) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object = Json::object();
    if (whole) {
      for (const auto& [key, value] : row.fields.front().second.items()) object[key] = with_people_as_text(value);
    } else {
      for (const auto& [key, value] : row.fields) object[key] = with_people_as_text(value);
    }
    list.push_back(std::move(object));
  }
  if (list.empty()) return std::nullopt;
  if (list.front().size() == 1) {
    const std::string key = list.front().begin().key();
    Json values = Json::array();
    for (auto& object : list) values.push_back(object.contains(key) ? std::move(object[key]) : Json());
    list = std::move(values);
  }
  if (list.size() == 1 && list.front().is_array()) return Json(list.front());
  return list;
}

std::string text_of(const Rows& rows, const std::string& name, const Palette& colors) {
  const bool with_version = rows.size() > 1;
  bool with_field = false;
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    with_field = with_field || row.fields.size() > 1;
    for (const auto& [field, value] : row.fields) {
      const Json cleaned = with_people_as_text(value);
      const bool plain = cleaned.is_string() && !with_version && !with_field;
      std::string line = with_version ? fmt::format("{}@{} ", name, row.version) : std::string();
      if (with_field) line += field + " = ";
      lines.push_back(line + (plain ? printable(cleaned.get<std::string>()) : inspect(cleaned, colors)));
    }
  }
  return std::string(trim(join(lines, "\n")));
}

Result<void> view_package(Session& session, LazyNetwork& network, const std::string& argument,
                          const std::vector<std::string>& fields, const std::string& workspace) {
  auto& console = session.console;
  const bool json = session.config.get_bool("json");
  const bool whole = fields.empty();
  if (!json && !whole && !workspace.empty()) console.standard(argument + ':');
  HOIST_TRY(const auto data, find_view(session, network, argument, fields));
  if (!json && whole) {
    for (const auto& version : data.versions)
      console.standard(pretty_view(session, data.packument, version.fields.front().second));
    return {};
  }
  const auto rows = merged(data.versions);
  if (json) {
    if (auto value = json_of(rows, whole))
      console.buffer_json(workspace.empty() ? *std::move(value) : Json{{argument, *std::move(value)}});
    return {};
  }
  const auto* id = find_string(data.packument, "_id");
  const auto text = text_of(rows, id != nullptr ? printable(*id) : argument, console.colors());
  if (!text.empty()) console.standard(text);
  return {};
}

/// `.` and `.@version` mean the package of the project.
bool is_here(const std::string& argument) { return argument == "." || argument.starts_with(".@"); }

Result<int> view_workspaces(Session& session, const std::string& argument, const std::vector<std::string>& fields) {
  HOIST_TRY(const auto chosen, chosen_workspaces(session));
  LazyNetwork network(session);
  int code = 0;
  for (const auto& workspace : chosen) {
    const auto result = view_package(session, network, workspace.name + argument.substr(1), fields, workspace.name);
    if (result) continue;
    if (result.error().code != "E404") return std::unexpected(result.error());
    log_error(explain_error(result.error()), session.console);
    code = 1;
  }
  return code;
}

}  // namespace

Result<int> run_view(Session& session, const std::vector<std::string>& arguments) {
  std::string argument = arguments.empty() ? "." : arguments.front();
  const std::vector<std::string> fields(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (wants_workspaces(session)) {
    if (is_here(argument)) return view_workspaces(session, argument, fields);
    session.console.log(LogLevel::kWarn, "", "Ignoring workspaces for specified package(s)");
  }
  if (is_here(argument)) {
    if (session.config.global()) return fail("", "Cannot use view command in global mode.");
    const auto name = package_name_at(session.config.local_prefix());
    if (name.empty()) return fail("", "Invalid package.json, no \"name\" field");
    argument = name + argument.substr(1);
  }
  LazyNetwork network(session);
  HOIST_CHECK(view_package(session, network, argument, fields, ""));
  return 0;
}

}  // namespace hoist::cli
