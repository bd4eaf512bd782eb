#include "legacy_tree.hpp"

#include <algorithm>
#include <filesystem>

#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/range.hpp"

namespace hoist::lockfile {
namespace {

using package::PackageSpec;
using package::SpecType;

/// A stand-in for the project's folder: only relations between paths reach the output.
constexpr std::string_view kStandIn = "/-/-/-/-/-/-/-/-";

std::filesystem::path folder_of(std::string_view location) {
  std::filesystem::path folder(kStandIn);
  if (!location.empty()) folder /= location;
  return folder.lexically_normal();
}

std::string relative_text(const std::filesystem::path& path, const std::filesystem::path& base) {
  std::string text = path.lexically_normal().lexically_relative(base).generic_string();
  while (text.ends_with('/')) text.pop_back();
  return text == "." ? std::string() : text;
}

/// Where the text after the last `node_modules` starts, and how many there are: what orders the dependents of a node.
std::pair<std::size_t, std::string_view> distance(std::string_view location) {
  constexpr std::string_view kSeparator = "node_modules";
  std::size_t parts = 1;
  for (std::size_t at; (at = location.find(kSeparator)) != std::string_view::npos; ++parts)
    location.remove_prefix(at + kSeparator.size());
  return {parts, location};
}

/// Whether the installed version is one the edge accepts. Sources other than the registry are taken on trust: the
/// lock would not have been written otherwise.
bool is_valid(const Edge& edge, const LockPackage& target) {
  const auto spec = package::resolve_spec(edge.name, edge.spec, folder_of(edge.from));
  if (!spec) return false;
  const PackageSpec* wanted = spec->type == SpecType::kAlias && spec->sub_spec ? spec->sub_spec.get() : &*spec;
  if (wanted->type != SpecType::kVersion && wanted->type != SpecType::kRange) return true;
  if (wanted->fetch_spec == "*" || target.manifest.version.empty()) return true;
  return package::satisfies(target.manifest.version, wanted->fetch_spec, {.loose = true, .include_prerelease = false});
}

std::optional<PackageSpec> source_of(const LockPackage& entry) {
  if (entry.resolved.empty()) return std::nullopt;
  auto spec = package::parse_spec(entry.resolved, kStandIn);
  if (!spec) return std::nullopt;
  return *std::move(spec);
}

/// Bundled by a dependency, not by the root: npm 6 leaves such a package to the tarball of the one that holds it.
bool is_in_dependency_bundle(const Lockfile& lockfile, std::string_view location, const LockPackage& entry) {
  if (!entry.in_bundle) return false;
  std::string_view top = location;
  for (auto parent = parent_of(top); parent && !parent->empty(); parent = parent_of(top)) top = *parent;
  if (top == location) return false;
  const auto found = lockfile.packages.find(top);
  return found == lockfile.packages.end() || !found->second.in_bundle;
}

}  // namespace

const NiceObject* LegacyTree::build(const Lockfile& lockfile, const WriteOptions& options) {
  lockfile_ = &lockfile;
  omit_registry_resolved_ = options.omit_registry_resolved;
  for (const auto& [location, entry] : lockfile.packages) {
    auto& edges = edges_out_.emplace(location, edges_out(lockfile, location, entry)).first->second;
    if (options.legacy_peer_deps) std::erase_if(edges, [](const Edge& edge) { return edge.is_peer(); });
    if (const auto parent = parent_of(location)) children_[*parent].push_back({&location, &entry});
  }
  for (const auto& [location, entry] : lockfile.failed_optional)
    if (const auto parent = parent_of(location)) children_[*parent].push_back({&location, &entry});
  for (const auto& [from, edges] : edges_out_)
    for (const Edge& edge : edges)
      if (edge.to != nullptr) edges_in_[*edge.to].push_back(&edge);
  std::vector<std::string_view> path;
  return children_of("", path);
}

const NiceObject* LegacyTree::children_of(const std::string& home, std::vector<std::string_view>& path) {
  const auto children = children_.find(home);
  if (children == children_.end()) return nullptr;
  NiceObject object;
  for (const Node& child : children->second) {
    // Links may lead in circles: what is being described already is not described again.
    const std::string_view real =
        child.entry->link ? std::string_view(child.entry->resolved) : std::string_view(*child.location);
    if (std::find(path.begin(), path.end(), real) != path.end()) continue;
    path.push_back(home);
    object.add(name_of_location(*child.location), describe(child, path));
    path.pop_back();
  }
  return object.members.empty() ? nullptr : &objects_.emplace_back(std::move(object));
}

const NiceObject* LegacyTree::describe(const Node& node, std::vector<std::string_view>& path) {
  NiceObject& object = objects_.emplace_back();
  const LockPackage& entry = *node.entry;
  add_source(object, node);
  if (is_in_dependency_bundle(*lockfile_, *node.location, entry)) object.add("bundled", true);
  if (!entry.integrity.empty()) object.add("integrity", std::string_view(entry.integrity));
  if (entry.extraneous) {
    object.add("extraneous", true);
  } else if (!entry.link) {
    if (entry.peer) object.add("peer", true);
    if (entry.dev_optional && !entry.dev && !entry.optional) object.add("devOptional", true);
    if (entry.dev) object.add("dev", true);
    if (entry.optional) object.add("optional", true);
  }
  add_requires(object, node);
  const std::string& home = entry.link ? entry.resolved : *node.location;
  if (const NiceObject* dependencies = children_of(home, path); dependencies != nullptr)
    object.add("dependencies", dependencies);
  return &object;
}

void LegacyTree::add_source(NiceObject& object, const Node& node) {
  const LockPackage& entry = *node.entry;
  if (entry.link) return object.add("version", keep("file:" + entry.resolved));
  const std::string_view folder_name = name_of_location(*node.location);
  const std::optional<PackageSpec> source = source_of(entry);
  std::optional<PackageSpec> spec = source;
  if (const Edge* edge = main_edge(*node.location); edge != nullptr) {
    auto wanted = package::resolve_spec(folder_name, edge->spec, folder_of(edge->from));
    spec = wanted ? std::optional(*std::move(wanted)) : std::nullopt;
  }
  const auto is = [](const std::optional<PackageSpec>& candidate, SpecType type) {
    return candidate && candidate->type == type;
  };
  const bool git = is(spec, SpecType::kGit) || is(source, SpecType::kGit);
  const bool tarball = is(spec, SpecType::kFile) || is(spec, SpecType::kRemote);
  const package::Manifest& manifest = entry.manifest;
  if (tarball) {
    object.add("version", keep(spec->save_spec));
  } else if (git) {
    object.add("version", std::string_view(entry.resolved));
    if (spec && !spec->raw.empty()) object.add("from", keep(spec->raw));
  } else if (!manifest.name.empty() && manifest.name != folder_name) {
    object.add("version", keep(fmt::format("npm:{}@{}", manifest.name, manifest.version)));
  } else if (!manifest.version.empty()) {
    object.add("version", std::string_view(manifest.version));
  }
  const bool local = is(source, SpecType::kFile) || is(source, SpecType::kDirectory) || is(spec, SpecType::kDirectory);
  if (!entry.resolved.empty() && !git && !tarball && !local && !omit_registry_resolved_)
    object.add("resolved", std::string_view(entry.resolved));
}

void LegacyTree::add_requires(NiceObject& object, const Node& node) {
  const std::string& home = node.entry->link ? node.entry->resolved : *node.location;
  const auto edges = edges_out_.find(home);
  if (edges == edges_out_.end() || edges->second.empty()) return;
  if (home.empty()) return object.add("requires", true);
  package::StringMap& wanted = maps_.emplace_back();
  for (const Edge& edge : edges->second) {
    if (edge.is_peer()) continue;
    std::string spec = edge.spec;
    if (spec.starts_with("file:")) {
      const std::filesystem::path folder = folder_of(home);
      spec = "file:" + relative_text(folder / spec.substr(5), folder);
    }
    wanted.emplace_back(edge.name, std::move(spec));
  }
  object.add("requires", &wanted);
}

/// The dependent that a reader of the old format is told about: nearest to the root, then first in the alphabet.
const Edge* LegacyTree::main_edge(const std::string& location) const {
  const auto edges = edges_in_.find(location);
  if (edges == edges_in_.end()) return nullptr;
  const auto found = lockfile_->packages.find(location);
  const LockPackage* target = link_target(*lockfile_, found->second);
  const Edge* best = nullptr;
  for (const Edge* edge : edges->second) {
    if (target == nullptr || !is_valid(*edge, *target)) continue;
    if (best == nullptr) {
      best = edge;
      continue;
    }
    const auto [parts, tail] = distance(edge->from);
    const auto [best_parts, best_tail] = distance(best->from);
    if (parts != best_parts ? parts < best_parts : locale_compare(tail, best_tail) < 0) best = edge;
  }
  return best;
}

}  // namespace hoist::lockfile
