#pragma once
/// The difference between the wanted tree and the actual one, as a value.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/installer/actual_tree.hpp"
#include "hoist/installer/platform.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::installer {

struct PlanOptions {
  bool omit_dev = false, omit_optional = false, omit_peer = false;
  Platform platform;  ///< Platform::current(), or what --os, --cpu and --libc say
  Engines engines;
  bool engine_strict = false;
  bool force = false;            ///< install what does not fit the platform, too
  bool keep_extraneous = false;  ///< leave alone what the lockfile does not know
  /// Only locations for which this holds are touched (workspace filters). Empty = all.
  std::function<bool(std::string_view)> filter;
};

enum class PlanAction { kAdd, kChange };

/// A package (or link) to put at a location.
struct Placement {
  std::string location;
  const lockfile::LockPackage* entry = nullptr;  ///< in the wanted lockfile, which must outlive the plan
  PlanAction action = PlanAction::kAdd;
  std::string previous_version;  ///< kChange: what stood there
};

struct Removal {
  std::string location;
  std::string name, version;
  std::vector<std::string> bins;  ///< names of bin links it had
  bool link = false;
};

enum class SkipReason { kOmitted, kPlatform, kEngine, kWithAnother, kFiltered };

/// Stays in the lockfile, is not put on the disk.
struct Skipped {
  std::string location;
  SkipReason reason;
};

struct EngineWarning {
  std::string package;   ///< name@version
  std::string required;  ///< `node >=22`
};

/// Every list is in the wanted lockfile's order: parents before what is nested in them.
struct InstallPlan {
  std::vector<Placement> packages;
  std::vector<Placement> links;
  std::vector<Removal> removals;  ///< the outermost only
  std::vector<std::string> kept;
  std::vector<std::string> bundled;  ///< come inside another package's tarball
  /// What stays on the disk although the wanted lockfile does not have it so: bundled, extraneous, filtered out.
  std::map<std::string, lockfile::LockPackage, std::less<>> left;
  std::vector<Skipped> skipped;
  std::vector<EngineWarning> engine_warnings;
  /// Bin links that changed packages had and may have no more: bin names by location.
  std::vector<Removal> replaced;

  [[nodiscard]] bool empty() const noexcept { return packages.empty() && links.empty() && removals.empty(); }
};

/// EBADPLATFORM for a package that is needed and does not fit this machine, EBADENGINE with engine_strict, ELOCKFILE
/// for a location that cannot be one.
[[nodiscard]] Result<InstallPlan> make_plan(const lockfile::Lockfile& wanted, const ActualTree& actual,
                                            const PlanOptions& options);

/// The locations that npm drops when the optional package at `location` cannot be installed: its dependents up to the
/// optional edges, and what only they need. `inert` are locations that are dropped already.
[[nodiscard]] std::set<std::string> optional_set(const lockfile::Lockfile& lock, const std::string& location,
                                                 const std::set<std::string, std::less<>>& inert);

/// A location taken apart. `top` is the folder whose node_modules it is in: "" for the project, `packages/a`, `../lib`.
struct LocationParts {
  std::string_view top;     ///< without trailing slash
  std::string_view inside;  ///< from `node_modules/` on
  std::string_view parent;  ///< of `inside`: `node_modules`, `node_modules/@s`, `node_modules/a/node_modules`
  std::string_view folder;  ///< the last segment
};
/// nullopt for what is no location below a node_modules, or is unsafe: `..` inside, names that start with a dot, …
[[nodiscard]] std::optional<LocationParts> parse_location(std::string_view location) noexcept;

/// The package (location) in whose node_modules this one is; the top when it is in a top's node_modules.
[[nodiscard]] std::string_view parent_location(std::string_view location) noexcept;

}  // namespace hoist::installer
