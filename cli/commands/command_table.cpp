#include "cli/commands/commands.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr unsigned kTree = kTakesWorkspaces | kUsesImplicitWorkspace | kChecksDevEngines;
constexpr unsigned kInWorkspaces = kTakesWorkspaces | kUsesImplicitWorkspace;

#define HOIST_WORKSPACE_FLAGS "workspace workspaces include-workspace-root"
#define HOIST_TREE_FLAGS HOIST_WORKSPACE_FLAGS " install-links"
#define HOIST_SOURCE_FLAGS "allow-directory allow-file allow-git allow-remote"
#define HOIST_SCRIPT_FLAGS \
  "foreground-scripts ignore-scripts allow-scripts strict-allow-scripts dangerously-allow-all-scripts"

// npm 12's commands, all of them: the ones without a function take part in the search for abbreviations.
constexpr Command kCommands[] = {
    {"access", "Set access of published packages",
     "list packages [<user>|<scope>|<scope:team>] [<package>]\nlist collaborators [<package> [<user>]]\nget status "
     "[<package>]\nset status=public|private [<package>]\nset mfa=none|publish|automation [<package>]\ngrant "
     "<read-only|read-write> <scope:team> [<package>]\nrevoke <scope:team> [<package>]",
     "json otp registry", 0, run_access},
    {"approve-scripts", "Allow install scripts of packages", "", "", 0},
    {"audit", "Look for known vulnerabilities", "", "", kTree},
    {"bugs", "Open a package's issue tracker", "", "", kInWorkspaces},
    {"cache", "Look into and clean the cache", "clean\nls [<name>@<version>]\nverify", "cache", 0, run_cache},
    {"ci", "Install exactly what the lockfile says, into a clean node_modules", "",
     "install-strategy omit include strict-peer-deps " HOIST_SCRIPT_FLAGS " " HOIST_SOURCE_FLAGS
     " audit bin-links fund dry-run " HOIST_TREE_FLAGS,
     kTree, run_ci},
    {"completion", "Print a completion script for the shell", "", "", kSkipsConfigChecks},
    {"config", "Show and change the configuration",
     "set <key>=<value> [<key>=<value> ...]\nget [<key> [<key> ...]]\ndelete <key> [<key> ...]\nlist "
     "[--json]\nedit\nfix",
     "json global editor location long", kUsesImplicitWorkspace | kSkipsConfigChecks, run_config},
    {"dedupe", "Simplify the tree", "",
     "install-strategy strict-peer-deps package-lock omit include ignore-scripts " HOIST_SOURCE_FLAGS
     " audit bin-links fund dry-run " HOIST_TREE_FLAGS,
     kTree, run_dedupe},
    {"deny-scripts", "Forbid install scripts of packages", "", "", 0},
    {"deprecate", "Mark a published version as deprecated", "<package-spec> <message>", "registry otp dry-run", 0,
     run_deprecate},
    {"diff", "Compare versions of packages", "", "", kInWorkspaces},
    {"dist-tag", "Change the tags of a package",
     "add <package-spec (with version)> [<tag>]\nrm <package-spec> <tag>\nls [<package-spec>]", HOIST_WORKSPACE_FLAGS,
     kInWorkspaces, run_dist_tag},
    {"docs", "Open a package's documentation", "", "", kInWorkspaces},
    {"doctor", "Check the environment", "", "", kSkipsConfigChecks},
    {"edit", "Edit an installed package", "", "", 0},
    {"exec", "Run a command from a package", "", "", kInWorkspaces},
    {"explain", "Say why a package is installed", "<package-spec>", "json workspace", kTree, run_explain},
    {"explore", "Open a shell in an installed package", "", "", 0},
    {"find-dupes", "Find what dedupe would change", "",
     "install-strategy strict-peer-deps package-lock omit include ignore-scripts audit bin-links "
     "fund " HOIST_TREE_FLAGS,
     kTree, run_find_dupes},
    {"fund", "List who asks for funding", "", "", kTree},
    {"get", "Show a configuration value", "[<key> ...] (see `config`)", "long",
     kUsesImplicitWorkspace | kSkipsConfigChecks, run_get},
    {"help", "Show help", "<command>", "viewer", kUsesImplicitWorkspace | kSkipsConfigChecks, run_help},
    {"help-search", "Search the help", "", "", 0},
    {"init", "Create a package.json", "", "", kTakesWorkspaces},
    {"install", "Install packages", "[<package-spec> ...]",
     "save save-exact save-dev save-optional save-peer save-prod save-bundle global install-strategy omit include "
     "strict-peer-deps "
     "prefer-dedupe package-lock package-lock-only " HOIST_SCRIPT_FLAGS " " HOIST_SOURCE_FLAGS
     " audit before min-release-age min-release-age-exclude bin-links fund dry-run cpu os libc " HOIST_TREE_FLAGS,
     kTree, run_install},
    {"install-ci-test", "Run ci, then test", "", "", kTree},
    {"install-scripts", "Review install scripts of packages", "", "", 0},
    {"install-test", "Run install, then test", "", "", kTree},
    {"link", "Link a package for development", "", "", kTree},
    {"ll", "List installed packages with details", "[[<@scope>/]<pkg> ...]",
     "all json long parseable global depth omit include link package-lock-only unicode " HOIST_TREE_FLAGS, kTree,
     run_ll},
    {"lock", "Compare and merge lockfiles",
     "diff [<before> [<after>]]\nmerge <base> <ours> <theirs> [<path>]\ninstall-driver", "json", 0, run_lock},
    {"login", "Log in to a registry", "", "registry scope auth-type", 0, run_login},
    {"logout", "Log out of a registry", "", "registry scope", 0, run_logout},
    {"ls", "List installed packages", "<package-spec>",
     "all json long parseable global depth omit include link package-lock-only unicode " HOIST_TREE_FLAGS, kTree,
     run_ls},
    {"org", "Manage organisations",
     "set orgname username [developer | admin | owner]\nrm orgname username\nls orgname [<username>]",
     "registry otp json parseable", 0, run_org},
    {"outdated", "Look for newer versions", "[<package-spec> ...]",
     "all json long parseable global workspace before min-release-age min-release-age-exclude", kTree, run_outdated},
    {"owner", "Manage owners of a package", "add <user> <package-spec>\nrm <user> <package-spec>\nls <package-spec>",
     "registry otp workspace workspaces", kInWorkspaces, run_owner},
    {"pack", "Create a tarball of a package", "<package-spec>",
     "dry-run json pack-destination " HOIST_WORKSPACE_FLAGS " ignore-scripts", kInWorkspaces, run_pack},
    {"patch", "Change an installed package and keep the change", "", "", 0},
    {"ping", "Ask the registry whether it is there", "", "registry", 0, run_ping},
    {"pkg", "Change package.json", "", "", kInWorkspaces},
    {"prefix", "Show the folder that commands work in", "", "global", 0, run_prefix},
    {"profile", "Change your registry profile",
     "enable-2fa [auth-only|auth-and-writes]\ndisable-2fa\nget [<key>]\nset <key> <value>",
     "registry json parseable otp", 0, run_profile},
    {"prune", "Remove what the lockfile does not know", "[[<@scope>/]<pkg>...]",
     "omit include dry-run json foreground-scripts ignore-scripts " HOIST_TREE_FLAGS, kTree, run_prune},
    {"publish", "Publish a package", "<package-spec>",
     "tag access dry-run otp " HOIST_WORKSPACE_FLAGS " provenance provenance-file", kInWorkspaces, run_publish},
    {"query", "Search the tree with a selector", "<selector>",
     "global " HOIST_WORKSPACE_FLAGS " package-lock-only expect-results before min-release-age min-release-age-exclude",
     kInWorkspaces, run_query},
    {"rebuild", "Run install scripts again", "", "", kTree},
    {"repo", "Open a package's repository", "", "", kInWorkspaces},
    {"restart", "Run the package's restart script, or stop and start", "[-- <args>]", "ignore-scripts script-shell",
     kInWorkspaces | kChecksDevEngines, run_lifecycle},
    {"root", "Show the node_modules folder", "", "global", 0, run_root},
    {"run", "Run a script of the package", "<command> [-- <args>]",
     HOIST_WORKSPACE_FLAGS " if-present ignore-scripts foreground-scripts script-shell", kTree | kChecksDevEngines,
     run_run},
    {"sbom", "Print a software bill of materials", "", "", kTree},
    {"search", "Search the registry", "<search term> [<search term> ...]",
     "json color parseable description searchlimit searchopts searchexclude registry prefer-online prefer-offline "
     "offline",
     0, run_search},
    {"set", "Change a configuration value", "<key>=<value> [<key>=<value> ...] (see `config`)", "global location",
     kUsesImplicitWorkspace | kSkipsConfigChecks, run_set},
    {"stage", "Publish in two steps", "", "", 0},
    {"start", "Run the package's start script", "[-- <args>]", "ignore-scripts script-shell",
     kInWorkspaces | kChecksDevEngines, run_lifecycle},
    {"stop", "Run the package's stop script", "[-- <args>]", "ignore-scripts script-shell",
     kInWorkspaces | kChecksDevEngines, run_lifecycle},
    {"team", "Manage teams",
     "create <scope:team> [--otp <otpcode>]\ndestroy <scope:team> [--otp <otpcode>]\nadd <scope:team> <user> [--otp "
     "<otpcode>]\nrm <scope:team> <user> [--otp <otpcode>]\nls <scope>|<scope:team>",
     "registry otp parseable json", 0, run_team},
    {"test", "Run the package's test script", "[-- <args>]", "ignore-scripts script-shell",
     kInWorkspaces | kChecksDevEngines, run_lifecycle},
    {"token", "Manage access tokens", "list\nrevoke <id|token>\ncreate",
     "name token-description expires packages packages-all scopes orgs packages-and-scopes-permission orgs-permission "
     "cidr bypass-2fa password registry otp read-only",
     0, run_token},
    {"trust", "Manage trusted publishers", "", "", 0},
    {"undeprecate", "Take back a deprecation", "<package-spec>", "registry otp dry-run", 0, run_undeprecate},
    {"uninstall", "Remove packages", "[<@scope>/]<pkg>...", "save global " HOIST_TREE_FLAGS, kTree, run_uninstall},
    {"unpublish", "Remove a published package", "[<package-spec>]", "dry-run force workspace workspaces", kInWorkspaces,
     run_unpublish},
    {"update", "Update packages within their ranges", "[<pkg>...]",
     "save global install-strategy omit include strict-peer-deps package-lock " HOIST_SCRIPT_FLAGS
     " audit before min-release-age min-release-age-exclude bin-links fund dry-run " HOIST_TREE_FLAGS,
     kTree, run_update},
    {"version", "Show versions", "", "json " HOIST_WORKSPACE_FLAGS, kInWorkspaces | kSkipsConfigChecks, run_version},
    {"view", "Show what the registry knows about a package", "[<package-spec>] [<field>[.subfield]...]",
     "json " HOIST_WORKSPACE_FLAGS, kInWorkspaces, run_view},
    {"whoami", "Show who you are to the registry", "", "registry", 0, run_whoami},
};

constexpr CommandAlias kAliases[] = {
    {"author", "owner"},
    {"home", "docs"},
    {"issues", "bugs"},
    {"info", "view"},
    {"show", "view"},
    {"find", "search"},
    {"add", "install"},
    {"unlink", "uninstall"},
    {"remove", "uninstall"},
    {"rm", "uninstall"},
    {"r", "uninstall"},
    {"un", "uninstall"},
    {"rb", "rebuild"},
    {"list", "ls"},
    {"ln", "link"},
    {"create", "init"},
    {"i", "install"},
    {"it", "install-test"},
    {"cit", "install-ci-test"},
    {"u", "update"},
    {"up", "update"},
    {"c", "config"},
    {"s", "search"},
    {"se", "search"},
    {"tst", "test"},
    {"t", "test"},
    {"ddp", "dedupe"},
    {"v", "view"},
    {"run-script", "run"},
    {"clean-install", "ci"},
    {"clean-install-test", "install-ci-test"},
    {"x", "exec"},
    {"why", "explain"},
    {"la", "ll"},
    {"verison", "version"},
    {"ic", "ci"},
    {"innit", "init"},
    {"in", "install"},
    {"ins", "install"},
    {"inst", "install"},
    {"insta", "install"},
    {"instal", "install"},
    {"isnt", "install"},
    {"isnta", "install"},
    {"isntal", "install"},
    {"isntall", "install"},
    {"install-clean", "ci"},
    {"isntall-clean", "ci"},
    {"hlep", "help"},
    {"dist-tags", "dist-tag"},
    {"upgrade", "update"},
    {"udpate", "update"},
    {"rum", "run"},
    {"sit", "install-ci-test"},
    {"urn", "run"},
    {"ogr", "org"},
};

const Command* by_name(std::string_view name) {
  const auto at = std::ranges::find(kCommands, name, &Command::name);
  return at == std::end(kCommands) ? nullptr : at;
}

const Command* by_name_or_alias(std::string_view name) {
  if (const auto* command = by_name(name)) return command;
  const auto at = std::ranges::find(kAliases, name, &CommandAlias::alias);
  return at == std::end(kAliases) ? nullptr : by_name(at->command);
}

}  // namespace

std::span<const Command> commands() noexcept { return kCommands; }
std::span<const CommandAlias> command_aliases() noexcept { return kAliases; }

const Command* find_command(std::string_view typed) {
  if (typed.empty()) return nullptr;
  std::string name;
  for (const char c : typed) {
    if (c >= 'A' && c <= 'Z') name += '-';
    name += to_lower({&c, 1});
  }
  if (const auto* command = by_name_or_alias(name)) return command;
  std::vector<std::string_view> candidates;
  for (const auto& command : kCommands) candidates.push_back(command.name);
  for (const auto& alias : kAliases) candidates.push_back(alias.alias);
  const auto full = expand_abbreviation(name, candidates);
  return full.empty() ? nullptr : by_name_or_alias(full);
}

}  // namespace hoist::cli
