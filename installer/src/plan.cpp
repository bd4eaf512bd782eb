#include "hoist/installer/plan.hpp"

#include <memory>

#include "dependency_graph.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::installer {
namespace {

using lockfile::Lockfile;
using lockfile::LockPackage;

std::string label(std::string_view location, const LockPackage& entry) {
  return fmt::format("{}@{}", lockfile::package_name_of(location, entry), entry.manifest.version);
}

std::string patch_integrity(const LockPackage& entry) {
  const std::string* text = find_string(entry.patched, "integrity");
  return text != nullptr ? *text : std::string();
}

/// arborist's Diff getAction, without the look at bin links: those are checked when bins are linked.
bool is_same(const LockPackage& wanted, const LockPackage& actual) {
  if (wanted.link != actual.link) return false;
  if (wanted.link) return wanted.resolved == actual.resolved;
  if (wanted.manifest.version != actual.manifest.version) return false;
  if (patch_integrity(wanted) != patch_integrity(actual)) return false;
  if (wanted.integrity.empty() && actual.integrity.empty()) return wanted.resolved == actual.resolved;
  if (wanted.integrity == actual.integrity) return true;
  const auto want = Integrity::parse(wanted.integrity);
  const auto have = Integrity::parse(actual.integrity);
  return want && have && want->matches(*have);
}

/// One call of make_plan.
class Planner {
 public:
  Planner(const Lockfile& wanted, const ActualTree& actual, const PlanOptions& options)
      : wanted_(wanted), actual_(actual), options_(options) {}

  Result<InstallPlan> run() {
    HOIST_CHECK(check_locations());
    HOIST_CHECK(choose());
    for (const auto& [location, entry] : wanted_.packages)
      if (parse_location(location) && !inert_.contains(location) && !is_below_inert(location)) place(location, entry);
    for (const auto& [location, entry] : actual_.tree.packages) remove(location, entry);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool touches(std::string_view location) const { return !options_.filter || options_.filter(location); }

  /// The lockfile reader checks this too; the installer writes to the disk and so does not take its word.
  Result<void> check_locations() const {
    for (const auto& [location, entry] : wanted_.packages) {
      const bool below = location.find("node_modules") != std::string::npos;
      const auto parts = parse_location(location);
      const auto above = wanted_.packages.find(parent_location(location));
      const bool in_link =
          above != wanted_.packages.end() && above->second.link;  // would be written to the link's target
      const bool known_top = parts && (!parts->top.starts_with("..") || wanted_.packages.contains(parts->top));
      if (!below || (known_top && !in_link)) continue;
      return fail("ELOCKFILE",
                  fmt::format("the lockfile has a location that is no package: \"{}\"", printable(location)),
                  "Delete the entry, or the lockfile, and install again.");
    }
    return {};
  }

  [[nodiscard]] bool is_omitted(const LockPackage& entry) const {
    return (entry.peer && options_.omit_peer) || (entry.dev && options_.omit_dev) ||
           (entry.optional && options_.omit_optional) ||
           (entry.dev_optional && options_.omit_optional && options_.omit_dev);
  }

  void skip(const std::string& location, SkipReason reason) {
    if (inert_.insert(location).second) plan_.skipped.push_back({location, reason});
  }

  void skip_set(const std::string& location, SkipReason reason) {
    if (!graph_) graph_ = std::make_unique<DependencyGraph>(wanted_);
    const std::set<std::string> set = graph_->optional_set(location, inert_);
    skip(location, reason);
    for (const std::string& each : set) skip(each, SkipReason::kWithAnother);
  }

  /// npm's checkEngineAndPlatform, and what --omit leaves out.
  Result<void> choose() {
    for (const auto& [location, entry] : wanted_.packages) {
      // A link's flags stand at its target.
      const auto target = entry.link ? wanted_.packages.find(entry.resolved) : wanted_.packages.end();
      const bool omitted = is_omitted(target == wanted_.packages.end() ? entry : target->second);
      if (!entry.optional && !omitted) HOIST_CHECK(check_needed(location, entry));
      if (!parse_location(location)) continue;
      if (omitted) {
        skip(location, SkipReason::kOmitted);
      } else if (entry.optional && !inert_.contains(location)) {
        if (unmet_engine(entry.manifest, options_.engines)) {
          skip_set(location, SkipReason::kEngine);
        } else if (!matches_platform(entry.manifest, options_.platform)) {
          skip_set(location, SkipReason::kPlatform);
        }
      }
    }
    return {};
  }

  Result<void> check_needed(const std::string& location, const LockPackage& entry) {
    if (const auto unmet = unmet_engine(entry.manifest, options_.engines); unmet && !options_.force) {
      const bool root_with_own_check = location.empty() && !entry.manifest.dev_engines.is_null();
      if (options_.engine_strict && !root_with_own_check)
        return fail("EBADENGINE", fmt::format("Unsupported engine: {} needs {}", label(location, entry), *unmet));
      if (!root_with_own_check) plan_.engine_warnings.push_back({label(location, entry), *unmet});
    }
    if (options_.force || matches_platform(entry.manifest, options_.platform)) return {};
    const auto list = [](const std::vector<std::string>& values) {
      return values.empty() ? std::string("any") : join(values, ",");
    };
    return fail(
        "EBADPLATFORM",
        fmt::format("Unsupported platform for {}: wanted {{\"os\":\"{}\",\"cpu\":\"{}\",\"libc\":\"{}\"}} (current: "
                    "{{\"os\":\"{}\",\"cpu\":\"{}\",\"libc\":\"{}\"}})",
                    label(location, entry), list(entry.manifest.os), list(entry.manifest.cpu),
                    list(entry.manifest.libc), options_.platform.os, options_.platform.cpu, options_.platform.libc));
  }

  /// Whether it comes in the tarball of a package above it. What the project itself bundles is installed as usual.
  [[nodiscard]] bool is_in_dependency_bundle(std::string_view location, const LockPackage& entry) const {
    if (!entry.in_bundle) return false;
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at)) {
      const auto above = wanted_.packages.find(at);
      if (above != wanted_.packages.end() && !above->second.manifest.bundle_dependencies.empty()) return true;
    }
    return false;
  }

  /// Whether a package above it is put anew, which takes everything nested in it along.
  [[nodiscard]] bool is_below_placed(std::string_view location) const {
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at))
      if (placed_.contains(at)) return true;
    return false;
  }

  /// What is nested in a package that is left out has no place either.
  bool is_below_inert(const std::string& location) {
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at)) {
      if (!inert_.contains(at)) continue;
      skip(location, SkipReason::kWithAnother);
      return true;
    }
    return false;
  }

  void place(const std::string& location, const LockPackage& entry) {
    const auto there = actual_.tree.packages.find(location);
    const bool exists = there != actual_.tree.packages.end();
    // What a killed install left must be put right, whatever is asked for now.
    if (!touches(location) && actual_.is_certain(location)) {
      if (exists) {
        plan_.left.emplace(location, there->second);
      } else {
        skip(location, SkipReason::kFiltered);
      }
      return;
    }
    if (is_in_dependency_bundle(location, entry)) {
      plan_.bundled.push_back(location);
      return;
    }
    if (exists && actual_.is_certain(location) && !is_below_placed(location) && is_same(entry, there->second)) {
      plan_.kept.push_back(location);
      return;
    }
    Placement placement{location, &entry, exists ? PlanAction::kChange : PlanAction::kAdd, {}};
    if (exists) {
      placement.previous_version = there->second.manifest.version;
      plan_.replaced.push_back(removal_of(location, there->second));
    }
    placed_.insert(location);
    (entry.link ? plan_.links : plan_.packages).push_back(std::move(placement));
  }

  [[nodiscard]] Removal removal_of(const std::string& location, const LockPackage& entry) const {
    Removal removal{
        location, std::string(lockfile::package_name_of(location, entry)), entry.manifest.version, {}, entry.link};
    const LockPackage* owner = &entry;
    if (entry.link) {
      const auto target = actual_.tree.packages.find(entry.resolved);
      if (target != actual_.tree.packages.end()) owner = &target->second;
    }
    for (const auto& [name, target] : owner->manifest.bin) removal.bins.push_back(name);
    return removal;
  }

  /// Below a package that stays and bundles, only its own tarball knows what belongs there.
  [[nodiscard]] bool belongs_to_bundle(std::string_view location) const {
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at)) {
      const auto above = wanted_.packages.find(at);
      if (above != wanted_.packages.end() && !above->second.manifest.bundle_dependencies.empty() &&
          !inert_.contains(at))
        return true;
    }
    return false;
  }

  void remove(const std::string& location, const LockPackage& entry) {
    const auto parts = parse_location(location);
    if (!parts) return;
    const bool wanted = wanted_.packages.contains(location);
    if ((wanted && !inert_.contains(location)) || is_below_placed(location)) return;
    // Folders outside of the project are not ours to tidy.
    const bool stays = parts->top.starts_with("..") || !touches(location) ||
                       (!wanted && (options_.keep_extraneous || belongs_to_bundle(location)));
    if (stays) {
      plan_.left.emplace(location, entry);
      return;
    }
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at))
      if (removed_.contains(at)) return;
    removed_.insert(location);
    plan_.removals.push_back(removal_of(location, entry));
  }

  const Lockfile& wanted_;
  const ActualTree& actual_;
  const PlanOptions& options_;
  InstallPlan plan_;
  std::set<std::string, std::less<>> inert_, placed_, removed_;
  std::unique_ptr<DependencyGraph> graph_;
};

}  // namespace

Result<InstallPlan> make_plan(const lockfile::Lockfile& wanted, const ActualTree& actual, const PlanOptions& options) {
  return Planner(wanted, actual, options).run();
}

}  // namespace hoist::installer
