#include "hoist/resolver/resolve.hpp"

#include "ideal_tree.hpp"
#include "to_lockfile.hpp"

namespace hoist::resolver {
namespace {

/// v2 stays v2, v1 becomes v3, as npm 12 does; an explicit setting wins.
int lockfile_version(const ResolveRequest& request, const ResolveOptions& options) {
  if (options.lockfile_version) return *options.lockfile_version;
  if (request.lock && request.lock->original_version >= 2) return request.lock->original_version;
  return 3;
}

ManifestChange change_of(const Node& node) {
  const package::Manifest& manifest = *node.package;
  return {node.location,
          manifest.dependencies,
          manifest.dev_dependencies,
          manifest.optional_dependencies,
          manifest.peer_dependencies,
          manifest.peer_dependencies_meta,
          manifest.bundle_dependencies};
}

}  // namespace

Result<ResolveOutcome> resolve(const ResolveRequest& request, const ResolveOptions& options, Sources sources,
                               Reporter& reporter) {
  IdealTree tree(request, options, sources, reporter);
  HOIST_CHECK(tree.build());
  ResolveOutcome outcome;
  if (options.save) {
    tree.save_requested_specs();
    for (const Node* node : tree.updated_manifests()) outcome.manifests.push_back(change_of(*node));
  }
  outcome.lock = to_lockfile(*tree.root(), lockfile_version(request, options));
  outcome.inert = inert_locations(*tree.root());
  return outcome;
}

}  // namespace hoist::resolver
