#include "support/tree.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "support/temp_dir.hpp"

namespace hoist::test {
namespace {

namespace fs = std::filesystem;

std::string describe(const fs::directory_entry& entry) {
  if (entry.is_symlink()) return "link -> " + fs::read_symlink(entry.path()).string();
  const auto mode = static_cast<unsigned>(entry.status().permissions()) & 07777U;
  if (entry.is_directory()) return fmt::format("dir {:o}", mode);
  return fmt::format("file {:o} {}", mode, hex_encode(hash(HashAlgorithm::kSha256, read_text(entry.path()))));
}

}  // namespace

TreeSnapshot snapshot_tree(const fs::path& root, const std::vector<std::string>& ignored) {
  TreeSnapshot snapshot;
  for (fs::recursive_directory_iterator it(root), end; it != end; ++it) {
    const std::string path = it->path().lexically_relative(root).generic_string();
    if (std::ranges::find(ignored, path) != ignored.end()) {
      it.disable_recursion_pending();
      continue;
    }
    snapshot.emplace(path, describe(*it));
  }
  return snapshot;
}

std::string compare_trees(const TreeSnapshot& left, const TreeSnapshot& right) {
  std::string report;
  for (const auto& [path, what] : left) {
    const auto other = right.find(path);
    if (other == right.end()) {
      report += fmt::format("- {}: {}\n", path, what);
    } else if (other->second != what) {
      report += fmt::format("! {}: {} | {}\n", path, what, other->second);
    }
  }
  for (const auto& [path, what] : right) {
    if (!left.contains(path)) report += fmt::format("+ {}: {}\n", path, what);
  }
  return report;
}

}  // namespace hoist::test
