#pragma once
/// Links in node_modules/.bin, as npm's bin-links makes them.

#include <set>
#include <string>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/installer/install.hpp"
#include "tree_writer.hpp"

namespace hoist::installer {

class BinLinker {
 public:
  BinLinker(const lockfile::Lockfile& wanted, TreeWriter& tree, Reporter& reporter, const InstallOptions& options);

  /// Removes the bin links of packages that are gone or were replaced, where they still lead to those.
  Result<void> remove(const std::vector<Removal>& gone);
  /// Links the bins of every location: the shallowest package wins a name, then the first by npm's collation; packages
  /// come before links. Bins that are not on the disk are left out silently, as npm does. Targets become executable and
  /// lose a CR in their first line; a target that shares its inode with the store is copied first.
  Result<std::uint64_t> link(std::vector<std::string> locations);
  /// EEXIST when a global bin would replace a file of someone else (not with `force`).
  Result<void> check_global(const std::vector<std::string>& locations);

 private:
  struct Bin {
    std::string name, target;  ///< normalised
  };
  [[nodiscard]] const lockfile::LockPackage* owner_of(const std::string& location) const;
  [[nodiscard]] std::vector<Bin> bins_of(const std::string& location) const;
  [[nodiscard]] bool is_global_top(const std::string& location) const;
  Result<void> link_one(const std::string& location, const Bin& bin);
  Result<UniqueFd> open_bin_folder(const std::string& location);
  [[nodiscard]] std::string link_text(const std::string& location, const std::string& target) const;

  const lockfile::Lockfile& wanted_;
  TreeWriter& tree_;
  Reporter& reporter_;
  const InstallOptions& options_;
  std::set<std::string> taken_;
  std::uint64_t linked_ = 0;
};

}  // namespace hoist::installer
