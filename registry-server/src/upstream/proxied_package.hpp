#pragma once
/// A packument of an upstream: checked, and turned into what our clients see. Pure.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/integrity.hpp"
#include "hoist/base/json.hpp"
#include "upstream/encoded_text.hpp"
#include "upstream/filters.hpp"

namespace hoist::registry {

/// Where a tarball comes from and what it must be.
struct ProxiedTarball {
  std::string version;
  std::string url;                     ///< `dist.tarball` as the upstream gave it
  std::optional<Integrity> integrity;  ///< sha512 where there is one, else the shasum's sha1
  std::string blocked;                 ///< why it is not served; empty: it is
};

/// A packument as our clients see it. Immutable.
struct ProxiedPackage {
  std::string name;
  std::shared_ptr<const EncodedText> full;                      ///< JSON
  std::shared_ptr<const EncodedText> abbreviated;               ///< JSON
  std::map<std::string, ProxiedTarball, std::less<>> tarballs;  ///< by file name, blocked ones included
  Time modified{};
  std::optional<Time> valid_until;  ///< when a version becomes old enough to be shown
  std::size_t blocked_versions = 0;
};

/// An answer of an upstream as a packument: an object with this name and an object of versions. EUPSTREAM otherwise.
[[nodiscard]] Result<Json> parse_packument(std::string_view body, std::string_view name);

/// A version that both have and whose integrity differs: a published version never changes, so somebody tampered.
[[nodiscard]] std::optional<std::string> find_changed_integrity(const Json& before, const Json& now);

struct ViewOptions {
  std::string public_url;                     ///< with a final slash; tarballs are served below it
  std::vector<const VersionFilter*> filters;  ///< all of them have to let a version through
  Time now{};
};
/// Rewrites tarball URLs, leaves out what the filters keep back, recomputes `latest`.
[[nodiscard]] ProxiedPackage make_view(Json packument, std::string_view name, const ViewOptions& options);

}  // namespace hoist::registry
