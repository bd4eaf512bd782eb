#pragma once
/// What every BlobStore has to do.

#include <functional>
#include <memory>

#include "hoist/registry/blob_store.hpp"

namespace hoist::test {

using BlobStoreFactory = std::function<std::unique_ptr<registry::BlobStore>()>;

void check_blob_store(const BlobStoreFactory& make);
void check_parallel_blob_writers(const BlobStoreFactory& make);

/// The key of a content.
std::string blob_key(std::string_view content);

}  // namespace hoist::test
