#pragma once
/// Accounts from an htpasswd file, such as Verdaccio's.

#include <filesystem>

#include "hoist/registry/account_store.hpp"

namespace hoist::registry {

struct ImportCount {
  std::size_t added = 0;
  std::size_t known = 0;  ///< names that were there already: their password stays what it is
};

/// Adds the users the store does not know, with their hashes as they stand; each is replaced by a stronger one when its
/// owner next logs in. A file that is not there is an empty one. EHTPASSWD with the line that is wrong.
[[nodiscard]] Result<ImportCount> import_htpasswd(AccountStore& accounts, const std::filesystem::path& file, Time now);

}  // namespace hoist::registry
