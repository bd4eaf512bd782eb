#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <map>

#include "hoist/base/file.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/package/tar_writer.hpp"
#include "pack_rules.hpp"

namespace hoist::package {
namespace {

namespace fs = std::filesystem;

/// pacote makes bins executable, but compares only what follows the first slash of a path with their targets.
bool is_bin(const StringMap& bin, std::string_view path) {
  const auto slash = path.find_first_of("/\\");
  const auto compared = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return std::ranges::any_of(bin, [&](const auto& entry) { return entry.second == compared; });
}

std::uint32_t portable_mode(std::uint32_t mode) { return ((mode & 07777U) | 0600U) & ~022U; }

std::string_view without_dot(std::string_view path) { return path.starts_with("./") ? path.substr(2) : path; }

Result<std::string> content_of(const fs::path& file, std::string_view path) {
  constexpr std::size_t kLargest = 8ULL << 30U;
  HOIST_TRY(auto content, read_file(file, kLargest));
  if (path != "package.json") return content;
  HOIST_TRY(auto document, PackageJson::parse(content, "package.json"));
  if (find_member(document.document(), "patchedDependencies") == nullptr) return content;
  document.document().erase("patchedDependencies");
  auto style = document.style();
  style.final_newline = true;
  return stringify(document.document(), style);
}

}  // namespace

Result<std::string> write_package_tar(const fs::path& folder, const std::vector<std::string>& files) {
  HOIST_TRY(const auto package, read_packed_manifest(folder));
  TarWriter tar;
  std::map<std::pair<dev_t, ino_t>, std::string> linked;
  for (const auto& file : files) {
    const fs::path path = folder / file;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) return std::unexpected(errno_error(errno, "cannot read", path));
    const std::uint32_t mode = portable_mode(status.st_mode | (is_bin(package.bin, file) ? 0111U : 0U));
    const std::string name = "package/" + std::string(without_dot(file));
    if (status.st_nlink > 1) {
      const auto [first, added] = linked.try_emplace({status.st_dev, status.st_ino}, name);
      if (!added) {
        tar.add_link(name, mode, first->second);
        continue;
      }
    }
    HOIST_TRY(const auto content, content_of(path, file));
    HOIST_CHECK(tar.add_file(name, mode, content));
  }
  return tar.finish();
}

std::string gzip_portable(std::string_view bytes) {
  constexpr int kWindow = 15 + 16;  // gzip
  constexpr std::size_t kPiece = 1U << 30U;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out;
  std::string buffer(1U << 18U, '\0');
  int status = Z_OK;
  std::size_t at = 0;
  while (status != Z_STREAM_END) {
    const std::size_t piece = std::min(kPiece, bytes.size() - at);
    // zlib does not write through its input pointer.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + at));
    stream.avail_in = static_cast<uInt>(piece);
    const bool last = at + piece == bytes.size();
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      status = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      out.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    at += piece;
  }
  deflateEnd(&stream);
  constexpr std::size_t kSystemByte = 9;
  out[kSystemByte] = static_cast<char>(0xFF);
  return out;
}

}  // namespace hoist::package
