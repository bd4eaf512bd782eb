#include "storage/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "storage/gzip.hpp"

namespace hoist::registry {
namespace {

// npm packs every file with this time, so that the tarball depends on nothing but the files.
constexpr time_t kPackTime = 499162500;

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

/// libarchive reads names in the locale of the thread and refuses what that cannot express. Names here are UTF-8,
/// whatever the user's locale is.
class Utf8Names {
 public:
  Utf8Names() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) previous_ = ::uselocale(utf8_);
  }
  ~Utf8Names() {
    if (utf8_ == nullptr) return;
    ::uselocale(previous_);
    ::freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_ = nullptr, previous_ = nullptr;
};

la_ssize_t append_to_string(archive*, void* target, const void* bytes, std::size_t size) {
  static_cast<std::string*>(target)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::unexpected<Error> archive_failure(archive* writer, std::string_view path) {
  const char* reason = archive_error_string(writer);
  return fail("EPACK", fmt::format("cannot pack {}: {}", path, reason == nullptr ? "unknown" : reason));
}

Result<void> write_file(archive* writer, const PackedFile& file) {
  const Entry entry(archive_entry_new(), &archive_entry_free);
  archive_entry_set_pathname(entry.get(), ("package/" + file.path).c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), file.executable ? 0755 : 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  archive_entry_set_mtime(entry.get(), kPackTime, 0);
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return archive_failure(writer, file.path);
  if (archive_write_data(writer, file.content.data(), file.content.size()) < 0) {
    return archive_failure(writer, file.path);
  }
  return {};
}

}  // namespace

Result<std::string> pack_tarball(std::vector<PackedFile> files) {
  const Utf8Names utf8;
  std::ranges::sort(files, {}, &PackedFile::path);
  std::string tar;
  const Writer writer(archive_write_new(), &archive_write_free);
  archive_write_set_format_pax_restricted(writer.get());  // ustar, with pax records only where a name needs one
  archive_write_set_bytes_per_block(writer.get(), 0);
  if (archive_write_open(writer.get(), &tar, nullptr, &append_to_string, nullptr) != ARCHIVE_OK) {
    return archive_failure(writer.get(), "tarball");
  }
  for (const PackedFile& file : files) HOIST_CHECK(write_file(writer.get(), file));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return archive_failure(writer.get(), "tarball");
  return gzip(tar);
}

}  // namespace hoist::registry
