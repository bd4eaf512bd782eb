#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/config/value.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string tags_path(const std::string& name) { return fmt::format("/-/package/{}/dist-tags", escaped_name(name)); }

Result<Json> fetch_tags(RegistrySession& registry, const std::string& name) {
  HOIST_TRY(auto tags, registry.get(tags_path(name), name));
  if (!tags.is_object()) return fail("EJSONPARSE", "the registry's dist-tags are no object");
  tags.erase("_etag");
  return tags;
}

Result<int> add(Session& session, const std::string& argument, const std::string& given_tag) {
  HOIST_TRY(const auto spec, registry_spec(session, argument));
  const std::string chosen = given_tag.empty() ? session.config.get_string("tag") : given_tag;
  HOIST_CHECK(package::resolve_spec(spec.name, chosen, session.config.inputs().cwd));
  if (spec.name.empty() || spec.raw_spec.empty() || chosen.empty())
    return usage_error(session, "must provide a spec with a name and version, and a tag to add");
  const std::string tag(trim(chosen));
  if (package::Range::parse(tag)) return fail("", "Tag name must not be a valid SemVer range: " + tag);
  RegistrySession registry(session);
  HOIST_TRY(const auto tags, fetch_tags(registry, spec.name));
  const auto* known = find_string(tags, tag);
  if (known != nullptr && *known == spec.raw_spec) {
    session.console.log(LogLevel::kWarn, "dist-tag add",
                        fmt::format("{} is already set to version {}", tag, spec.raw_spec));
    return 0;
  }
  const auto path = fmt::format("{}/{}", tags_path(spec.name), percent_encode_component(tag));
  HOIST_TRY(const auto answer, registry.send(json_call("PUT", path, spec.name, spec.raw_spec)));
  session.console.always(fmt::format("+{}: {}@{}", tag, spec.name, spec.raw_spec));
  return 0;
}

Result<int> remove(Session& session, const std::string& argument, const std::string& tag) {
  HOIST_TRY(const auto spec, registry_spec(session, argument));
  if (spec.name.empty()) return usage_error(session);
  RegistrySession registry(session);
  HOIST_TRY(const auto tags, fetch_tags(registry, spec.name));
  const auto* version = find_string(tags, tag);
  if (version == nullptr) return fail("", fmt::format("{} is not a dist-tag on {}", printable(tag), spec.name));
  fetcher::RegistryCall call;
  call.method = "DELETE";
  call.path = fmt::format("{}/{}", tags_path(spec.name), percent_encode_component(tag));
  call.package = spec.name;
  HOIST_TRY(const auto answer, registry.send(std::move(call)));
  session.console.always(fmt::format("-{}: {}@{}", tag, spec.name, printable(*version)));
  return 0;
}

Result<int> list(Session& session, std::string argument) {
  if (argument.empty()) {
    if (session.config.global()) return usage_error(session);
    argument = package_name_at(session.config.prefix());
    if (argument.empty()) return usage_error(session);
  }
  HOIST_TRY(const auto spec, registry_spec(session, argument));
  RegistrySession registry(session);
  const auto tags = fetch_tags(registry, spec.name);
  if (!tags) {
    session.console.log(LogLevel::kError, "dist-tag ls", "Couldn't get dist-tag data for " + printable(argument));
    return std::unexpected(tags.error());
  }
  std::vector<std::string> lines;
  for (const auto& [tag, version] : tags->items())
    lines.push_back(printable(fmt::format("{}: {}", tag, display_text(version))));
  std::ranges::sort(lines);
  session.console.always(join(lines, "\n"));
  return 0;
}

/// The tags of every selected workspace; one that the registry does not know makes the exit code 1.
Result<int> list_workspaces(Session& session) {
  HOIST_TRY(const auto chosen, chosen_workspaces(session));
  int code = 0;
  for (const auto& workspace : chosen) {
    session.console.always(workspace.name + ':');
    if (!list(session, workspace.name)) code = 1;
  }
  return code;
}

bool is_here(std::string_view argument) { return argument.empty() || argument == "." || argument.starts_with(".@"); }

}  // namespace

Result<int> run_dist_tag(Session& session, const std::vector<std::string>& arguments) {
  const auto at = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
  const auto action = at(0);
  const bool lists = is_one_of(action, {"ls", "l", "sl", "list"});
  if (wants_workspaces(session)) {
    if ((lists && is_here(at(1))) || (at(1).empty() && is_here(action))) return list_workspaces(session);
    session.console.log(LogLevel::kWarn, "dist-tag", "Ignoring workspaces for specified package");
  }
  if (is_one_of(action, {"add", "a", "set", "s"})) return add(session, at(1), at(2));
  if (is_one_of(action, {"rm", "r", "del", "d", "remove"})) return remove(session, at(1), at(2));
  if (lists) return list(session, at(1));
  if (at(1).empty()) return list(session, action);
  return usage_error(session);
}

}  // namespace hoist::cli
