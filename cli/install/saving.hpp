#pragma once
/// Writing package.json and package-lock.json: both or none.

#include <optional>
#include <string>
#include <vector>

#include "cli/install/project.hpp"

namespace hoist::cli {

struct SaveOptions {
  bool package_json = true;
  bool lock = true;
  bool yarn_lock = true;  ///< where there is one of version 1
  bool omit_registry_resolved = false;
  bool legacy_peer_deps = false;
  bool format_lock = true;
};

/// The files an install changes, computed before anything is written.
class PendingSave {
 public:
  /// Texts of what will change; nothing for a file that stays as it is.
  static Result<PendingSave> prepare(const Project& project, const resolver::ResolveOutcome& outcome,
                                     const SaveOptions& options);

  /// Writes; when one fails, those before it get their old text back.
  [[nodiscard]] Result<void> write() const;
  [[nodiscard]] bool empty() const noexcept { return files_.empty(); }

 private:
  struct File {
    std::filesystem::path path;
    std::string text;
    std::optional<std::string> old;  ///< nullopt: there was none
  };
  Result<void> add(const std::filesystem::path& path, std::string text);
  std::vector<File> files_;
};

}  // namespace hoist::cli
