// npm's assertNoNewer: may node_modules/.package-lock.json be believed?
#include <dirent.h>

#include <cstring>
#include <memory>
#include <set>

#include "hoist/installer/actual_tree.hpp"
#include "hoist/installer/plan.hpp"
#include "install_state.hpp"
#include "posix.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kSlack = 10'000'000;  // nanoseconds

std::int64_t modified(const struct stat& status) noexcept {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

class Checker {
 public:
  Checker(const fs::path& root, const lockfile::Lockfile& hidden, std::int64_t newest)
      : root_(root), hidden_(hidden), newest_(newest) {}

  bool run() {
    if (!check_folder("node_modules")) return false;
    for (const auto& [location, entry] : hidden_.packages) {
      // Folders that no link leads to (a workspace under npm's linked strategy).
      const auto parts = parse_location(location);
      const std::string top(parts ? parts->top : std::string_view(location));
      if (!top.empty() && !seen_.contains(top) && !check_package(top)) return false;
    }
    for (const auto& [location, entry] : hidden_.packages)
      if (!location.empty() && !seen_.contains(location)) return false;
    return true;
  }

 private:
  /// A node_modules or scope folder: its own time, then what it holds. A missing one holds nothing.
  bool check_folder(const std::string& location) {
    const int fd = ::open((root_ / location).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT;
    DIR* stream = ::fdopendir(fd);
    if (stream == nullptr) {
      ::close(fd);
      return false;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> guard(stream, ::closedir);
    struct stat status{};
    if (::fstat(fd, &status) != 0 || modified(status) > newest_) return false;
    while (const dirent* entry = ::readdir(stream)) {
      if (entry->d_name[0] == '.') continue;
      if (!check_entry(fd, location, entry->d_name, entry->d_type)) return false;
    }
    return true;
  }

  bool check_entry(int folder, const std::string& location, const char* name, unsigned char type) {
    struct stat status{};
    const bool scope = name[0] == '@' && location.find("/@", location.rfind("node_modules")) == std::string::npos;
    const std::string child = location + '/' + name;
    if (type == DT_REG) return true;
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (S_ISLNK(status.st_mode)) return check_link(folder, child, name);
    if (!S_ISDIR(status.st_mode)) return true;
    if (scope) return check_folder(child);
    return modified(status) <= newest_ && check_listed(child, false) && check_folder(child + "/node_modules");
  }

  bool check_link(int folder, const std::string& location, const char* name) {
    if (!check_listed(location, true)) return false;
    std::error_code error;
    const fs::path target = fs::path(location).parent_path() / read_link_at(folder, name);
    const std::string relative = target.lexically_normal().string();
    if (target.is_absolute()) return false;
    if (!fs::is_directory(root_ / relative, error) || seen_.contains(relative)) return true;
    return check_package(relative);
  }

  /// A folder outside of any node_modules: the target of a link, a workspace.
  bool check_package(const std::string& location) {
    struct stat status{};
    if (::stat((root_ / location).c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
    return modified(status) <= newest_ && check_listed(location, false) && check_folder(location + "/node_modules");
  }

  bool check_listed(const std::string& location, bool link) {
    const auto found = hidden_.packages.find(location);
    seen_.insert(location);
    return found != hidden_.packages.end() && found->second.link == link;
  }

  const fs::path& root_;
  const lockfile::Lockfile& hidden_;
  const std::int64_t newest_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

bool is_hidden_lockfile_current(const fs::path& root, const lockfile::Lockfile& hidden) {
  struct stat status{};
  if (::stat((root / "node_modules" / kHiddenLockfile).c_str(), &status) != 0) return false;
  return Checker(root, hidden, modified(status) + kSlack).run();
}

}  // namespace hoist::installer
