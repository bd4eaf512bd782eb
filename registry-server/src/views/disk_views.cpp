#include "views/disk_views.hpp"

#include <atomic>
#include <fstream>

#include "hoist/base/file.hpp"
#include "hoist/base/integrity.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigestSize = 32;
/// Below this a body is built faster than it is worth a file.
constexpr std::size_t kSmallest = 2048;

}  // namespace

DiskViews::DiskViews(fs::path directory) : directory_(std::move(directory)) {
  if (directory_.empty()) return;
  // A cache that cannot be made is a cache that is not there.
  if (!make_directories(directory_)) directory_.clear();
}

fs::path DiskViews::path_of(std::string_view etag) const {
  std::string name;
  for (const char c : etag) {
    if (c != '"') name += c;
  }
  return directory_ / name.substr(0, 2) / name;
}

std::optional<std::string> DiskViews::read(std::string_view etag) const {
  if (directory_.empty()) return std::nullopt;
  Result<std::string> file = read_file(path_of(etag));
  if (!file || file->size() < kDigestSize) return std::nullopt;
  const std::string digest = file->substr(file->size() - kDigestSize);
  file->resize(file->size() - kDigestSize);
  if (hash(HashAlgorithm::kSha256, *file) != digest) return std::nullopt;
  return *std::move(file);
}

void DiskViews::write(std::string_view etag, std::string_view body) const {
  if (directory_.empty() || body.size() < kSmallest) return;
  static std::atomic<std::uint64_t> counter{0};
  const fs::path path = path_of(etag);
  const fs::path temporary = path.string() + fmt::format(".{}", ++counter);
  std::error_code ignored;
  fs::create_directory(path.parent_path(), ignored);
  {
    std::ofstream file(temporary, std::ios::binary);
    file << body << hash(HashAlgorithm::kSha256, body);
    if (!file.flush()) {
      fs::remove(temporary, ignored);
      return;
    }
  }
  fs::rename(temporary, path, ignored);
}

std::size_t DiskViews::remove_older_than(std::chrono::seconds age) const {
  std::size_t removed = 0;
  if (directory_.empty()) return removed;
  std::error_code error;
  const auto limit = fs::file_time_type::clock::now() - age;
  for (fs::recursive_directory_iterator file(directory_, error), end; !error && file != end; file.increment(error)) {
    std::error_code one;
    if (!file->is_regular_file(one) || file->last_write_time(one) >= limit || one) continue;
    if (fs::remove(file->path(), one)) ++removed;
  }
  return removed;
}

}  // namespace hoist::registry
