#include "tree_writer.hpp"

#include <dirent.h>

#include <cstring>

#include "install_state.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

UniqueFd open_no_follow(int parent, const std::string& name) noexcept {
  return UniqueFd(::openat(parent, name.c_str(), kOpenDirectory | O_NOFOLLOW));
}

std::string_view take_segment(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

std::unexpected<Error> bad_location(std::string_view location) {
  return fail("ELOCKFILE", fmt::format("\"{}\" is no place for a package", location));
}

}  // namespace

Result<UniqueFd> make_below(int base, std::string_view path) {
  UniqueFd current;
  while (!path.empty()) {
    const std::string segment(take_segment(path));
    const int parent = current ? current.get() : base;
    UniqueFd next = open_no_follow(parent, segment);
    if (!next && errno != ENOENT && !remove_tree_at(parent, segment.c_str()))
      return fail_errno("cannot replace", segment);
    if (!next && ::mkdirat(parent, segment.c_str(), 0777) != 0) return fail_errno("cannot create", segment);
    if (!next) next = open_no_follow(parent, segment);
    if (!next) return fail_errno("cannot open", segment);
    current = std::move(next);
  }
  return current;
}

TreeWriter::TreeWriter(fs::path root, Reporter& reporter)
    : root_(std::move(root)), node_modules_(root_ / "node_modules"), reporter_(reporter) {}

TreeWriter::~TreeWriter() { clean_up(); }

Result<void> TreeWriter::open(bool was_interrupted) {
  HOIST_CHECK(make_directories(root_));
  HOIST_TRY(const int root, top_fd(""));
  struct stat status{};
  if (::fstatat(root, "node_modules", &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(status.st_mode)) {
    reporter_.log(LogLevel::kWarn, "reify", fmt::format("Removing non-directory {}", node_modules_.string()));
    if (!remove_tree_at(root, "node_modules")) return fail_errno("cannot remove", node_modules_);
  }
  if (::mkdirat(root, "node_modules", 0777) != 0 && errno != EEXIST) return fail_errno("cannot create", node_modules_);
  if (!was_interrupted) return {};
  // The project's lock is held: no staging folder that is here belongs to a living install.
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator at(node_modules_, error), end; !error && at != end; at.increment(error))
    if (at->path().filename().string().starts_with(kStagingPrefix)) leftovers.push_back(at->path());
  for (const fs::path& leftover : leftovers) HOIST_CHECK(hoist::remove_all(leftover));
  return {};
}

Result<int> TreeWriter::top_fd(std::string_view top) {
  const std::scoped_lock guard(mutex_);
  if (const auto known = tops_.find(top); known != tops_.end()) return known->second.get();
  const fs::path path = top.empty() ? root_ : root_ / top;
  UniqueFd fd(::open(path.c_str(), kOpenDirectory));
  if (!fd) return fail_errno("cannot open", path);
  return tops_.emplace(std::string(top), std::move(fd)).first->second.get();
}

Result<int> TreeWriter::staging_fd() {
  HOIST_TRY(const int root, top_fd(""));
  const std::scoped_lock guard(mutex_);
  if (staging_) return staging_.get();
  const UniqueFd folder = open_no_follow(root, "node_modules");
  if (!folder) return fail_errno("cannot open", node_modules_);
  staging_name_ = fmt::format("{}{}", kStagingPrefix, ::getpid());
  if (!remove_tree_at(folder.get(), staging_name_.c_str()) || ::mkdirat(folder.get(), staging_name_.c_str(), 0777) != 0)
    return fail_errno("cannot create", node_modules_ / staging_name_);
  staging_ = open_no_follow(folder.get(), staging_name_);
  if (!staging_) return fail_errno("cannot open", node_modules_ / staging_name_);
  return staging_.get();
}

/// One step down. A link or file in the place of a node_modules or scope folder gives way; in the place of a package
/// it is something the plan did not know.
Result<UniqueFd> TreeWriter::enter(int parent, const std::string& segment, std::string_view location) {
  UniqueFd next = open_no_follow(parent, segment);
  if (next) return next;
  const std::scoped_lock guard(folders_);
  next = open_no_follow(parent, segment);  // another thread may have made it meanwhile
  if (next) return next;
  if (errno == ENOTDIR || errno == ELOOP) {
    if (segment != "node_modules" && !segment.starts_with('@'))
      return fail("ENOTDIR", fmt::format("cannot install {}: \"{}\" above it is no directory", location, segment),
                  "Remove node_modules and install again.");
    HOIST_CHECK(retire_entry(parent, segment, {}));
  } else if (errno != ENOENT) {
    return fail_errno("cannot open", fs::path(location));
  }
  if (::mkdirat(parent, segment.c_str(), 0777) != 0 && errno != EEXIST)
    return fail_errno("cannot create", fs::path(location));
  next = open_no_follow(parent, segment);
  if (!next) return fail_errno("cannot open", fs::path(location));
  return next;
}

Result<UniqueFd> TreeWriter::descend(int base, std::string_view path, std::string_view location) {
  UniqueFd current;
  while (!path.empty()) {
    const std::string segment(take_segment(path));
    HOIST_TRY(current, enter(current ? current.get() : base, segment, location));
  }
  return current;
}

Result<UniqueFd> TreeWriter::open_parent(std::string_view location) {
  const auto parts = parse_location(location);
  if (!parts) return bad_location(location);
  HOIST_TRY(const int top, top_fd(parts->top));
  return descend(top, parts->parent, location);
}

Result<UniqueFd> TreeWriter::open_folder(std::string_view top, std::string_view folder) {
  HOIST_TRY(const int base, top_fd(top));
  const std::size_t slash = folder.rfind('/');
  if (slash == std::string_view::npos) return descend(base, folder, folder);
  HOIST_TRY(UniqueFd parent, descend(base, folder.substr(0, slash), folder));
  return make_below(parent.get(), folder.substr(slash + 1));
}

void TreeWriter::note(Change::Kind kind, std::string location, std::string staged) {
  const std::scoped_lock guard(mutex_);
  changes_.push_back({kind, std::move(location), std::move(staged)});
}

/// Aside it goes, whatever it is; a link is moved, not followed. From another file system it can only be deleted.
Result<void> TreeWriter::retire_entry(int parent, const std::string& name, const std::string& location) {
  HOIST_TRY(const int staging, staging_fd());
  const std::string staged = fmt::format("t{}", next_.fetch_add(1));
  if (::renameat(parent, name.c_str(), staging, staged.c_str()) == 0) {
    if (!location.empty()) note(Change::kRetired, location, staged);
    return {};
  }
  if (errno == ENOENT) return {};
  if (errno != EXDEV || !remove_tree_at(parent, name.c_str())) return fail_errno("cannot move aside", fs::path(name));
  return {};
}

Result<void> TreeWriter::retire(const std::string& location) {
  const auto parts = parse_location(location);
  if (!parts) return bad_location(location);
  HOIST_TRY(UniqueFd parent, open_parent(location));
  return retire_entry(parent.get(), std::string(parts->folder), location);
}

/// A top on another file system (a workspace that is a mount point) cannot be renamed into.
Result<bool> TreeWriter::can_stage(bool wanted, std::string_view top) {
  if (!wanted || top.empty()) return wanted;
  HOIST_TRY(const int own, top_fd(""));
  HOIST_TRY(const int other, top_fd(top));
  struct stat a{};
  struct stat b{};
  return ::fstat(own, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev;
}

Result<TreeWriter::Building> TreeWriter::begin(const std::string& location, bool replace) {
  const auto parts = parse_location(location);
  if (!parts) return bad_location(location);
  Building building{{}, location, {}};
  HOIST_TRY(replace, can_stage(replace, parts->top));
  if (replace) {
    HOIST_TRY(const int staging, staging_fd());
    building.staged = fmt::format("n{}", next_.fetch_add(1));
    if (::mkdirat(staging, building.staged.c_str(), 0777) != 0) return fail_errno("cannot create", fs::path(location));
    building.directory = open_no_follow(staging, building.staged);
  } else {
    HOIST_TRY(UniqueFd parent, open_parent(location));
    const std::string folder(parts->folder);
    if (::mkdirat(parent.get(), folder.c_str(), 0777) != 0) {
      if (errno != EEXIST) return fail_errno("cannot create", fs::path(location));
      HOIST_CHECK(retire_entry(parent.get(), folder, location));
      if (::mkdirat(parent.get(), folder.c_str(), 0777) != 0) return fail_errno("cannot create", fs::path(location));
    }
    note(Change::kMade, location, {});
    building.directory = open_no_follow(parent.get(), folder);
  }
  if (!building.directory) return fail_errno("cannot open", fs::path(location));
  return building;
}

Result<void> TreeWriter::commit(const Building& building) {
  if (building.staged.empty()) return {};
  const auto parts = parse_location(building.location);
  HOIST_TRY(UniqueFd parent, open_parent(building.location));
  return move_in(parent.get(), std::string(parts->folder), building);
}

/// Exchanging is atomic: whoever looks sees the old package or the new one.
Result<void> TreeWriter::move_in(int parent, const std::string& name, const Building& building) {
  HOIST_TRY(const int staging, staging_fd());
  const char* staged = building.staged.c_str();
  if (exchange_entries(staging, staged, parent, name.c_str())) {
    note(Change::kExchanged, building.location, building.staged);
    return {};
  }
  if (errno != ENOENT) HOIST_CHECK(retire_entry(parent, name, building.location));
  if (::renameat(staging, staged, parent, name.c_str()) != 0)
    return fail_errno("cannot create", fs::path(building.location));
  note(Change::kMade, building.location, {});
  return {};
}

Result<void> TreeWriter::link(const std::string& location, const std::string& target) {
  const auto parts = parse_location(location);
  if (!parts) return bad_location(location);
  HOIST_TRY(UniqueFd parent, open_parent(location));
  const std::string folder(parts->folder);
  if (read_link_at(parent.get(), folder.c_str()) == target) return {};
  HOIST_CHECK(retire_entry(parent.get(), folder, location));
  if (::symlinkat(target.c_str(), parent.get(), folder.c_str()) != 0)
    return fail_errno("cannot create", fs::path(location));
  note(Change::kMade, location, {});
  return {};
}

void TreeWriter::remove_empty_parents(const std::string& location) {
  const auto parts = parse_location(location);
  if (!parts) return;
  const auto top = top_fd(parts->top);
  if (!top) return;
  std::string path(parts->parent);
  // `node_modules/@s`, then `node_modules/a/node_modules`; never a top's own node_modules nor a package.
  for (;;) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return;
    const std::string_view last = std::string_view(path).substr(slash + 1);
    if (last != "node_modules" && !last.starts_with('@')) return;
    if (last == "node_modules") ::unlinkat(*top, (path + "/.bin").c_str(), AT_REMOVEDIR);
    if (::unlinkat(*top, path.c_str(), AT_REMOVEDIR) != 0) return;
    path.resize(slash);
  }
}

bool TreeWriter::take_back(const Change& change) {
  const auto parts = parse_location(change.location);
  if (!parts) return false;
  const auto parent = open_parent(change.location);
  if (!parent) return false;
  const std::string folder(parts->folder);
  switch (change.kind) {
    case Change::kMade:
      return remove_tree_at(parent->get(), folder.c_str());
    case Change::kExchanged:
      return exchange_entries(staging_.get(), change.staged.c_str(), parent->get(), folder.c_str());
    case Change::kRetired:
      return ::renameat(staging_.get(), change.staged.c_str(), parent->get(), folder.c_str()) == 0;
  }
  return false;
}

bool TreeWriter::roll_back() {
  bool complete = true;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) complete = take_back(*change) && complete;
  for (const Change& change : changes_)
    if (change.kind == Change::kMade) remove_empty_parents(change.location);
  changes_.clear();
  return complete;
}

void TreeWriter::clean_up() {
  if (!staging_) return;
  staging_.reset();
  const UniqueFd folder(::open(node_modules_.c_str(), kOpenDirectory | O_NOFOLLOW));
  if (folder) remove_tree_at(folder.get(), staging_name_.c_str());
}

}  // namespace hoist::installer
