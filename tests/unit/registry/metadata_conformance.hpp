#pragma once
/// What every MetadataStore has to do. A new implementation calls these from its own test file.

#include <functional>
#include <memory>

#include "hoist/registry/metadata_store.hpp"

namespace hoist::test {

/// A fresh, empty store for each call.
using MetadataStoreFactory = std::function<std::unique_ptr<registry::MetadataStore>()>;

/// A publish of `name`@`version` by alice with tag latest; the blob key is made from `content`.
registry::PublishCommand publish_command(const std::string& name, const std::string& version,
                                         const std::string& content = "bytes");

void check_publishing(const MetadataStoreFactory& make);
void check_patching(const MetadataStoreFactory& make);
void check_removal(const MetadataStoreFactory& make);
void check_changes(const MetadataStoreFactory& make);
void check_parallel_writers(const MetadataStoreFactory& make);
void check_accounts(const MetadataStoreFactory& make);
void check_teams(const MetadataStoreFactory& make);
void check_ephemerals(const MetadataStoreFactory& make);
void check_blob_condemnation(const MetadataStoreFactory& make);

}  // namespace hoist::test
