#pragma once
/// Running package.json scripts as npm 12 does (@npmcli/run-script), for the root, workspaces and dependencies.

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/installer/allow_scripts.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::installer {

// ---- The environment of a script
// -------------------------------------------------------------------------------------

/// What npm tells scripts about itself. Empty texts are left out.
struct ScriptConfig {
  /// Settings that differ from their defaults: key → text (booleans `true` or "", lists joined by two newlines).
  package::StringMap config;
  std::string command;     ///< npm_command
  std::string user_agent;  ///< npm_config_user_agent
  std::string program;     ///< npm_execpath
  std::string node;        ///< NODE and npm_node_execpath
  std::string node_gyp;    ///< npm_config_node_gyp, see find_node_gyp
  std::string version;     ///< npm_config_npm_version
  std::string global_prefix, local_prefix, home, editor, node_options;
  std::string init_cwd;  ///< where the user called us
  bool color = false;
};

/// `inherited` (our own environment) with everything npm adds. Keys that hold scopes, URLs or secrets (`@`, `/`, `_`
/// first) stay out.
[[nodiscard]] package::StringMap make_script_environment(package::StringMap inherited, const ScriptConfig& config);

/// `npm_package_*`: name, version, config, engines and bin of a package.json, nested keys and list indices joined by
/// `_`.
[[nodiscard]] package::StringMap package_environment(const Json& package_json);

/// `node_modules/.bin` of the directory and of every folder above, after `bin_paths`, before node-gyp's shim and the
/// inherited PATH (without repetitions).
[[nodiscard]] std::string script_search_path(const std::filesystem::path& directory,
                                             std::span<const std::string> bin_paths,
                                             const std::filesystem::path& node_gyp_bin, std::string_view inherited);

/// Quotes one argument for a POSIX shell; nothing is quoted that need not be.
[[nodiscard]] std::string escape_shell_argument(std::string_view argument);

/// The node-gyp that came with the npm beside `node`; empty when there is none.
[[nodiscard]] std::string find_node_gyp(const std::filesystem::path& node);

/// Makes `folder` hold a `node-gyp` that starts what npm_config_node_gyp names.
[[nodiscard]] Result<void> make_node_gyp_bin(const std::filesystem::path& folder);

// ---- One script
// ------------------------------------------------------------------------------------------------------

struct ScriptSettings {
  package::StringMap environment;      ///< make_script_environment's
  std::filesystem::path node_gyp_bin;  ///< may be empty
  std::string shell;                   ///< `script-shell`; empty = sh
};

struct ScriptRequest {
  std::filesystem::path directory;     ///< absolute; the package's folder
  const Json* package_json = nullptr;  ///< its document
  std::string event;                   ///< `postinstall`, `test`, …
  std::string command;                 ///< the script's text
  std::vector<std::string> arguments;  ///< appended, quoted
  std::vector<std::string> bin_paths;  ///< further folders for PATH
  package::StringMap environment;      ///< added for this script
  /// Foreground: standard streams are ours, the banner is shown, interrupts are left to the child. Otherwise output is
  /// kept, standard input is empty and the script has a process group of its own.
  bool foreground = false;
};

/// How a script ended.
struct ScriptOutcome {
  int exit_code = 0;
  int signal = 0;              ///< what ended it, 0 = nothing
  int interrupted = 0;         ///< SIGINT or SIGTERM that reached us meanwhile
  std::string output, errors;  ///< the last 4 MiB of each, when not in the foreground
  std::string shell, script;   ///< as given to the shell
  std::filesystem::path directory;
  [[nodiscard]] bool ok() const noexcept { return exit_code == 0 && signal == 0 && interrupted == 0; }
};

/// npm's report of a failed script: the code is the exit status in decimal (`npm error code 1`; ELIFECYCLE when a
/// signal ended it), `context` holds the lines `path …`, `command …`, and the output. When a signal to us interrupted
/// the script, the code is its name, SIGINT or SIGTERM, and the program should end itself by it once it has tidied up.
[[nodiscard]] Error script_error(const ScriptOutcome& outcome);

/// The command for `event`: the script, or for `install` the implicit `node-gyp rebuild`. nullopt = nothing to do.
[[nodiscard]] std::optional<std::string> find_script(const package::Manifest& manifest, std::string_view event,
                                                     bool has_binding_gyp);

/// A regular file `binding.gyp` in the folder.
[[nodiscard]] bool has_binding_gyp(const std::filesystem::path& directory);

/// Thread safe: scripts may run side by side. While any runs, SIGINT and SIGTERM are passed on to all of them instead
/// of ending this process.
class LifecycleRunner {
 public:
  LifecycleRunner(ScriptSettings settings, Reporter& reporter) : settings_(std::move(settings)), reporter_(reporter) {}

  /// An error only when the script could not be started (ENOENT for a missing shell or folder); a script that fails is
  /// an outcome.
  [[nodiscard]] Result<ScriptOutcome> run(const ScriptRequest& request) const;

  /// The whole environment of a script, sorted by name.
  [[nodiscard]] package::StringMap environment_of(const ScriptRequest& request) const;

 private:
  ScriptSettings settings_;
  Reporter& reporter_;
};

// ---- The root's scripts
// ----------------------------------------------------------------------------------------------

/// What install and ci run before anything is resolved or unpacked, and after everything is in place (npm 12). Only
/// without package arguments, not for global installs, not with ignore-scripts.
[[nodiscard]] std::span<const std::string_view> root_events_before() noexcept;
[[nodiscard]] std::span<const std::string_view> root_events_after() noexcept;

/// Runs those of `events` that package.json of `directory` has, in the foreground. Stops at the first failure
/// (script_error). No package.json, no scripts.
[[nodiscard]] Result<void> run_root_events(const LifecycleRunner& runner, const std::filesystem::path& directory,
                                           std::span<const std::string_view> events);

// ---- The dependencies' scripts
// ---------------------------------------------------------------------------------------

/// An installed package with scripts.
struct ScriptPackage {
  std::string location;                          ///< of the link, for what is linked
  std::string folder;                            ///< where the scripts run: the location, or the link's target
  const lockfile::LockPackage* entry = nullptr;  ///< of the folder; in the lockfile, which must outlive this
  bool link = false;
  bool workspace = false;
  ScriptVerdict verdict = ScriptVerdict::kUnreviewed;
  Json package_json;
  package::StringMap scripts;  ///< those that an install runs, the implicit one included
};

struct DependencyScripts {
  std::vector<ScriptPackage> packages;        ///< that may run
  std::vector<UnreviewedScripts> unreviewed;  ///< that may not, undecided
};

struct DependencyScriptOptions {
  std::filesystem::path root;
  bool allow_all = false;    ///< dangerously-allow-all-scripts
  bool foreground = false;   ///< one at a time, with our streams
  unsigned concurrency = 0;  ///< 0 = one per core
};

/// Reads the package.json of every location (packages just placed, and all links) and sorts them by the policy. What
/// cannot be read has no scripts. Locations outside the project are linked to and run only when allowed, as any other.
[[nodiscard]] DependencyScripts collect_dependency_scripts(const lockfile::Lockfile& lock,
                                                           std::span<const std::string> locations,
                                                           const ScriptPolicy& policy,
                                                           const DependencyScriptOptions& options);

/// The same question before anything is on the disk (strict-allow-scripts): what the lock says has install scripts and
/// no decision covers. The scripts' texts are unknown then.
[[nodiscard]] std::vector<UnreviewedScripts> find_unreviewed_in_lock(const lockfile::Lockfile& lock,
                                                                     std::span<const std::string> locations,
                                                                     const ScriptPolicy& policy,
                                                                     const std::filesystem::path& root);

struct ScriptJob {
  const ScriptPackage* package = nullptr;
  std::string_view event;
};

/// npm's order (arborist's rebuild): all packages' preinstall, then install, then postinstall; then the links':
/// preinstall, prepare, install, postinstall. A batch is sorted by depth and location and may run side by side; the
/// next starts when it is done.
[[nodiscard]] std::vector<std::vector<ScriptJob>> order_scripts(std::span<const ScriptPackage> packages);

struct DependencyScriptReport {
  std::size_t ran = 0;
  /// Optional packages whose script failed, with what only they needed: removed from the disk.
  std::vector<std::string> removed;
};

/// Runs them. An optional package that fails is removed with a warning; the first other failure ends the run when the
/// scripts already started have ended. Only folders below the project's node_modules are ever removed.
[[nodiscard]] Result<DependencyScriptReport> run_dependency_scripts(const LifecycleRunner& runner,
                                                                    const lockfile::Lockfile& lock,
                                                                    std::span<const ScriptPackage> packages,
                                                                    const DependencyScriptOptions& options,
                                                                    Reporter& reporter);

}  // namespace hoist::installer
