#include "store_adopt.hpp"

#include <dirent.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "package_facts.hpp"
#include "posix.hpp"
#include "store_index.hpp"

namespace hoist::installer {
namespace {

constexpr int kMaxDepth = 1024;

struct Description {
  PackageRecordBuilder record;
  std::string package_json;
  bool has_gyp = false, has_shrinkwrap = false, has_bundled = false;
};

Result<void> describe_file(int directory, const std::string& name, const std::string& path, Description& out) {
  const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) return fail_errno("cannot read", path);
  if (!S_ISREG(status.st_mode)) return fail("ESTOREDAMAGED", "the store holds something that is no file: " + path);
  const bool is_manifest = path == "package.json";
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::vector<char> buffer(128U << 10U);
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", path);
    if (got == 0) break;
    crc = libdeflate_crc32(crc, buffer.data(), static_cast<std::size_t>(got));
    size += static_cast<std::uint64_t>(got);
    if (is_manifest) out.package_json.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const auto mode = static_cast<std::uint16_t>(status.st_mode & 0777U);
  out.record.set_file(out.record.add_file(path, mode, size), mode, size, crc);
  if (path == "binding.gyp") out.has_gyp = true;
  if (path == "npm-shrinkwrap.json") out.has_shrinkwrap = true;
  return {};
}

/// Takes the descriptor.
Result<void> describe_level(int directory, const std::string& prefix, int depth, Description& out) {
  DIR* stream = ::fdopendir(directory);
  if (stream == nullptr) {
    ::close(directory);
    return fail_errno("cannot read", prefix);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> guard(stream, ::closedir);
  if (depth > kMaxDepth) return fail("ESTOREDAMAGED", "a directory of the store is nested too deep");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream))
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = prefix.empty() ? name : prefix + '/' + name;
    const int child = ::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0) {
      HOIST_CHECK(describe_file(directory, name, path, out));
      continue;
    }
    out.record.add_directory(path);
    if (path == "node_modules") out.has_bundled = true;
    HOIST_CHECK(describe_level(child, path, depth + 1, out));
  }
  return {};
}

}  // namespace

Result<std::string> describe_directory(int directory) {
  Description out;
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return fail_errno("cannot read", "the store");
  HOIST_CHECK(describe_level(copy, "", 0, out));
  const PackageFacts facts = read_package_facts(out.package_json);
  return out.record.finish({.name = facts.name,
                            .version = facts.version,
                            .has_install_script = facts.has_install_script,
                            .has_binding_gyp = out.has_gyp && !facts.gypfile_disabled,
                            .has_shrinkwrap = out.has_shrinkwrap,
                            .has_bundled = out.has_bundled});
}

}  // namespace hoist::installer
