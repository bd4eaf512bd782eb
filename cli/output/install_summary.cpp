#include "cli/output/install_summary.hpp"

#include "cli/output/duration.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"

namespace hoist::cli {
namespace {

Json package_json(const SummaryPackage& package, const std::string& version) {
  return {{"name", package.name}, {"version", version}, {"path", package.path}};
}

Json list_json(const std::vector<SummaryPackage>& packages) {
  Json list = Json::array();
  for (const auto& package : packages) list.push_back(package_json(package, package.version));
  return list;
}

std::string count(std::string_view verb, std::size_t number) {
  return fmt::format("{} {} package{}", verb, number, number == 1 ? "" : "s");
}

void print_changes(const InstallSummary& summary, Console& console) {
  const Palette colors = console.colors();
  for (const auto& package : summary.removed)
    console.standard(fmt::format("{} {}", colors.blue("remove"), printable(package.name + ' ' + package.version)));
  for (const auto& package : summary.added)
    console.standard(fmt::format("{} {}", colors.green("add"), printable(package.name + ' ' + package.version)));
  for (const auto& package : summary.changed)
    console.standard(
        fmt::format("{} {}", colors.cyan("change"),
                    printable(fmt::format("{} {} => {}", package.name, package.previous_version, package.version))));
}

std::string describe(const BlockedPackage& package) {
  std::string scripts;
  for (const auto& [event, command] : package.scripts)
    scripts += (scripts.empty() ? "" : "; ") + event + ": " + command;
  return fmt::format("  {}{}{} ({})", package.name, package.version.empty() ? "" : "@", package.version, scripts);
}

void warn_blocked(const InstallSummary& summary, const SummaryOptions& options, Console& console) {
  if (summary.blocked.empty()) return;
  const auto number = summary.blocked.size();
  std::string text = fmt::format("{} {} install scripts blocked because they are not covered by allowScripts:\n",
                                 number, number == 1 ? "package had" : "packages had");
  std::vector<std::string> names;
  for (const auto& package : summary.blocked) {
    text += describe(package) + '\n';
    names.push_back(package.name);
  }
  text += '\n';
  if (options.global)
    text += fmt::format(
        "Run `npm install -g --allow-scripts={0}` to allow these scripts once, or `npm config set allow-scripts={0} "
        "--location=user` to allow them for all global installs.",
        join(names, ","));
  else
    text += "Allow them in package.json: \"allowScripts\": { \"" + names.front() + "\": true }";
  console.log(LogLevel::kWarn, "install-scripts", text);
}

}  // namespace

bool asks_for_funding(const Json& funding) {
  if (funding.is_array())
    return !funding.empty() &&
           std::ranges::all_of(funding, [](const Json& one) { return !one.is_array() && asks_for_funding(one); });
  const std::string* url = funding.is_object()   ? find_string(funding, "url")
                           : funding.is_string() ? &funding.get_ref<const std::string&>()
                                                 : nullptr;
  return url != nullptr && Url::parse(*url).has_value();
}

Json summary_json(const InstallSummary& summary) {
  Json change = Json::array();
  for (const auto& package : summary.changed)
    change.push_back(
        {{"from", package_json(package, package.previous_version)}, {"to", package_json(package, package.version)}});
  Json report = {
      {"add", list_json(summary.added)},      {"added", summary.added.size()},     {"audited", 0},
      {"change", std::move(change)},          {"changed", summary.changed.size()}, {"funding", summary.funding},
      {"remove", list_json(summary.removed)}, {"removed", summary.removed.size()}};
  if (summary.blocked.empty()) return report;
  Json blocked = Json::array();
  for (const auto& package : summary.blocked) {
    Json scripts = Json::object();
    for (const auto& [event, command] : package.scripts) scripts[event] = command;
    blocked.push_back({{"name", package.name},
                       {"version", package.version},
                       {"path", package.path},
                       {"scripts", std::move(scripts)}});
  }
  report["unreviewedScripts"] = std::move(blocked);
  return report;
}

std::string summary_line(const InstallSummary& summary, std::chrono::milliseconds duration) {
  const auto added = summary.added.size(), removed = summary.removed.size(), changed = summary.changed.size();
  std::string text;
  if (added + removed + changed == 0) text = "up to date";
  if (added > 0) text += count("added", added);
  if (removed > 0) text += (added == 0 ? "" : changed == 0 ? ", and " : ", ") + count("removed", removed);
  if (changed > 0) text += (added + removed > 0 ? ", and " : "") + count("changed", changed);
  return text + " in " + format_duration(duration);
}

void print_summary(const InstallSummary& summary, std::chrono::milliseconds duration, const SummaryOptions& options,
                   Console& console) {
  if (console.silent()) return;
  if (console.options().json) {
    console.buffer_json(summary_json(summary));
    return;
  }
  if (options.list_changes) print_changes(summary, console);
  console.standard('\n' + summary_line(summary, duration));
  if (summary.funding > 0 && !options.global)
    console.standard(fmt::format("\n{} {} looking for funding\n  run `npm fund` for details", summary.funding,
                                 summary.funding == 1 ? "package is" : "packages are"));
  warn_blocked(summary, options, console);
}

}  // namespace hoist::cli
