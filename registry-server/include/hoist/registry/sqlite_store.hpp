#pragma once
/// The embedded MetadataStore: one SQLite file in WAL mode with synchronous=FULL.

#include <memory>
#include <string>

#include "hoist/registry/metadata_store.hpp"

namespace hoist::registry {

/// Opens or creates the file at `path` and brings it to the current schema. ESCHEMA when a newer program wrote it.
[[nodiscard]] Result<std::unique_ptr<MetadataStore>> open_sqlite_store(const std::string& path);

}  // namespace hoist::registry
