#include "upstream/cache_directory.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

/// One line of JSON, then the body as it came.
std::string serialize(std::string_view name, const CachedPackument& packument) {
  const Json head{{"name", name},
                  {"etag", packument.etag},
                  {"last_modified", packument.last_modified},
                  {"fetched", packument.fetched.time_since_epoch().count()},
                  {"size", packument.body.size()}};
  return head.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" + packument.body;
}

std::optional<CachedPackument> deserialize(std::string_view name, std::string text) {
  const auto end = text.find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto head = parse_json(std::string_view(text).substr(0, end), "cache entry");
  if (!head || !head->is_object()) return std::nullopt;
  const std::string* own_name = find_string(*head, "name");
  const std::string* etag = find_string(*head, "etag");
  const std::string* modified = find_string(*head, "last_modified");
  const Json* fetched = find_member(*head, "fetched");
  const Json* size = find_member(*head, "size");
  if (own_name == nullptr || *own_name != name || etag == nullptr || modified == nullptr || fetched == nullptr ||
      !fetched->is_number_integer() || size == nullptr || !size->is_number_unsigned()) {
    return std::nullopt;
  }
  CachedPackument packument{.etag = *etag, .last_modified = *modified};
  packument.fetched = Time(std::chrono::milliseconds(fetched->get<std::int64_t>()));
  packument.body = text.substr(end + 1);
  if (packument.body.size() != size->get<std::uint64_t>()) return std::nullopt;
  return packument;
}

}  // namespace

fs::path CacheDirectory::metadata_path(std::string_view uplink, std::string_view name) const {
  // The uplink's name comes from a configuration, but it may hold anything all the same.
  const std::string folder = hex_encode(hash(HashAlgorithm::kSha256, uplink)).substr(0, 16);
  const std::string file = hex_encode(hash(HashAlgorithm::kSha256, name));
  return root_ / "metadata" / folder / file.substr(0, 2) / file;
}

fs::path CacheDirectory::tarball_path(const Integrity& integrity) const {
  for (const Integrity::Digest& digest : integrity.digests()) {
    if (digest.algorithm != integrity.strongest()) continue;
    const std::string hex = hex_encode(digest.bytes);
    return root_ / "tarballs" / to_string(digest.algorithm) / hex.substr(0, 2) / hex;
  }
  return {};
}

std::optional<CachedPackument> CacheDirectory::find_packument(std::string_view uplink, std::string_view name) const {
  auto text = read_file(metadata_path(uplink, name));
  return text ? deserialize(name, *std::move(text)) : std::nullopt;
}

Result<void> CacheDirectory::store_packument(std::string_view uplink, std::string_view name,
                                             const CachedPackument& packument) const {
  const fs::path path = metadata_path(uplink, name);
  HOIST_CHECK(make_directories(path.parent_path()));
  return atomic_write(path, serialize(name, packument));
}

std::optional<fs::path> CacheDirectory::find_tarball(const Integrity& integrity) const {
  fs::path path = tarball_path(integrity);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  return path;
}

Result<fs::path> CacheDirectory::store_tarball(const Integrity& integrity, std::string_view bytes) const {
  const fs::path path = tarball_path(integrity);
  HOIST_CHECK(make_directories(path.parent_path()));
  // Synced: a torn file would be served as if it had been checked.
  HOIST_CHECK(atomic_write(path, bytes, Durability::kSynced));
  return path;
}

}  // namespace hoist::registry
