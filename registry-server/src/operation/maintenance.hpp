#pragma once
/// What an administrator does with a storage, also while a server runs on it.

#include <functional>

#include "hoist/base/clock.hpp"
#include "storage/storage.hpp"

namespace hoist::registry {

struct GcOptions {
  std::chrono::seconds grace{3600};  ///< younger blobs may belong to a publish that is under way
  bool dry_run = false;
};
struct GcReport {
  std::size_t blobs = 0;
  std::uint64_t bytes = 0;
  std::size_t leftovers = 0;  ///< of uploads that a crash ended
};
/// Removes blobs that no version refers to. A blob is first condemned in the metadata, in the same transaction that
/// finds no reference; from then on a publish of that content waits, so that nothing a client was promised goes.
/// EBUSY while another collection runs, or within a minute of one that was killed.
[[nodiscard]] Result<GcReport> collect_garbage(Storage& storage, const GcOptions& options, const Clock& clock);

struct VerifyReport {
  std::size_t packages = 0, versions = 0, blobs = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> damage;  ///< one line each; empty when all is well
};
/// Reads every blob again and compares it with what the versions say; checks the database itself.
[[nodiscard]] Result<VerifyReport> verify_storage(Storage& storage);

/// Copies a consistent state to `target`, which must not exist: first the rows as of one moment, then every blob they
/// refer to. EBUSY when a collection removed one meanwhile.
[[nodiscard]] Result<void> back_up(Storage& storage, const std::filesystem::path& target);

/// Makes `target`, which must not exist or be empty, a copy of a backup, and verifies it. EDAMAGED with the damage.
[[nodiscard]] Result<VerifyReport> restore_backup(const std::filesystem::path& backup,
                                                  const std::filesystem::path& target);

}  // namespace hoist::registry
