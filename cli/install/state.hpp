#pragma once
/// What the last complete install of a project started from, so that the next one can see with a dozen system calls
/// that there is nothing to do. It lies in the cache: node_modules holds what npm would put there and nothing else.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// A file or folder as it was. A folder is compared by identity and time, a file by size, time and identity, else by
/// its content; an absent path must stay absent.
struct Fingerprint {
  std::string path;  ///< relative to the project, or absolute
  char kind = 0;     ///< f, d, or 0 = absent
  std::uint64_t size = 0, inode = 0;
  std::int64_t mtime = 0;  ///< nanoseconds; 0 = compare the content
  std::string hash;        ///< sha256 in hex, of files
};

/// Never fails: what cannot be read counts as absent. Times younger than the clock's grain are not trusted.
[[nodiscard]] Fingerprint take_fingerprint(const std::filesystem::path& root, std::string path);
/// The same without content: for large files that are only ever replaced.
[[nodiscard]] Fingerprint take_identity(const std::filesystem::path& file);
[[nodiscard]] bool is_unchanged(const std::filesystem::path& root, const Fingerprint& before);

struct InstallState {
  /// Everything but files that decides what an install does, as text.
  std::string settings;
  std::vector<Fingerprint> files;
  /// What the summary of an install without changes needs; one line of JSON.
  Json summary = Json::object();
};

/// The state file of a project.
[[nodiscard]] std::filesystem::path state_file(const std::filesystem::path& cache, const std::filesystem::path& root);

/// nullopt when there is no state, it is of another project or version, or anything in it differs.
[[nodiscard]] std::optional<InstallState> find_current_state(const std::filesystem::path& file,
                                                             const std::filesystem::path& root,
                                                             std::string_view settings);
/// Best effort: without a state the next install only takes longer.
void write_state(const std::filesystem::path& file, const std::filesystem::path& root, const InstallState& state);
/// To be called before node_modules is touched.
void remove_state(const std::filesystem::path& file);

}  // namespace hoist::cli
