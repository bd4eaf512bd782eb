/// Whether a node is what a spec asks for.
#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {
namespace {

using package::PackageSpec;
using package::SpecType;

bool is_commit(std::string_view text) {
  if (text.size() < 40 || text.size() > 64) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
  return true;
}

bool link_valid(const Node& child, const PackageSpec& requested, const Node& requestor) {
  if (requestor.graph->install_links && !child.is_workspace()) return !child.is_link;
  return child.is_link && resolve_path("/", child.realpath) == resolve_path("/", requested.fetch_spec);
}

bool tarball_valid(const Node& child, const PackageSpec& requested) {
  if (child.is_link) return false;
  return child.resolved == "file:" + requested.fetch_spec;
}

/// The committish the lockfile recorded for this dependency of `requestor`; nullopt when it recorded none.
std::optional<std::string> locked_committish(const Node& child, const Node& requestor) {
  const auto* locked = child.graph->locked;
  if (locked == nullptr) return std::nullopt;
  const auto entry = locked->find(requestor.location);
  if (entry == locked->end()) return std::nullopt;
  const package::Manifest& manifest = *entry->second;
  const std::string* spec = nullptr;
  for (const package::StringMap* map : {&manifest.dependencies, &manifest.optional_dependencies,
                                        &manifest.dev_dependencies, &manifest.peer_dependencies})
    if (spec == nullptr) spec = package::find(*map, child.name);
  if (spec == nullptr) return std::nullopt;
  const CachedSpec& parsed = child.graph->specs.resolve(child.name, *spec, requestor.realpath);
  if (!parsed.parsed || parsed.parsed->type != SpecType::kGit) return std::nullopt;
  return parsed.parsed->git_committish;
}

bool git_valid(const Node& child, const PackageSpec& requested, const Node& requestor) {
  const CachedSpec& got = child.graph->specs.parse(child.resolved, "/");
  if (!got.parsed) return false;
  const bool definite = is_commit(requested.git_committish);
  if (!got.parsed->hosted) {
    if (got.parsed->fetch_spec != requested.fetch_spec) return false;
  } else {
    if (!requested.hosted) return false;
    const package::HostedGit &a = *got.parsed->hosted, &b = *requested.hosted;
    if (a.domain != b.domain || a.user != b.user || a.project != b.project) return false;
    if (definite && a.committish != b.committish) return false;
  }
  if (!requested.git_range.empty())
    return package::satisfies(child.package->version, requested.git_range, {.loose = true});
  if (!definite) {
    const auto locked = locked_committish(child, requestor);
    if (locked && *locked != requested.git_committish) return false;
  }
  return true;
}

bool spec_valid(const Node& child, const PackageSpec& requested, const std::optional<package::Range>& range,
                const Node& requestor) {
  switch (requested.type) {
    case SpecType::kRange:
      if (requested.fetch_spec == "*") return true;
      [[fallthrough]];
    case SpecType::kVersion: {
      const package::Version* version = child.semver();
      return version != nullptr && range && range->test(*version);
    }
    case SpecType::kDirectory:
      return link_valid(child, requested, requestor);
    case SpecType::kFile:
      return tarball_valid(child, requested);
    case SpecType::kAlias:
      return requested.sub_spec && spec_valid(child, *requested.sub_spec, range, requestor);
    case SpecType::kTag: {
      const std::string resolved = child.resolved_text();
      if (resolved.empty()) return false;
      const CachedSpec& got = child.graph->specs.parse(resolved, "/");
      return got.parsed && got.parsed->type == SpecType::kRemote;
    }
    case SpecType::kRemote:
      return child.resolved == requested.fetch_spec;
    case SpecType::kGit:
      return git_valid(child, requested, requestor);
  }
  return false;
}

bool valid_for(const Node& child, const std::string& requested, const Node& requestor) {
  const CachedSpec& spec = child.graph->specs.resolve(child.name, requested.empty() ? "*" : requested,
                                                      from_path(requestor, requestor.edges_out.get(child.id)));
  return spec.parsed && spec_valid(child, *spec.parsed, spec.range, requestor);
}

}  // namespace

std::string from_path(const Node& node, const Edge* edge) {
  if (edge != nullptr && edge->overrides != nullptr && edge->overrides->name == edge->name &&
      !edge->overrides->value.empty()) {
    const Node* root = node.source_reference != nullptr ? node.source_reference->root() : node.root();
    return root->realpath;
  }
  if (node.resolved.starts_with("file:")) {
    const CachedSpec& spec = node.graph->specs.parse(node.resolved, "/");
    if (spec.parsed && spec.parsed->type == SpecType::kFile) return directory_name(spec.parsed->fetch_spec);
  }
  return node.realpath;
}

bool dep_valid(const Node& child, const std::string& requested, const std::optional<std::string>& accept,
               const Node& requestor) {
  return valid_for(child, requested, requestor) || (accept && valid_for(child, *accept, requestor));
}

}  // namespace hoist::resolver
