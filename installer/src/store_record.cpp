// The payload of a package record: built while unpacking, decoded when first asked for.
//
// u32 flags, directories, files, directory bytes, file bytes; u16 name length, version length; u64 size of all files;
// name; version; directories (u16 length, bytes, NUL); files (u16 length, u16 mode, u32 crc, u64 size, bytes, NUL).
// Numbers are in the machine's byte order, which the file's header records.
#include <cstring>
#include <limits>
#include <unordered_set>

#include "store_index.hpp"

namespace hoist::installer {
namespace {

constexpr std::size_t kFixed = 32;
constexpr std::size_t kFileFixed = 16;
enum Flag : std::uint32_t { kInstallScript = 1, kBindingGyp = 2, kShrinkwrap = 4, kBundled = 8 };

template <class T>
T get(const char* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
void set(std::string& out, std::size_t at, T value) noexcept {
  std::memcpy(out.data() + at, &value, sizeof value);
}

std::string_view clipped(std::string_view text) { return text.substr(0, std::numeric_limits<std::uint16_t>::max()); }

}  // namespace

std::string_view StoredPackage::next_directory(const char*& at) noexcept {
  const auto length = get<std::uint16_t>(at);
  const std::string_view path(at + 2, length);
  at += 2U + length + 1U;
  return path;
}

StoredFile StoredPackage::next_file(const char*& at) noexcept {
  const auto length = get<std::uint16_t>(at);
  const StoredFile file{.path = {at + kFileFixed, length},
                        .size = get<std::uint64_t>(at + 8),
                        .crc = get<std::uint32_t>(at + 4),
                        .mode = get<std::uint16_t>(at + 2)};
  at += kFileFixed + length + 1U;
  return file;
}

std::optional<StoredFile> StoredPackage::find_file(std::string_view path) const {
  const char* at = files_;
  for (std::uint32_t i = 0; i < file_count; ++i) {
    const StoredFile file = next_file(at);
    if (file.path == path) return file;
  }
  return std::nullopt;
}

void PackageRecordBuilder::clear() {
  directories_.clear();
  files_.clear();
  directory_count_ = file_count_ = 0;
}

void PackageRecordBuilder::add_directory(std::string_view path) {
  put(directories_, static_cast<std::uint16_t>(path.size()));
  directories_.append(path).push_back('\0');
  ++directory_count_;
}

std::size_t PackageRecordBuilder::add_file(std::string_view path, std::uint16_t mode, std::uint64_t size) {
  const std::size_t at = files_.size();
  put(files_, static_cast<std::uint16_t>(path.size()));
  put(files_, mode);
  put(files_, std::uint32_t{0});
  put(files_, size);
  files_.append(path).push_back('\0');
  ++file_count_;
  return at;
}

void PackageRecordBuilder::set_file(std::size_t at, std::uint16_t mode, std::uint64_t size, std::uint32_t crc) {
  set(files_, at + 2, mode);
  set(files_, at + 4, crc);
  set(files_, at + 8, size);
}

void PackageRecordBuilder::set_mode(std::size_t at, std::uint16_t mode) { set(files_, at + 2, mode); }

std::vector<PackageRecordBuilder::File> PackageRecordBuilder::files() const {
  std::vector<File> result;
  result.reserve(file_count_);
  for (std::size_t at = 0; at < files_.size();) {
    const auto length = get<std::uint16_t>(files_.data() + at);
    result.push_back({at,
                      {files_.data() + at + kFileFixed, length},
                      get<std::uint16_t>(files_.data() + at + 2),
                      get<std::uint64_t>(files_.data() + at + 8)});
    at += kFileFixed + length + 1U;
  }
  return result;
}

void PackageRecordBuilder::drop_repeated() {
  const std::vector<File> all = files();
  std::unordered_set<std::string_view> later;
  std::vector<bool> keep(all.size());
  for (std::size_t i = all.size(); i-- > 0;) keep[i] = later.insert(all[i].path).second;
  std::string kept;
  file_count_ = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!keep[i]) continue;
    kept.append(files_, all[i].at, kFileFixed + all[i].path.size() + 1);
    ++file_count_;
  }
  files_ = std::move(kept);
}

std::string PackageRecordBuilder::finish(const Identity& identity) const {
  std::uint64_t size = 0;
  for (const File& file : files()) size += file.size;
  const std::string_view name = clipped(identity.name);
  const std::string_view version = clipped(identity.version);
  std::string out;
  out.reserve(kFixed + name.size() + version.size() + directories_.size() + files_.size());
  put(out, (identity.has_install_script ? kInstallScript : 0U) | (identity.has_binding_gyp ? kBindingGyp : 0U) |
               (identity.has_shrinkwrap ? kShrinkwrap : 0U) | (identity.has_bundled ? kBundled : 0U));
  put(out, directory_count_);
  put(out, file_count_);
  put(out, static_cast<std::uint32_t>(directories_.size()));
  put(out, static_cast<std::uint32_t>(files_.size()));
  put(out, static_cast<std::uint16_t>(name.size()));
  put(out, static_cast<std::uint16_t>(version.size()));
  put(out, size);
  out.append(name).append(version).append(directories_).append(files_);
  return out;
}

/// Lengths are checked although a checksum held: a record from another version must not be read past its end.
std::unique_ptr<StoredPackage> StoreIndex::decode(const StoreKey& key, std::string_view payload) {
  if (payload.size() < kFixed) return nullptr;
  const char* at = payload.data();
  const auto flags = get<std::uint32_t>(at);
  const std::uint64_t directory_bytes = get<std::uint32_t>(at + 12), file_bytes = get<std::uint32_t>(at + 16);
  const std::uint64_t name = get<std::uint16_t>(at + 20), version = get<std::uint16_t>(at + 22);
  if (kFixed + name + version + directory_bytes + file_bytes != payload.size()) return nullptr;
  auto package = std::make_unique<StoredPackage>();
  package->key = key;
  package->directory = key.hex();
  package->name = payload.substr(kFixed, name);
  package->version = payload.substr(kFixed + name, version);
  package->directory_count = get<std::uint32_t>(at + 4);
  package->file_count = get<std::uint32_t>(at + 8);
  package->size = get<std::uint64_t>(at + 24);
  package->has_install_script = (flags & kInstallScript) != 0;
  package->has_binding_gyp = (flags & kBindingGyp) != 0;
  package->has_shrinkwrap = (flags & kShrinkwrap) != 0;
  package->has_bundled = (flags & kBundled) != 0;
  package->directories_ = at + kFixed + name + version;
  package->files_ = package->directories_ + directory_bytes;
  const char* end = package->files_;
  const char* cursor = package->directories_;
  for (std::uint32_t i = 0; i < package->directory_count; ++i) {
    if (end - cursor < 3 || end - cursor < 3 + get<std::uint16_t>(cursor)) return nullptr;
    StoredPackage::next_directory(cursor);
  }
  if (cursor != end) return nullptr;
  end += file_bytes;
  for (std::uint32_t i = 0; i < package->file_count; ++i) {
    constexpr auto least = static_cast<std::ptrdiff_t>(kFileFixed + 1);
    if (end - cursor < least || end - cursor < least + get<std::uint16_t>(cursor)) return nullptr;
    StoredPackage::next_file(cursor);
  }
  return cursor == end ? std::move(package) : nullptr;
}

}  // namespace hoist::installer
