#include "suggest.hpp"

#include <algorithm>
#include <map>

#include "hoist/package/package_spec.hpp"
#include "hoist/resolver/pick_manifest.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {
namespace {

/// Most conflicts fail within milliseconds; a project that resolves costs a full resolution.
constexpr std::size_t kMaxTrials = 60;
/// Nodes looked at in all attempts together: several resolutions of a large project, and an end for trees that do not
/// settle.
constexpr std::size_t kMaxSteps = 15'000;
constexpr std::size_t kMaxInvolved = 8;
constexpr std::size_t kMaxMajors = 12;

/// Another version line of one dependency.
struct Candidate {
  std::string name;
  std::string spec;        ///< `name@^2.1.0`
  std::uint64_t distance;  ///< majors away from the present one
  bool newer;
};

const std::string* direct_spec(const package::Manifest& manifest, const std::string& name) {
  for (const package::StringMap* map : {&manifest.dev_dependencies, &manifest.optional_dependencies,
                                        &manifest.dependencies, &manifest.peer_dependencies})
    if (const std::string* spec = package::find(*map, name)) return spec;
  return nullptr;
}

class Search {
 public:
  Search(const ResolveRequest& request, const ResolveOptions& options, Sources sources)
      : request_(request), options_(options), sources_(sources) {}

  std::optional<Suggestion> run(const std::vector<std::string>& involved) {
    std::vector<std::vector<Candidate>> all;
    for (const std::string& name : involved) {
      if (all.size() == kMaxInvolved) break;
      if (auto candidates = candidates_for(name); !candidates.empty()) all.push_back(std::move(candidates));
    }
    std::vector<Candidate> singles;
    for (const auto& candidates : all) singles.insert(singles.end(), candidates.begin(), candidates.end());
    std::stable_sort(singles.begin(), singles.end(), nearer);
    for (const Candidate& one : singles)
      if (auto found = attempt({&one})) return found;
    std::vector<std::pair<const Candidate*, const Candidate*>> pairs;
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j)
        for (const Candidate& a : all[i])
          for (const Candidate& b : all[j]) pairs.emplace_back(&a, &b);
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
      return a.first->distance + a.second->distance < b.first->distance + b.second->distance;
    });
    for (const auto& [a, b] : pairs)
      if (auto found = attempt({a, b})) return found;
    return std::nullopt;
  }

 private:
  static bool nearer(const Candidate& a, const Candidate& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.newer && !b.newer;
  }

  /// The spec that stands for `name` now: a requested one before the manifest's.
  [[nodiscard]] std::optional<package::PackageSpec> present_spec(const std::string& name) const {
    for (const std::string& raw : request_.add) {
      auto spec = package::parse_spec(raw, request_.root.string());
      if (spec && spec->name == name) return *std::move(spec);
    }
    // A flag such as --save-dev would move what is only meant to change its version.
    if (request_.save_type != SaveType::kInfer) return std::nullopt;
    const std::string* direct = direct_spec(request_.manifest, name);
    if (direct == nullptr) return std::nullopt;
    auto spec = package::resolve_spec(name, *direct, request_.root.string());
    return spec ? std::optional(*std::move(spec)) : std::nullopt;
  }

  /// The newest version of each other major, and of the present one when it is not taken yet.
  [[nodiscard]] std::vector<Candidate> candidates_for(const std::string& name) {
    const auto spec = present_spec(name);
    if (!spec || !spec->registry() || spec->sub_spec) return {};
    const auto packument = sources_.packuments.get(name);
    if (!packument) return {};
    const PickOptions pick{.default_tag = options_.default_tag,
                           .node_version = options_.node_version,
                           .npm_version = options_.npm_version,
                           .before = options_.before};
    const auto present = pick_manifest(**packument, *spec, pick);
    const auto now = present ? package::Version::parse((*present)->version, {.loose = true})
                             : Result<package::Version>(std::unexpected(Error{}));
    std::map<std::uint64_t, const package::Packument::Entry*> newest;
    for (const auto& entry : (*packument)->versions()) {
      if (!entry.version || !entry.version->prerelease().empty()) continue;
      auto& best = newest[entry.version->major()];
      if (best == nullptr || *entry.version > *best->version) best = &entry;
    }
    std::vector<Candidate> out;
    for (const auto& [major, entry] : newest) {
      if (now && *entry->version == *now) continue;
      const std::uint64_t from = now ? now->major() : 0;
      const auto range = package::parse_spec(name + "@^" + entry->key, "/");
      if (!range || !pick_manifest(**packument, *range, pick)) continue;
      out.push_back(
          {name, name + "@^" + entry->key, major > from ? major - from : from - major, now && *entry->version > *now});
    }
    std::stable_sort(out.begin(), out.end(), nearer);
    if (out.size() > kMaxMajors) out.resize(kMaxMajors);
    return out;
  }

  /// Runs the command that would be suggested.
  std::optional<Suggestion> attempt(std::initializer_list<const Candidate*> changes) {
    if (trials_ == kMaxTrials || steps_left_ == 0) return std::nullopt;
    ++trials_;
    Suggestion made;
    const auto replaced = [&](const std::string& raw) {
      const auto spec = package::parse_spec(raw, request_.root.string());
      return std::any_of(changes.begin(), changes.end(),
                         [&](const Candidate* each) { return spec && spec->name == each->name; });
    };
    for (const std::string& raw : request_.add)
      if (!replaced(raw)) made.command.push_back(raw);
    for (const Candidate* each : changes) {
      made.changes.push_back(each->spec);
      made.command.push_back(each->spec);
    }
    ResolveRequest changed = request_;
    changed.add = made.command;
    NullReporter silent;
    IdealTree tree(changed, options_, sources_, silent);
    tree.limit_steps(steps_left_);
    const auto built = tree.build();
    steps_left_ -= std::min(steps_left_, tree.steps());
    if (!built) return std::nullopt;
    return made;
  }

  const ResolveRequest& request_;
  const ResolveOptions& options_;
  Sources sources_;
  std::size_t trials_ = 0;
  std::size_t steps_left_ = kMaxSteps;
};

}  // namespace

std::optional<Suggestion> suggest_fix(const ResolveRequest& request, const ResolveOptions& options, Sources sources,
                                      const std::vector<std::string>& involved) {
  // Requests to a workspace or a global folder change other manifests than the root's.
  if (!request.selected_workspaces.empty() || options.global || request.update_all) return std::nullopt;
  return Search(request, options, sources).run(involved);
}

}  // namespace hoist::resolver
