#pragma once
/// The only code that changes a project's node_modules. Nothing below a top's node_modules is ever reached through a
/// symbolic link, and every change can be taken back until it is committed.

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/installer/plan.hpp"
#include "posix.hpp"

namespace hoist::installer {

class TreeWriter {
 public:
  TreeWriter(std::filesystem::path root, Reporter& reporter);
  ~TreeWriter();
  TreeWriter(const TreeWriter&) = delete;
  TreeWriter& operator=(const TreeWriter&) = delete;

  /// Makes node_modules, replacing what is there and no directory (npm does, with a warning), and removes what killed
  /// installs left in it.
  Result<void> open(bool was_interrupted);
  [[nodiscard]] const std::filesystem::path& node_modules() const noexcept { return node_modules_; }

  /// A directory under construction, at its place already or in the staging folder.
  struct Building {
    UniqueFd directory;
    std::string location;
    std::string staged;  ///< its name in the staging folder; empty when it is at its place
  };
  /// A new, empty directory for `location`. With `replace` it is built aside and takes its place in commit.
  Result<Building> begin(const std::string& location, bool replace);
  Result<void> commit(const Building& building);

  /// A symbolic link at `location`; nothing happens when it is there already.
  Result<void> link(const std::string& location, const std::string& target);
  /// Moves what is at `location` aside. Fine when nothing is.
  Result<void> retire(const std::string& location);
  /// The directory `folder` (`node_modules/.bin`) of a top, made if needed.
  Result<UniqueFd> open_folder(std::string_view top, std::string_view folder);
  /// Removes the scope and node_modules folders that lost their last entry at `location`.
  void remove_empty_parents(const std::string& location);

  /// Takes back every change, newest first. True when all could be taken back.
  bool roll_back();
  /// Deletes what was moved aside.
  void clean_up();

 private:
  struct Change {
    enum Kind { kMade, kExchanged, kRetired } kind;
    std::string location;
    std::string staged;
  };

  Result<int> top_fd(std::string_view top);
  Result<int> staging_fd();
  Result<UniqueFd> open_parent(std::string_view location);
  Result<UniqueFd> descend(int base, std::string_view path, std::string_view location);
  Result<UniqueFd> enter(int parent, const std::string& segment, std::string_view location);
  Result<void> retire_entry(int parent, const std::string& name, const std::string& location);
  Result<bool> can_stage(bool wanted, std::string_view top);
  Result<void> move_in(int parent, const std::string& name, const Building& building);
  void note(Change::Kind kind, std::string location, std::string staged);
  bool take_back(const Change& change);

  const std::filesystem::path root_, node_modules_;
  Reporter& reporter_;
  std::mutex folders_;  ///< held while a folder is made or replaced; taken before mutex_
  std::mutex mutex_;
  std::map<std::string, UniqueFd, std::less<>> tops_;
  UniqueFd staging_;
  std::string staging_name_;
  std::atomic<unsigned> next_{0};
  std::vector<Change> changes_;
};

/// Below a directory of one's own: makes and opens `path` (`node_modules/@s/b`), replacing what is no directory.
[[nodiscard]] Result<UniqueFd> make_below(int base, std::string_view path);

}  // namespace hoist::installer
