#include "operation/maintenance.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/registry/directory_blob_store.hpp"
#include "storage/directory_blob.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1U << 20U;

/// The sha512 of a stored blob, read again.
Result<std::string> digest_of(const Blob& blob) {
  Hasher hasher(HashAlgorithm::kSha512);
  for (std::uint64_t done = 0; done < blob.size();) {
    HOIST_TRY(const std::string piece, blob.read(done, kPiece));
    if (piece.empty()) return fail("E500", "a blob is shorter than its size");
    hasher.update(piece);
    done += piece.size();
  }
  return hex_encode(hasher.finish());
}

Result<void> copy_blob(BlobStore& from, BlobStore& to, const std::string& key) {
  const auto blob = from.open(key);
  if (!blob && blob.error().code == "ENOENT") {
    return fail("EBUSY", fmt::format("blob {} is gone; if a collection ran, try again", key.substr(0, 16)));
  }
  if (!blob) return std::unexpected(blob.error());
  HOIST_TRY(const auto staged, to.stage());
  for (std::uint64_t done = 0; done < (*blob)->size();) {
    HOIST_TRY(const std::string piece, (*blob)->read(done, kPiece));
    if (piece.empty()) return fail("E500", "a blob is shorter than its size");
    HOIST_CHECK(staged->append(piece));
    done += piece.size();
  }
  return staged->commit(key);
}

Result<void> require_empty(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error) || fs::is_empty(directory, error)) return {};
  return fail("EEXIST", fmt::format("{} is not empty", directory.string()));
}

Result<void> verify_blobs(Storage& storage, VerifyReport& report) {
  HOIST_TRY(const auto references, storage.metadata().list_blob_references());
  for (const auto& [key, size] : references) {
    const auto blob = storage.blobs().open(key);
    ++report.blobs;
    if (!blob) {
      report.damage.push_back(fmt::format("blob {} is missing: {}", key, blob.error().message));
      continue;
    }
    report.bytes += (*blob)->size();
    if ((*blob)->size() != size) {
      report.damage.push_back(fmt::format("blob {} has {} bytes and not {}", key, (*blob)->size(), size));
      continue;
    }
    const auto digest = digest_of(**blob);
    if (!digest || *digest != key) report.damage.push_back(fmt::format("blob {} has other content", key));
  }
  return {};
}

Result<void> verify_packages(Storage& storage, VerifyReport& report) {
  std::string after;
  constexpr std::size_t kAtOnce = 500;
  for (;;) {
    HOIST_TRY(const auto names, storage.metadata().list_packages(after, kAtOnce));
    if (names.empty()) return {};
    for (const std::string& name : names) {
      HOIST_TRY(const auto package, storage.metadata().load_package(name));
      if (!package) continue;  // removed meanwhile
      ++report.packages;
      report.versions += package->versions.size();
      for (const VersionRow& version : package->versions) {
        const auto integrity = Integrity::parse(version.integrity);
        if (!integrity || hex_encode(integrity->digests().front().bytes) != version.blob) {
          report.damage.push_back(fmt::format("{}@{} refers to other content than it promises", name, version.version));
        }
      }
      if (!package->versions.empty() && !package->tags.contains("latest")) {
        report.damage.push_back(fmt::format("{} has no tag latest", name));
      }
    }
    after = names.back();
  }
}

}  // namespace

Result<VerifyReport> verify_storage(Storage& storage) {
  VerifyReport report;
  HOIST_TRY(report.damage, storage.metadata().check_integrity());
  HOIST_CHECK(verify_packages(storage, report));
  HOIST_CHECK(verify_blobs(storage, report));
  return report;
}

Result<void> back_up(Storage& storage, const fs::path& target) {
  HOIST_CHECK(require_empty(target));
  HOIST_CHECK(make_directories(target));
  HOIST_CHECK(storage.metadata().backup_to((target / "registry.db").string()));
  HOIST_TRY(Storage copy, Storage::open(target));
  HOIST_TRY(const auto references, copy.metadata().list_blob_references());
  for (const auto& [key, size] : references) HOIST_CHECK(copy_blob(storage.blobs(), copy.blobs(), key));
  return sync_path(target / "registry.db");
}

Result<VerifyReport> restore_backup(const fs::path& backup, const fs::path& target) {
  std::error_code error;
  if (!fs::exists(backup / "registry.db", error)) {
    return fail("ENOENT", fmt::format("{} holds no backup of a registry", backup.string()));
  }
  HOIST_TRY(Storage from, Storage::open(backup));
  HOIST_CHECK(back_up(from, target));
  HOIST_TRY(Storage restored, Storage::open(target));
  HOIST_TRY(VerifyReport report, verify_storage(restored));
  if (!report.damage.empty()) {
    return fail("EDAMAGED", fmt::format("the restored storage is damaged: {}", report.damage.front()));
  }
  return report;
}

}  // namespace hoist::registry
