#pragma once
/// The rows that are the truth of a registry. Plain values: every document a client reads is a view built from them.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hoist::registry {

/// Milliseconds, as npm's documents write times.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Counts the changes of one package; part of its `_rev`. Never repeats, not even after the package was removed.
using Revision = std::uint64_t;

// ---------------------------------------------------------------------------------------------------- packages

enum class Visibility { kPublic, kRestricted };

/// A registry's statement about one version: ECDSA over `name@version:integrity`.
struct SignatureRow {
  std::string keyid;
  std::string sig;
  bool operator==(const SignatureRow&) const = default;
};

/// One published version. Immutable, `deprecated` apart.
struct VersionRow {
  std::string version;
  std::string
      manifest;  ///< JSON object as the publisher sent it, without `dist`, `readme` and what the server computes
  std::string file_name;  ///< of the tarball: `name-1.0.0.tgz`
  std::string blob;       ///< key in the BlobStore: the lower-case hexadecimal sha512
  std::string integrity;  ///< `sha512-…` of the tarball
  std::string shasum;     ///< hexadecimal sha1 of the tarball
  std::uint64_t size = 0;
  std::uint64_t file_count = 0;
  std::uint64_t unpacked_size = 0;
  bool has_install_script = false;
  bool has_shrinkwrap = false;
  std::string publisher;        ///< user name
  std::string publisher_email;  ///< at the time of publishing
  Time published{};
  std::string readme;  ///< in a snapshot only that of `latest`: ten thousand of them would be half a gigabyte
  std::string readme_filename;
  std::vector<SignatureRow> signatures;
  std::string provenance_type;  ///< predicateType of the provenance attestation; empty when there is none
  std::string deprecated;       ///< empty: not deprecated
  bool operator==(const VersionRow&) const = default;
};

struct PackageRow {
  std::string name;
  Revision revision = 0;
  Time created{};
  Time modified{};
  /// Moves by at least one second on every change: `Last-Modified` has no finer grain.
  std::chrono::sys_seconds touched{};
  Visibility visibility = Visibility::kPublic;
  bool publish_requires_tfa = false;
  bool operator==(const PackageRow&) const = default;
};

struct MaintainerRow {
  std::string name;
  std::string email;  ///< empty when the user is unknown or has none
  bool operator==(const MaintainerRow&) const = default;
};

/// Everything about one package at one revision.
struct PackageSnapshot {
  PackageRow package;
  std::vector<VersionRow> versions;                      ///< in the order they were published
  std::map<std::string, std::string, std::less<>> tags;  ///< tag to version; has `latest` when there are versions
  std::vector<MaintainerRow> maintainers;                ///< by name
  std::set<std::string> stars;                           ///< user names
};

/// What remains of a version that was unpublished: its number may not be used again for other bytes.
struct TombstoneRow {
  std::string version;
  std::string integrity;
  std::string removed_by;
  Time removed{};
  bool operator==(const TombstoneRow&) const = default;
};

// ------------------------------------------------------------------------------------------------ users and tokens

struct UserRow {
  std::string name;
  std::string email;
  std::string fullname;
  std::string password_hash;   ///< opaque to the store; empty: no login by password
  std::string profile = "{}";  ///< JSON object with everything else (homepage, github, second factor)
  bool is_admin = false;
  bool is_disabled = false;
  Time created{};
  Time updated{};
  bool operator==(const UserRow&) const = default;
};

struct TokenRow {
  std::string key;     ///< public identifier, shown by `npm token list`
  std::string hash;    ///< of the secret; the secret itself is nowhere
  std::string prefix;  ///< first characters of the secret, to recognise it
  std::string user;
  std::string kind;  ///< `login`, `web`, `granular`, `oidc`, …
  std::string name;
  std::string description;
  bool read_only = false;
  bool bypass_tfa = false;
  std::vector<std::string> cidrs;  ///< empty: from anywhere
  std::string permissions = "{}";  ///< JSON object: packages, scopes, orgs and what is allowed on them
  Time created{};
  std::optional<Time> expires;
  std::optional<Time> last_used;
  bool operator==(const TokenRow&) const = default;
};

// --------------------------------------------------------------------------------------------------- orgs and teams

struct OrgMemberRow {
  std::string user;
  std::string role;  ///< `owner`, `admin` or `developer`
  bool operator==(const OrgMemberRow&) const = default;
};

struct TeamRow {
  std::string org;  ///< without the at sign
  std::string name;
  std::string description;
  bool operator==(const TeamRow&) const = default;
};

enum class Permission { kReadOnly, kReadWrite };

/// A team's right on a package.
struct GrantRow {
  std::string org;
  std::string team;
  std::string package;
  Permission permission = Permission::kReadOnly;
  bool operator==(const GrantRow&) const = default;
};

// ------------------------------------------------------------------------------------------------------- short-lived

/// Something with an end: a login session, a one-time code that was used, a failed attempt.
struct EphemeralRow {
  std::string kind;  ///< who it belongs to: `weblogin`, `attempts`, …
  std::string key;
  std::string value;
  Time expires{};
  bool operator==(const EphemeralRow&) const = default;
};

}  // namespace hoist::registry
