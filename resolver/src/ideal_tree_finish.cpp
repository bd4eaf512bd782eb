/// After the walk: flags, pruning, and what cannot run on this machine.
#include "hoist/base/text.hpp"
#include "ideal_tree.hpp"
#include "platform.hpp"

namespace hoist::resolver {

void IdealTree::fix_dep_flags() {
  if (loaded_from_disk_ && mutated_) reset_dep_flags(root_);
  if (!loaded_from_disk_ || mutated_) {
    calculate_dep_flags(root_);
  } else {
    root_->flags = DepFlags::none();
  }
  const bool stale = options_.prune && loaded_from_disk_ && (mutated_ || flags_suspect_);
  if (stale || request_.prune) prune_extraneous();
}

void IdealTree::prune_extraneous() {
  for (Node* node : root_->inventory->all.values())
    if (node->root() == root_ && node->flags.extraneous) node->set_parent(nullptr);
}

/// What failed to load is fatal unless only optional dependencies lead to it; then its whole optional set stays off
/// disk.
Result<void> IdealTree::prune_failed_optional() {
  for (Node* node : load_failures_.values()) {
    if (!node->load_error) continue;
    // A failure that was loaded into a virtual tree and never placed harms nobody, but npm gives up on it as well when
    // nothing optional led there: its flags were never cleared, so it counts as optional.
    if (!node->flags.optional) return std::unexpected(*node->load_error);
    for (Node* each : optional_set(node).values()) each->inert = true;
  }
  return {};
}

Result<void> IdealTree::check_engines_and_platforms() {
  const Platform here = Platform::current();
  const Platform wanted{options_.os.empty() ? here.os : options_.os, options_.cpu.empty() ? here.cpu : options_.cpu,
                        options_.libc.empty() ? here.libc : options_.libc};
  for (Node* node : root_->inventory->all.values()) {
    const package::Manifest& manifest = *node->package;
    if (!node->flags.optional && !node->should_omit(options_.omit)) {
      const bool ignored = node->is_root() && !manifest.dev_engines.is_null();
      if (!ignored)
        if (auto fits = check_engine(manifest, options_.npm_version, options_.force ? "" : options_.node_version);
            !fits) {
          if (options_.engine_strict) return std::unexpected(std::move(fits).error());
          reporter_.log(LogLevel::kWarn, "EBADENGINE", fits.error().message);
        }
      if (!options_.force) HOIST_CHECK(check_platform(manifest, here));
    }
    if (!node->flags.optional || node->inert) continue;
    if (check_engine(manifest, options_.npm_version, options_.node_version) && check_platform(manifest, wanted))
      continue;
    for (Node* each : optional_set(node).values()) each->inert = true;
  }
  return {};
}

}  // namespace hoist::resolver
