#pragma once
/// Changing the dependency maps of a manifest as npm's install and uninstall do.

#include <string>
#include <string_view>

#include "hoist/base/reporter.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/resolver/options.hpp"

namespace hoist::resolver {

/// Enters `name` in the map that `type` names (kInfer: where it already is, else dependencies) and takes it out of the
/// maps that exclude it. A `*` leaves an existing spec alone.
void add_dependency(package::Manifest& manifest, const std::string& name, const std::string& spec, SaveType type,
                    bool bundle, Reporter& reporter);

/// Takes `name` out of every map.
void remove_dependency(package::Manifest& manifest, const std::string& name);

/// Replaces the spec of `name` in the map that `type` names; with kInfer wherever it stands. Peer and optional entries
/// beside a development dependency follow only when they would exclude the new spec (or it is `local`).
void set_saved_spec(package::Manifest& manifest, const std::string& name, const std::string& spec, SaveType type,
                    bool local);

}  // namespace hoist::resolver
