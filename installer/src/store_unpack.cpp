#include "store_unpack.hpp"

#include <libdeflate.h>

#include <algorithm>

#include "hoist/base/text.hpp"

namespace hoist::installer {
namespace {

constexpr std::uint64_t kMaxPackageJson = 32U << 20U;
constexpr std::size_t kShebangWindow = 2048;  // as far as npm's bin-links looks
constexpr std::uint16_t kExecutable = 0755;

std::unexpected<Error> conflict(std::string_view path) {
  return fail("EBADTAR", fmt::format("the archive has both a file and a directory named \"{}\"", printable(path)));
}

}  // namespace

bool has_dos_shebang(std::string_view start) noexcept {
  start = start.substr(0, kShebangWindow);
  const std::size_t end = start.find('\n');
  return start.starts_with("#!") && end != std::string_view::npos && end >= 4 && start[end - 1] == '\r';
}

void Unpacker::reset(int directory) {
  directory_ = directory;
  file_.reset();
  has_gyp_ = has_shrinkwrap_ = has_bundled_ = repeated_ = false;
  package_json_.clear();
  last_parent_.clear();
  directories_.clear();
  dos_scripts_.clear();
  record_builder_.clear();
}

Result<void> Unpacker::begin(const package::TarEntry& entry) {
  is_file_ = entry.type == package::TarEntryType::kFile;
  path_ = entry.path;
  HOIST_CHECK(make_parents(path_));
  if (!is_file_) return make_directory(path_);
  HOIST_CHECK(open_file(entry));
  first_piece_ = true;
  crc_ = 0;
  size_ = entry.size;
  mode_ = static_cast<std::uint16_t>(entry.mode);
  record_ = record_builder_.add_file(path_, mode_, size_);
  keep_json_ = path_ == "package.json" && size_ <= kMaxPackageJson;
  if (path_ == "package.json") package_json_.clear();
  if (path_ == "binding.gyp") has_gyp_ = true;
  if (path_ == "npm-shrinkwrap.json") has_shrinkwrap_ = true;
  return {};
}

Result<void> Unpacker::open_file(const package::TarEntry& entry) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = ::openat(directory_, path_.c_str(), flags, entry.mode);
  if (fd < 0 && errno == EEXIST) {
    // The archive repeats a path: the later entry wins, as with tar. A directory does not give way.
    if (directories_.contains(path_) || ::unlinkat(directory_, path_.c_str(), 0) != 0) return conflict(path_);
    std::erase(dos_scripts_, path_);
    repeated_ = true;
    fd = ::openat(directory_, path_.c_str(), flags, entry.mode);
  }
  if (fd < 0 && (errno == ENOTDIR || errno == EISDIR)) return conflict(path_);
  if (fd < 0) return fail_errno("cannot write", path_);
  file_ = UniqueFd(fd);
  return {};
}

/// Directory entries are rare in npm's archives: parents are made when a file first needs them.
Result<void> Unpacker::make_parents(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view parent = path.substr(0, slash);
  if (parent == last_parent_) return {};
  HOIST_CHECK(make_directory(parent));
  last_parent_ = parent;
  return {};
}

Result<void> Unpacker::make_directory(std::string_view path) {
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    const auto [place, fresh] = directories_.emplace(path.substr(0, end));
    if (!fresh) continue;
    if (::mkdirat(directory_, place->c_str(), 0777) != 0) {
      if (errno == EEXIST || errno == ENOTDIR) return conflict(*place);
      return fail_errno("cannot create directory", *place);
    }
    record_builder_.add_directory(*place);
    if (*place == "node_modules") has_bundled_ = true;
  }
  return {};
}

Result<void> Unpacker::data(std::string_view bytes) {
  if (first_piece_ && has_dos_shebang(bytes)) dos_scripts_.push_back(path_);
  first_piece_ = false;
  crc_ = libdeflate_crc32(crc_, bytes.data(), bytes.size());
  if (keep_json_) package_json_.append(bytes);
  if (!write_fully(file_.get(), bytes)) return fail_errno("cannot write", path_);
  return {};
}

Result<void> Unpacker::end() {
  if (!is_file_) return {};
  record_builder_.set_file(record_, mode_, size_, crc_);
  file_.reset();
  return {};
}

/// npm does this when it links bins (bin-links' fix-bin). Done here it costs no stat per install and never touches a
/// file that projects already share.
Result<void> Unpacker::fix_bins(const PackageFacts& facts) {
  if (facts.bin_targets.empty()) return {};
  for (const PackageRecordBuilder::File& file : record_builder_.files()) {
    if (std::find(facts.bin_targets.begin(), facts.bin_targets.end(), file.path) == facts.bin_targets.end()) continue;
    const std::string path(file.path);
    if ((file.mode & kExecutable) != kExecutable && ::fchmodat(directory_, path.c_str(), kExecutable, 0) != 0)
      return fail_errno("cannot make executable", path);
    const bool dos = std::find(dos_scripts_.begin(), dos_scripts_.end(), path) != dos_scripts_.end();
    if (dos) {
      HOIST_CHECK(fix_line_ending(file, kExecutable));
    } else {
      record_builder_.set_mode(file.at, kExecutable);
    }
  }
  return {};
}

Result<void> Unpacker::fix_line_ending(const PackageRecordBuilder::File& file, std::uint16_t mode) {
  const std::string path(file.path);
  UniqueFd fd(::openat(directory_, path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open", path);
  std::string content(file.size, '\0');
  for (std::size_t got = 0; got < content.size();) {
    const ssize_t count = ::pread(fd.get(), content.data() + got, content.size() - got, static_cast<off_t>(got));
    if (count <= 0) return fail_errno("cannot read", path);
    got += static_cast<std::size_t>(count);
  }
  content.erase(content.find('\n') - 1, 1);
  if (!write_fully(fd.get(), content) || ::ftruncate(fd.get(), static_cast<off_t>(content.size())) != 0)
    return fail_errno("cannot write", path);
  record_builder_.set_file(file.at, mode, content.size(), libdeflate_crc32(0, content.data(), content.size()));
  return {};
}

Result<std::string> Unpacker::finish() {
  if (repeated_) record_builder_.drop_repeated();
  const PackageFacts facts = read_package_facts(package_json_);
  HOIST_CHECK(fix_bins(facts));
  return record_builder_.finish({.name = facts.name,
                                 .version = facts.version,
                                 .has_install_script = facts.has_install_script,
                                 .has_binding_gyp = has_gyp_ && !facts.gypfile_disabled,
                                 .has_shrinkwrap = has_shrinkwrap_,
                                 .has_bundled = has_bundled_});
}

}  // namespace hoist::installer
