#pragma once
/// Which dependencies may run install scripts: npm 12's `allowScripts`.
///
/// A package is known by where it comes from, never by what it says of itself: a registry package by name and version
/// in its `resolved` URL, a git package by repository and commit, anything else by its source. Bundled packages come
/// out of somebody else's tarball and can never be allowed.

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::installer {

enum class ScriptVerdict { kAllowed, kDenied, kUnreviewed };

/// One line of the policy. A value that is no boolean decides nothing (kUnreviewed), yet its key counts as configured.
struct ScriptRule {
  std::string key;  ///< a spec: `name`, `name@1.2.3`, `name@1.0.0 || 2.0.0`, git, file or URL
  ScriptVerdict verdict = ScriptVerdict::kUnreviewed;
};

struct ScriptPolicy {
  enum class Source { kNone, kCommandLine, kPackageJson, kNpmrc };
  Source source = Source::kNone;
  std::vector<ScriptRule> rules;
};

/// The values of `allow-scripts` by where they were set, and the root's package.json.
struct ScriptPolicySources {
  std::vector<std::string> command_line;  ///< flags, else the environment
  std::vector<std::string> npmrc;         ///< project, else user, else global file
  Json package_json;                      ///< `allowScripts` of the project's root, null when absent
  bool outside_project = false;           ///< global installs, exec: package.json is not asked, flags are welcome
};

/// Splits an `allow-scripts` value at commas.
[[nodiscard]] std::vector<std::string> split_script_list(std::string_view value);

/// npm 12's precedence: command line, package.json, .npmrc; the first with a usable rule decides alone. Ranges,
/// dist-tags and what is no spec are dropped with a warning. EALLOWSCRIPTS for flags in a project.
[[nodiscard]] Result<ScriptPolicy> resolve_script_policy(const ScriptPolicySources& sources, Reporter& reporter);

/// What a package is known by. See script_identities.
struct ScriptIdentity {
  std::string resolved;              ///< as locked, `file:` paths absolute; empty for link targets
  std::vector<std::string> sources;  ///< `resolved`, or for link targets the links' specs and the folder itself
  std::optional<bool> registry;      ///< all dependents ask the registry for it; nullopt when nothing depends on it
  std::string dependents_name;       ///< the name its dependents ask for, aliases undone; trusted when there is no URL
  bool has_version = false;
  bool bundled = false;
};

/// The identities of the packages at `locations`. Reads all edges of the lock once.
[[nodiscard]] std::map<std::string, ScriptIdentity, std::less<>> script_identities(
    const lockfile::Lockfile& lock, std::span<const std::string> locations, const std::filesystem::path& root);

/// Whether one rule's key means this package. `deny` also meets versions that cannot be verified.
[[nodiscard]] bool matches_rule(const ScriptIdentity& identity, std::string_view key, const std::filesystem::path& root,
                                bool deny);

/// Deny beats allow; no match is unreviewed.
[[nodiscard]] ScriptVerdict decide(const ScriptIdentity& identity, const ScriptPolicy& policy,
                                   const std::filesystem::path& root);

/// True where `prepare` counts as an install script (git, remote and local sources).
[[nodiscard]] bool runs_prepare(const ScriptIdentity& identity);

/// A package whose scripts wait for a decision.
struct UnreviewedScripts {
  std::string location;
  std::string name, version;          ///< as known by its source where that tells
  std::string own_name, own_version;  ///< as it calls itself
  package::StringMap scripts;         ///< event → command
};

/// The body of npm's `install-scripts` warning (`log(kWarn, "install-scripts", …)`): a headline, a line for each
/// package, what to do. `program` is what the user calls us.
[[nodiscard]] std::string describe_unreviewed(std::span<const UnreviewedScripts> packages, bool global,
                                              std::string_view program = "npm");

/// `strict-allow-scripts`: ESTRICTALLOWSCRIPTS with the same list.
[[nodiscard]] Error strict_scripts_error(std::span<const UnreviewedScripts> packages, bool global,
                                         std::string_view program = "npm");

}  // namespace hoist::installer
