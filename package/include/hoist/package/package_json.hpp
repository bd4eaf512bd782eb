#pragma once
/// A package.json on disk: read, and edited without disturbing the user's key order, indentation and newlines.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::package {

/// Layout of a JSON text, as json-parse-even-better-errors finds it.
struct JsonStyle {
  std::string indent = "  ";  ///< the indentation unit; empty = one line
  std::string newline =
      "\n";  ///< what stands for a line break: "\n", "\r\n", several of them, or "" in a one-line text
  bool final_newline = true;
  bool operator==(const JsonStyle&) const = default;
};
/// From the first line break after the opening bracket; `{}` and `[]` have the default indentation, other one-line
/// texts have neither indentation nor line breaks.
[[nodiscard]] JsonStyle detect_json_style(std::string_view text);

/// `JSON.stringify(value, null, indent)` with its line breaks replaced, and one more at the end if the style says so.
/// Numbers are printed and integer-like keys moved to the front as JavaScript does.
[[nodiscard]] std::string stringify(const Json& value, const JsonStyle& style);

/// A package.json that can be changed and saved.
class PackageJson {
 public:
  /// ENOENT, EJSONPARSE with line and column (also for what is no object). Bytes that are no UTF-8 read as U+FFFD, as
  /// in node: old packages hold Latin-1.
  static Result<PackageJson> read(const std::filesystem::path& directory);
  static Result<PackageJson> parse(std::string_view text, std::string_view what);

  [[nodiscard]] const Json& document() const noexcept { return document_; }
  [[nodiscard]] Json& document() noexcept { return document_; }
  [[nodiscard]] const JsonStyle& style() const noexcept { return style_; }
  /// As npm normalises a package.json on disk.
  [[nodiscard]] Result<Manifest> manifest() const;

  /// New content of the dependency maps; a map that is not given stays.
  struct DependencyMaps {
    std::optional<StringMap> dependencies, optional_dependencies, dev_dependencies, peer_dependencies;
  };
  /// @npmcli/package-json's update-dependencies: each given map replaces its field, sorted (localeCompare "en"); an
  /// empty one removes it; new fields go to the end. Names in the given optionalDependencies leave the given
  /// dependencies. A name that was both in dependencies and in peerDependencies and still is a peer stays in both.
  void update_dependencies(DependencyMaps maps);

  /// Replaces one dependency map as @npmcli/package-json's update does: it is sorted (localeCompare "en"), an
  /// empty one is removed, and names set as optional leave dependencies. To change several at once, use
  /// update_dependencies. Another field than the four is ignored.
  void set_dependencies(std::string_view field, const StringMap& map);

  [[nodiscard]] std::string to_string() const;
  /// Atomically; writes nothing when the content would not change (white space around it does not count).
  [[nodiscard]] Result<void> save(const std::filesystem::path& directory) const;

 private:
  Json document_;
  JsonStyle style_;
  std::string original_;
};

}  // namespace hoist::package
