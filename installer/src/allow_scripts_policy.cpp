#include "allow_scripts_key.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/allow_scripts.hpp"

namespace hoist::installer {
namespace {

constexpr std::string_view kTitle = "install-scripts";

/// Drops the rules that npm refuses, and says so.
std::vector<ScriptRule> usable_rules(std::vector<ScriptRule> rules, std::string_view source, Reporter& reporter) {
  std::erase_if(rules, [&](const ScriptRule& rule) {
    const auto ignore = [&](std::string_view why) {
      reporter.log(LogLevel::kWarn, kTitle, fmt::format("{}: \"{}\" is ignored: {}", source, printable(rule.key), why));
      return true;
    };
    const auto spec = package::parse_spec(rule.key, "/");
    if (!spec) return ignore("it is no package spec");
    if (spec->type == package::SpecType::kTag)
      return ignore("a dist-tag names no fixed version; use the bare name, or exact versions joined by \"||\"");
    if (spec->type == package::SpecType::kRange && !is_name_only_key(*spec) && !is_exact_version_list(spec->fetch_spec))
      return ignore("ranges would allow versions that nobody has reviewed; use exact versions joined by \"||\"");
    return false;
  });
  return rules;
}

std::vector<ScriptRule> allow_rules(const std::vector<std::string>& names) {
  std::vector<ScriptRule> rules;
  for (const std::string& name : names) rules.push_back({name, ScriptVerdict::kAllowed});
  return rules;
}

std::vector<ScriptRule> manifest_rules(const Json& field) {
  std::vector<ScriptRule> rules;
  if (!field.is_object()) return rules;
  for (const auto& [key, value] : field.items()) {
    const ScriptVerdict verdict = !value.is_boolean() ? ScriptVerdict::kUnreviewed
                                  : value.get<bool>() ? ScriptVerdict::kAllowed
                                                      : ScriptVerdict::kDenied;
    rules.push_back({key, verdict});
  }
  return rules;
}

/// `  name@1.0.0 (install: node-gyp rebuild; postinstall: node x.js)`
std::string list_line(std::string_view name, std::string_view version, const package::StringMap& scripts) {
  std::string line = fmt::format("  {}", name.empty() ? std::string_view("<unknown>") : name);
  if (!version.empty()) line += fmt::format("@{}", version);
  std::string events;
  for (const auto& [event, command] : scripts) {
    if (!events.empty()) events += "; ";
    events += event + ": " + command;
  }
  return printable(line + " (" + events + ")");
}

std::string names_of(std::span<const UnreviewedScripts> packages) {
  std::vector<std::string> names;
  for (const auto& package : packages) names.push_back(package.name);
  return printable(join(names, ","));
}

}  // namespace

Result<ScriptPolicy> resolve_script_policy(const ScriptPolicySources& sources, Reporter& reporter) {
  if (!sources.command_line.empty() && !sources.outside_project)
    return fail(
        "EALLOWSCRIPTS", "--allow-scripts does not work for installs in a project.",
        "Put the packages into \"allowScripts\" of package.json, or into .npmrc, so that everybody gets the same.");
  auto flags = usable_rules(allow_rules(sources.command_line), "--allow-scripts", reporter);
  auto manifest =
      usable_rules(sources.outside_project ? std::vector<ScriptRule>{} : manifest_rules(sources.package_json),
                   "package.json", reporter);
  auto npmrc = usable_rules(allow_rules(sources.npmrc), ".npmrc", reporter);
  const auto overrule = [&](std::string_view by) {
    if (!npmrc.empty())
      reporter.log(LogLevel::kWarn, kTitle, fmt::format("allow-scripts of .npmrc is ignored: {} decides", by));
  };
  if (!flags.empty()) {
    overrule("--allow-scripts on the command line");
    return ScriptPolicy{ScriptPolicy::Source::kCommandLine, std::move(flags)};
  }
  if (!manifest.empty()) {
    overrule("the allowScripts field of package.json");
    return ScriptPolicy{ScriptPolicy::Source::kPackageJson, std::move(manifest)};
  }
  if (!npmrc.empty()) return ScriptPolicy{ScriptPolicy::Source::kNpmrc, std::move(npmrc)};
  return ScriptPolicy{};
}

std::string describe_unreviewed(std::span<const UnreviewedScripts> packages, bool global, std::string_view program) {
  std::string text =
      fmt::format("install scripts of {} {} did not run because allowScripts does not cover {}:", packages.size(),
                  packages.size() == 1 ? "package" : "packages", packages.size() == 1 ? "it" : "them");
  for (const auto& package : packages) text += '\n' + list_line(package.name, package.version, package.scripts);
  text += "\n\n";
  if (global)
    text += fmt::format(
        "To run them: `{1} install -g --allow-scripts={0}` this once, "
        "`{1} config set allow-scripts={0} --location=user` for every global install.",
        names_of(packages), program);
  else
    text +=
        fmt::format("`{0} install-scripts ls` shows them, `{0} install-scripts approve <pkg>` allows one.", program);
  return text;
}

Error strict_scripts_error(std::span<const UnreviewedScripts> packages, bool global, std::string_view program) {
  std::string text =
      fmt::format("--strict-allow-scripts: allowScripts does not cover the install scripts of {} {}:", packages.size(),
                  packages.size() == 1 ? "package" : "packages");
  for (const auto& package : packages) {
    const std::string& name = package.own_name.empty() ? package.name : package.own_name;
    text += '\n' + list_line(name, package.own_version, package.scripts);
  }
  std::string hint =
      global
          ? fmt::format("Allow them with `--allow-scripts={0}` or `{1} config set allow-scripts={0} --location=user`.",
                        names_of(packages), program)
          : fmt::format("Decide with `{0} install-scripts approve` or `{0} install-scripts deny`.", program);
  return {"ESTRICTALLOWSCRIPTS",
          std::move(text),
          std::move(hint) + " `--dangerously-allow-all-scripts` skips this check.",
          {},
          {}};
}

}  // namespace hoist::installer
