#pragma once
/// Folders as values that can be compared.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hoist::test {

/// Path (relative, forward slashes) to what stands there: `dir 755`, `file 644 <sha256>`, `link -> target`.
/// Times and owners are not part of it.
using TreeSnapshot = std::map<std::string, std::string>;

/// Everything below `root` that no name in `ignored` (a path relative to root) covers.
[[nodiscard]] TreeSnapshot snapshot_tree(const std::filesystem::path& root,
                                         const std::vector<std::string>& ignored = {});

/// One line for each difference (`- only left`, `+ only right`, `! differs`); empty when the trees are equal.
[[nodiscard]] std::string compare_trees(const TreeSnapshot& left, const TreeSnapshot& right);

}  // namespace hoist::test
