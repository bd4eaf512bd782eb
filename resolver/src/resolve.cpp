#include "hoist/resolver/resolve.hpp"

#include "hoist/base/text.hpp"
#include "hoist/lockfile/write.hpp"
#include "ideal_tree.hpp"
#include "suggest.hpp"
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

/// npm stops at naming the conflict; what would end it is found by trying.
void add_suggestion(Error& error, const ResolveRequest& request, const ResolveOptions& options, Sources sources,
                    const IdealTree& tree) {
  const auto found = suggest_fix(request, options, sources, tree.in_conflict());
  if (!found) return;
  std::vector<std::string> words{options.program, "install"};
  for (const std::string& each : found->command) words.push_back("'" + each + "'");
  error.hint += fmt::format("\n\nThis resolves with {}:\n  {}", printable(join(found->changes, " and ")),
                            printable(join(words, " ")));
}

/// npm edits the document it read. Only a version 4 that was none before shows it: others get name and version anew.
void keep_what_stood_there(const lockfile::Lockfile& before, lockfile::Lockfile& after) {
  after.extra = before.extra;
  if (lockfile::written_version(after) < 4) return;
  if (!before.name.empty()) after.extra["name"] = before.name;
  if (!before.version.empty()) after.extra["version"] = before.version;
}

}  // namespace

Result<ResolveOutcome> resolve(const ResolveRequest& request, const ResolveOptions& options, Sources sources,
                               Reporter& reporter) {
  IdealTree tree(request, options, sources, reporter);
  if (auto built = tree.build(); !built) {
    Error error = std::move(built).error();
    if (error.code == "ERESOLVE" && options.suggest_fix) add_suggestion(error, request, options, sources, tree);
    return std::unexpected(std::move(error));
  }
  ResolveOutcome outcome;
  if (options.save) {
    tree.save_requested_specs();
    for (const Node* node : tree.updated_manifests()) outcome.manifests.push_back(change_of(*node));
  }
  outcome.lock = to_lockfile(*tree.root(), lockfile_version(request, options), tree.extensions_hash());
  if (request.lock) keep_what_stood_there(*request.lock, outcome.lock);
  outcome.inert = inert_locations(*tree.root());
  if (request.pins != nullptr) outcome.import = tree.import_report();
  return outcome;
}

}  // namespace hoist::resolver
