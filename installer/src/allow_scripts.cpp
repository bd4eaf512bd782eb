#include "hoist/installer/allow_scripts.hpp"

#include <algorithm>

#include "allow_scripts_key.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/tarball_name.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/range.hpp"

namespace hoist::installer {
namespace {

using lockfile::NameVersion;
using package::PackageSpec;
using package::SpecType;

/// `https://host/…/-/name-1…`: a registry's tarball. A folder before `/-/` is required, so that a hostile host cannot
/// pass for the registry with `https://host/-/name-1.0.0.tgz`.
bool looks_like_registry_tarball(std::string_view url) {
  const std::size_t authority = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (authority == 0) return false;
  const std::size_t path = url.find('/', authority);
  if (path == std::string_view::npos || path == authority) return false;
  for (std::size_t dash = url.find("/-/", path + 2); dash != std::string_view::npos; dash = url.find("/-/", dash + 1)) {
    const std::string_view file = url.substr(dash + 3, url.find('/', dash + 3) - dash - 3);
    for (std::size_t i = 1; i + 1 < file.size(); ++i)
      if (file[i] == '-' && file[i + 1] >= '0' && file[i + 1] <= '9') return true;
  }
  return false;
}

bool is_registry_package(const ScriptIdentity& identity) {
  if (identity.registry) return *identity.registry;
  return identity.resolved.empty() ? identity.has_version : looks_like_registry_tarball(identity.resolved);
}

/// Name and version by the URL; without one only the name that dependents ask for.
std::optional<NameVersion> trusted_identity(const ScriptIdentity& identity) {
  if (!identity.resolved.empty())
    if (auto known = lockfile::name_version_of_tarball("", identity.resolved)) return known;
  if (!identity.dependents_name.empty()) return NameVersion{identity.dependents_name, {}};
  return std::nullopt;
}

bool matches_registry(const ScriptIdentity& identity, const PackageSpec& key, bool deny) {
  if (key.type == SpecType::kTag || !is_registry_package(identity)) return false;
  const auto trusted = trusted_identity(identity);
  if (!trusted || trusted->name != key.name) return false;
  if (key.type == SpecType::kRange) {
    if (is_name_only_key(key)) return true;
    if (!is_exact_version_list(key.fetch_spec)) return false;
    if (trusted->version.empty()) return deny;
    return package::satisfies(trusted->version, key.fetch_spec, {.loose = true, .include_prerelease = false});
  }
  return trusted->version.empty() ? deny : trusted->version == key.fetch_spec;
}

std::string repository_of(const PackageSpec& spec) {
  if (!spec.hosted) return {};
  package::HostedGit hosted = *spec.hosted;
  hosted.committish.clear();
  return hosted.ssh_url();
}

std::string commit_of(const PackageSpec& spec) {
  if (!spec.git_committish.empty()) return spec.git_committish;
  return spec.hosted ? spec.hosted->committish : std::string();
}

bool matches_git(const ScriptIdentity& identity, const PackageSpec& key, const std::filesystem::path& root) {
  if (!identity.resolved.starts_with("git")) return false;
  const auto installed = package::parse_spec(identity.resolved, root);
  if (!installed) return false;
  const std::string wanted_repository = repository_of(key), repository = repository_of(*installed);
  if (!wanted_repository.empty() && !repository.empty()) {
    if (wanted_repository != repository) return false;
  } else if (key.fetch_spec.empty() || key.fetch_spec != installed->fetch_spec) {
    return false;
  }
  const std::string wanted_commit = commit_of(key);
  // The locked commit must begin with the key's, never the other way round: a longer key names another commit.
  return wanted_commit.empty() || commit_of(*installed).starts_with(wanted_commit);
}

bool matches_source(const ScriptIdentity& identity, const PackageSpec& key, bool local) {
  return std::any_of(identity.sources.begin(), identity.sources.end(), [&](const std::string& source) {
    return !source.empty() && (source == key.save_spec || source == key.fetch_spec ||
                               (local && !key.fetch_spec.empty() && source == "file:" + key.fetch_spec));
  });
}

}  // namespace

bool is_name_only_key(const PackageSpec& key) {
  return key.fetch_spec == "*" || key.raw_spec.empty() || key.raw_spec == "*";
}

bool is_exact_version_list(std::string_view range) {
  if (trim(range).empty()) return false;
  for (std::string_view rest = range;;) {
    const std::size_t bars = rest.find("||");
    if (!package::Version::parse(trim(rest.substr(0, bars)))) return false;
    if (bars == std::string_view::npos) return true;
    rest = rest.substr(bars + 2);
  }
}

std::vector<std::string> split_script_list(std::string_view value) {
  std::vector<std::string> list;
  for (const std::string_view part : split(value, ','))
    if (const std::string_view text = trim(part); !text.empty()) list.emplace_back(text);
  return list;
}

bool matches_rule(const ScriptIdentity& identity, std::string_view key, const std::filesystem::path& root, bool deny) {
  const auto spec = package::parse_spec(key, root);
  if (!spec) return false;
  switch (spec->type) {
    case SpecType::kTag:
    case SpecType::kRange:
    case SpecType::kVersion:
      return matches_registry(identity, *spec, deny);
    case SpecType::kGit:
      return matches_git(identity, *spec, root);
    case SpecType::kFile:
    case SpecType::kDirectory:
      return matches_source(identity, *spec, true);
    case SpecType::kRemote:
      return matches_source(identity, *spec, false);
    case SpecType::kAlias:
      break;  // the real name is what counts
  }
  return false;
}

ScriptVerdict decide(const ScriptIdentity& identity, const ScriptPolicy& policy, const std::filesystem::path& root) {
  if (identity.bundled) return ScriptVerdict::kUnreviewed;
  ScriptVerdict verdict = ScriptVerdict::kUnreviewed;
  for (const ScriptRule& rule : policy.rules) {
    if (rule.verdict == ScriptVerdict::kUnreviewed ||
        !matches_rule(identity, rule.key, root, rule.verdict == ScriptVerdict::kDenied))
      continue;
    if (rule.verdict == ScriptVerdict::kDenied) return ScriptVerdict::kDenied;
    verdict = ScriptVerdict::kAllowed;
  }
  return verdict;
}

bool runs_prepare(const ScriptIdentity& identity) {
  if (identity.registry) return !*identity.registry;
  return !identity.resolved.empty() && !looks_like_registry_tarball(identity.resolved);
}

}  // namespace hoist::installer
