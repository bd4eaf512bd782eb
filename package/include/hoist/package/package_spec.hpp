#pragma once
/// Specs as npm parses them (npm-package-arg 13, hosted-git-info 9).

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/package/range.hpp"

namespace hoist::package {

/// npm-package-arg's `type`.
enum class SpecType { kVersion, kRange, kTag, kAlias, kGit, kRemote, kFile, kDirectory };

[[nodiscard]] std::string_view to_string(SpecType type) noexcept;

/// A hosted git shorthand (github, gitlab, bitbucket, gist, sourcehut).
struct HostedGit {
  std::string type;    ///< "github", …
  std::string domain;  ///< "github.com"
  std::string user;
  std::string project;
  std::string committish;
  std::string default_representation;  ///< shortcut | git+ssh | git | https … : how the user wrote it
  std::string auth;  ///< user:password of an https or git URL as written (percent-encoded), empty otherwise
  [[nodiscard]] std::string ssh_url() const;      ///< git+ssh://git@host/user/project.git[#committish]
  [[nodiscard]] std::string https_url() const;    ///< git+https://…
  [[nodiscard]] std::string shortcut() const;     ///< github:user/project[#committish]
  [[nodiscard]] std::string tarball_url() const;  ///< archive URL at the committish (HEAD when there is none)
  /// In the form the user chose (hosted-git-info's `toString`); `git+` and the fragment on request.
  [[nodiscard]] std::string to_string(bool git_plus = true, bool with_committish = true) const;
  bool operator==(const HostedGit&) const = default;
};

/// A parsed `name@rest` or a bare `rest`.
struct PackageSpec {
  SpecType type = SpecType::kRange;
  std::string raw;         ///< as given
  std::string name;        ///< empty when unknown before fetching (a bare URL or path)
  std::string raw_spec;    ///< what follows the name; "*" when nothing was given
  std::string save_spec;   ///< what package.json should hold; empty = decide from the version chosen
  std::string fetch_spec;  ///< range, tag, version, absolute path or URL to fetch; without the git fragment. Empty for
                           ///< an alias and for a hosted shorthand (see `hosted`)
  std::optional<Range> range;             ///< type kRange (parsed loose, as npm-package-arg does)
  std::shared_ptr<PackageSpec> sub_spec;  ///< type kAlias: what is really meant
  std::optional<HostedGit> hosted;        ///< type kGit on a known host
  std::string git_committish;             ///< type kGit: branch, tag or commit
  std::string git_range;                  ///< type kGit: `#semver:` range
  std::string git_subdir;                 ///< type kGit: `::path:` directory

  /// True for what a registry answers: version, range, tag, and an alias of one.
  [[nodiscard]] bool registry() const noexcept;
  /// npm-package-arg's `toString`: `name@spec` with what would be saved, else fetched, else was written.
  [[nodiscard]] std::string to_string() const;
};

/// npm-package-arg's `npa(arg, where)`: a whole argument as a user types it after `npm install`.
/// `where` resolves relative paths. EUNSUPPORTEDPROTOCOL, EINVALIDPACKAGENAME, EINVALIDTAGNAME, ERR_INVALID_URL as npm;
/// EINVALIDSPEC where npm's error has no code (nested aliases, two committishes) and for git addresses that a command
/// line could mistake for an option.
[[nodiscard]] Result<PackageSpec> parse_spec(std::string_view argument, const std::filesystem::path& where);

/// npm-package-arg's `npa.resolve(name, spec, where)`: one entry of a dependency map. `name` may be empty.
/// Cheap for versions, ranges and tags: no URL is parsed and `where` is not looked at.
[[nodiscard]] Result<PackageSpec> resolve_spec(std::string_view name, std::string_view spec,
                                               const std::filesystem::path& where);

/// hosted-git-info's `fromUrl`; nullopt when the URL is of no known host.
[[nodiscard]] std::optional<HostedGit> parse_hosted_git(std::string_view url);

}  // namespace hoist::package
