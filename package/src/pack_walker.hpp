#pragma once
/// One folder of a package being packed, with the rules that hold in it. Private to the pack list.

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pack_rules.hpp"

namespace hoist::package {

/// Where rules come from, in the order they are asked.
enum class RuleSource { kDefault, kGlobal, kPackage, kNpmIgnore, kGitIgnore, kStrict };
inline constexpr std::size_t kRuleSources = 6;

/// What a walk works with.
struct PackWalk {
  std::filesystem::path root;   ///< the packed folder; results are relative to the walked package
  bool has_workspaces = false;  ///< subfolders then read a package.json as an ignore file, as npm does
  Reporter* reporter = nullptr;
};

/// A folder while it is walked; children point to their parents.
class PackFolder {
 public:
  using Rules = std::shared_ptr<const IgnoreRules>;

  /// The folder of a package.
  PackFolder(const PackWalk& walk, std::filesystem::path path, std::vector<RuleSource> sources)
      : walk_(walk), path_(std::move(path)), sources_(std::move(sources)) {}

  void set_rules(RuleSource source, Rules rules) { rules_[static_cast<std::size_t>(source)] = std::move(rules); }
  void set_package(const PackedManifest* package, bool project_root) {
    package_ = package;
    project_root_ = project_root;
  }

  /// Adds the files to `out`, relative to the package's folder.
  [[nodiscard]] Result<void> collect(std::set<std::string>& out);

 private:
  PackFolder(const PackFolder& parent, std::string name, bool exact);
  [[nodiscard]] bool uses(RuleSource source) const;
  [[nodiscard]] Result<void> read_rules(const std::vector<std::string>& names);
  void settle_rules();
  [[nodiscard]] bool includes(const std::string& entry, bool partial, const std::string* base = nullptr) const;
  [[nodiscard]] bool applies(const IgnoreRule& rule, const std::string& entry, bool partial,
                             const std::string* base) const;

  const PackWalk& walk_;
  std::filesystem::path path_;
  std::string relative_;  ///< to the package, empty or with a final slash
  std::string name_;
  const PackFolder* parent_ = nullptr;
  bool exact_ = false;
  const PackedManifest* package_ = nullptr;
  bool project_root_ = false;
  std::vector<RuleSource> sources_;
  std::array<Rules, kRuleSources> rules_;
};

}  // namespace hoist::package
