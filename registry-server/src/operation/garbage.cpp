#include "operation/maintenance.hpp"
#include "storage/fault_point.hpp"

namespace hoist::registry {
namespace {

/// Far longer than the server lets any upload take.
constexpr std::chrono::hours kLongestUpload{24};

/// Two collections at once could remove what a publish stored again in between: only one holds this, for a minute at a
/// time.
class Lease {
 public:
  Lease(EphemeralStore& store, const Clock& clock) : store_(store), clock_(clock) {}
  ~Lease() {
    if (!held_.empty()) (void)store_.take_ephemeral(kKind, kKey, Time::min());
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Takes or prolongs it. EBUSY when somebody else has it.
  Result<void> renew() {
    const Time now = std::chrono::floor<std::chrono::milliseconds>(clock_.now());
    if (!held_.empty() && now < renew_at_) return {};
    const std::string value = fmt::format("{}-{}", static_cast<const void*>(this), now.time_since_epoch().count());
    const std::optional<std::string> expected = held_.empty() ? std::nullopt : std::optional(held_);
    HOIST_TRY(const bool taken, store_.exchange_ephemeral({kKind, kKey, value, now + kLength}, expected, now));
    if (!taken) {
      held_.clear();
      return fail("EBUSY", "another collection is running; try again in a minute");
    }
    held_ = value;
    renew_at_ = now + kLength / 4;
    return {};
  }

 private:
  static constexpr const char* kKind = "gc";
  static constexpr const char* kKey = "lease";
  static constexpr std::chrono::seconds kLength{60};
  EphemeralStore& store_;
  const Clock& clock_;
  std::string held_;
  Time renew_at_{};
};

/// A condemned blob goes, and is buried then: in this order a crash leaves a mark to continue from.
Result<void> finish_condemned(Storage& storage, const std::string& key, Time now) {
  HOIST_CHECK(storage.blobs().remove(key));
  fault_point("gc.removed");
  return storage.metadata().bury_blob(key, now);
}

Result<std::vector<BlobInfo>> find_unreferenced(Storage& storage, Time limit) {
  HOIST_TRY(const auto references, storage.metadata().list_blob_references());
  std::vector<BlobInfo> found;
  HOIST_CHECK(storage.blobs().for_each([&](const BlobInfo& info) -> Result<void> {
    if (!references.contains(info.key) && info.stored < limit) found.push_back(info);
    return {};
  }));
  return found;
}

}  // namespace

Result<GcReport> collect_garbage(Storage& storage, const GcOptions& options, const Clock& clock) {
  GcReport report;
  const Time now = std::chrono::floor<std::chrono::milliseconds>(clock.now());
  const Time limit = now - options.grace;
  if (options.dry_run) {
    HOIST_TRY(const auto unused, find_unreferenced(storage, limit));
    report.blobs = unused.size();
    for (const BlobInfo& info : unused) report.bytes += info.size;
    return report;
  }
  Lease lease(storage.metadata(), clock);
  HOIST_CHECK(lease.renew());
  // What an interrupted collection condemned is finished first.
  HOIST_TRY(const auto condemned, storage.metadata().list_condemned_blobs());
  for (const std::string& key : condemned) {
    HOIST_CHECK(lease.renew());
    HOIST_CHECK(finish_condemned(storage, key, now));
  }
  HOIST_TRY(const auto candidates, find_unreferenced(storage, limit));
  for (const BlobInfo& info : candidates) {
    HOIST_CHECK(lease.renew());
    // Asked again, now in a transaction: a publish may have come to refer to it.
    HOIST_TRY(const bool is_unused, storage.metadata().condemn_blob(info.key));
    if (!is_unused) continue;
    fault_point("gc.condemned");
    HOIST_CHECK(finish_condemned(storage, info.key, now));
    ++report.blobs;
    report.bytes += info.size;
  }
  HOIST_TRY(report.leftovers, storage.blobs().remove_abandoned(now - kLongestUpload));
  HOIST_CHECK(storage.metadata().forget_buried_blobs(now - kLongestUpload));
  return report;
}

}  // namespace hoist::registry
