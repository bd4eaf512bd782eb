#pragma once
/// A TreeView as text, JSON or lines for programs.

#include <filesystem>
#include <string>

#include "cli/listing/tree_view.hpp"
#include "cli/output/palette.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

struct TreePrintOptions {
  std::filesystem::path root;
  bool unicode = true;
  bool long_form = false;
  bool global = false;
  bool filtered = false;  ///< packages were named: matches are highlighted
  bool has_package_json = true;
  Palette colors;
};

/// With a final newline, as archy draws it.
[[nodiscard]] std::string print_tree(const TreeView& view, const TreePrintOptions& options);
[[nodiscard]] Json tree_json(const TreeView& view, const TreePrintOptions& options);
/// One path per package.
[[nodiscard]] std::string print_paths(const TreeView& view, const TreePrintOptions& options);

}  // namespace hoist::cli
