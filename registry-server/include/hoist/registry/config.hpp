#pragma once
/// The server's configuration: one YAML file, which may be a Verdaccio one. Values only; nothing here does anything.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::registry {

/// Versions that are kept from clients, on metadata and tarball alike. The filters of an uplink apply to what comes
/// from it, the others to everything.
struct FilterOptions {
  std::chrono::seconds minimum_age{0};
  std::vector<std::string> minimum_age_exclude;  ///< name patterns that may be younger
  std::vector<std::string> deny;                 ///< `name-pattern` or `name@range`
  std::vector<std::string> allow;                ///< `name@range` or pattern: exempt from every other filter
  std::vector<std::string> deny_licenses;        ///< SPDX ids, compared without case
  std::vector<std::string> allow_licenses;       ///< if not empty, only these
  bool deny_install_scripts = false;
  [[nodiscard]] bool empty() const noexcept {
    return minimum_age.count() == 0 && deny.empty() && deny_licenses.empty() && allow_licenses.empty() &&
           !deny_install_scripts;
  }
};

/// A registry that names can be proxied to.
struct UplinkOptions {
  std::string name;
  std::string url;                             ///< with a final slash
  std::chrono::milliseconds timeout{30'000};   ///< for one whole request
  std::chrono::seconds max_age{120};           ///< metadata younger than this is served without asking
  std::chrono::seconds negative_age{30};       ///< how long a 404 is believed
  unsigned max_failures = 2;                   ///< in a row; then the circuit opens
  std::chrono::seconds fail_timeout{300};      ///< how long it stays open before a probe
  std::uint64_t max_metadata = 256ULL << 20U;  ///< bytes, inflated
  std::uint64_t max_tarball = 1024ULL << 20U;
  std::string authorization;  ///< `Bearer …` or `Basic …`; empty = none
  std::map<std::string, std::string> headers;
  bool strict_ssl = true;
  std::string ca;                  ///< path of a PEM file
  bool allow_private = false;      ///< redirects to private addresses; the configured host itself is always allowed
  std::vector<std::string> hosts;  ///< besides the URL's own: where redirects and `dist.tarball` may lead
  FilterOptions filters;
};

/// Who may do what with the names that `pattern` matches. Subjects are `$all`, `$anonymous`, `$authenticated`, user
/// names, groups and `org:team`.
struct PackageRule {
  std::string pattern;
  std::vector<std::string> access{"$all"};
  std::vector<std::string> publish{"$authenticated"};
  std::vector<std::string> unpublish;  ///< empty: as publish
  std::vector<std::string> proxy;      ///< uplink names, tried in order
};

struct HttpsOptions {
  std::string key;   ///< PEM files
  std::string cert;  ///< the chain
  std::string ca;
  [[nodiscard]] bool enabled() const noexcept { return !cert.empty(); }
};

/// Limits on logging in; the counts are of failures.
struct LoginLimits {
  unsigned attempts_per_user = 10;
  unsigned attempts_per_address = 30;
  std::chrono::seconds window{300};
};

struct Config {
  std::filesystem::path storage = "storage";
  std::vector<std::string> listen;  ///< `ADDRESS:PORT`; empty: the command line's
  std::string public_url;           ///< with a final slash; empty: from the request's own address
  std::string url_prefix = "/";     ///< with slashes on both ends
  HttpsOptions https;
  std::uint64_t max_body_size = 100ULL << 20U;  ///< of a tarball, decoded
  std::filesystem::path htpasswd;               ///< imported at start; empty = none
  bool open_registration = false;
  std::optional<std::chrono::seconds> token_lifetime;  ///< of login tokens
  std::vector<std::string> trusted_proxies;            ///< networks
  std::vector<std::string> claimed_scopes;             ///< never asked upstream
  std::map<std::string, std::vector<std::string>> groups;
  std::vector<std::string> admins;  ///< users, groups or teams who administer everything
  std::vector<UplinkOptions> uplinks;
  std::vector<PackageRule> packages;  ///< the first match decides; never empty
  FilterOptions filters;
  LoginLimits login;
  std::string audit_uplink;  ///< where audits go; empty: answered as "nothing known"
  bool offline = false;      ///< nothing is asked upstream; the cache serves

  [[nodiscard]] const UplinkOptions* find_uplink(std::string_view name) const;
  /// The first rule whose pattern matches; nullptr when none does, which means no access.
  [[nodiscard]] const PackageRule* find_rule(std::string_view package) const;
};

/// What `serve` does without a file: everyone reads, users publish, nobody registers, nothing is proxied.
[[nodiscard]] Config default_config();

/// ECONFIG with file, line and column for what is no YAML, has the wrong shape, or names an uplink that is not there.
/// Keys nobody knows are warnings, since a Verdaccio file holds many that do not concern us. Relative paths are taken
/// from `file`'s folder.
struct ConfigAndWarnings {
  Config config;
  std::vector<std::string> warnings;
};
[[nodiscard]] Result<ConfigAndWarnings> parse_config(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] Result<ConfigAndWarnings> read_config(const std::filesystem::path& file);

/// Verdaccio's package patterns: `*` stays within a segment, `**` does not, `?`, `{a,b}` and `[abc]`. A lone `*`
/// matches unscoped names only, as minimatch has it.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view name);

/// `10mb`, `512kb`, `1073741824`; ECONFIG otherwise.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// `30s`, `2m`, `1h`, `3d`, `500ms`, or a number of seconds; ECONFIG otherwise.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace hoist::registry
