#pragma once
/// Packages, versions, tags: the part of the metadata that clients publish and read.

#include "hoist/base/result.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// One new version, with everything that becomes visible in the same instant.
struct PublishCommand {
  std::string package;
  VersionRow version;
  std::map<std::string, std::string, std::less<>> tags;  ///< each to `version.version`
  std::string attestations;                              ///< JSON text for find_attestations; empty: none
  std::optional<Visibility> visibility;                  ///< of a new package; otherwise left as it is
  std::string search_text;                               ///< words by which the package is found
  Time now{};
};

enum class PublishOutcome {
  kCreated,
  kAlreadyThere,  ///< the same bytes by the same user: a retry after a lost answer
};

struct PublishResult {
  PublishOutcome outcome = PublishOutcome::kCreated;
  Revision revision = 0;
};

/// Changes of a package other than publishing. What is not set stays as it is.
struct PackagePatch {
  /// The change happens only at this revision; E409 otherwise. Without it the change happens at any.
  std::optional<Revision> at_revision;
  std::map<std::string, std::string, std::less<>> deprecations;  ///< version to text; "" takes it back
  std::map<std::string, std::string, std::less<>> set_tags;
  std::set<std::string, std::less<>> remove_tags;
  std::set<std::string, std::less<>> remove_versions;   ///< leaves tombstones; tags to them go as well
  std::optional<std::vector<std::string>> maintainers;  ///< user names, replacing all
  std::vector<std::string> add_maintainers, remove_maintainers;
  std::optional<Visibility> visibility;
  std::optional<bool> publish_requires_tfa;
  std::vector<std::string> add_stars, remove_stars;  ///< user names
  std::string by;                                    ///< who does it, for the tombstones
  Time now{};
};

struct ChangeRow {
  std::uint64_t sequence = 0;
  std::string package;
  Revision revision = 0;
  bool removed = false;  ///< the whole package is gone
};

struct SearchHit {
  std::string package;
  double rank = 0;  ///< smaller is better
};

/// Thread safe; calls may block on a disk or a network. Several nodes may use one store at once, so a caller that
/// reads, decides and writes must name the revision it read. Every write is one transaction and is durable when it
/// returns; concurrent writes may share the cost of that. E500 with the database's words when it fails, and E507 when
/// there is no room; nothing has changed then.
class PackageStore {
 public:
  virtual ~PackageStore() = default;

  /// nullopt: no such package, or removed.
  [[nodiscard]] virtual Result<std::optional<PackageRow>> find_package(std::string_view name) = 0;
  [[nodiscard]] virtual Result<std::optional<PackageSnapshot>> load_package(std::string_view name) = 0;
  /// Names in byte order, beginning after `after`.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_packages(std::string_view after, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::vector<TombstoneRow>> list_tombstones(std::string_view package) = 0;
  /// Packages that the user maintains.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_maintained(std::string_view user) = 0;
  [[nodiscard]] virtual Result<std::optional<std::string>> find_attestations(std::string_view package,
                                                                             std::string_view version) = 0;
  /// Packages whose search text or name has a word that begins with each of `words`; no words: all packages.
  [[nodiscard]] virtual Result<std::vector<SearchHit>> search(const std::vector<std::string>& words,
                                                              std::size_t limit) = 0;

  /// Makes a version visible, and the package with it: its first publisher becomes maintainer, and a package without
  /// `latest` gets it. E409 when the version exists with other bytes or from another user, when it was unpublished
  /// with other bytes; E503 when the blob was collected (revive it, store it again and repeat). Whether the user may
  /// publish is the caller's question.
  [[nodiscard]] virtual Result<PublishResult> publish(const PublishCommand& command) = 0;
  /// All or nothing. E404 for an unknown package, version or tag target; E409 for a stale revision; E400 when
  /// versions would remain without `latest`. Removing the last
  /// version removes the package. The new revision; unchanged when the patch changes nothing.
  [[nodiscard]] virtual Result<Revision> patch_package(std::string_view name, const PackagePatch& patch) = 0;
  /// Removes all versions, leaving tombstones. E404, E409 as above.
  [[nodiscard]] virtual Result<void> remove_package(std::string_view name, std::optional<Revision> at_revision,
                                                    std::string_view by, Time now) = 0;

  /// Moves when any package changes: a cache of views is current as long as this is the number it was read with. A
  /// write that has returned is counted. Cheap, never blocks.
  [[nodiscard]] virtual std::uint64_t package_sequence() const noexcept = 0;
  /// Changes after `sequence`, oldest first; a package changed twice may be listed once, at its last change.
  [[nodiscard]] virtual Result<std::vector<ChangeRow>> changes_since(std::uint64_t sequence, std::size_t limit) = 0;

  /// Blobs that some version refers to, each once, with its size.
  [[nodiscard]] virtual Result<std::map<std::string, std::uint64_t>> list_blob_references() = 0;
  // A collection condemns a blob, removes it from the blob store, and buries it. A publish of the same content is
  // refused from the first step on; after the last it revives the blob: first the mark goes, then the content is stored
  // again. So a publish that succeeds refers to content that was stored after every removal.

  /// True when no version refers to the blob: from then on publish() refuses it.
  [[nodiscard]] virtual Result<bool> condemn_blob(std::string_view key) = 0;
  /// The condemned blob is gone from the blob store.
  [[nodiscard]] virtual Result<void> bury_blob(std::string_view key, Time now) = 0;
  /// True when the blob bears no mark any more; false while it is condemned and may be removed at any moment.
  [[nodiscard]] virtual Result<bool> revive_blob(std::string_view key) = 0;
  /// Condemned and not buried: what a collection that was interrupted has left to do.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_condemned_blobs() = 0;
  /// Forgets blobs that were buried before `time`: longer ago than any publish takes.
  [[nodiscard]] virtual Result<void> forget_buried_blobs(Time time) = 0;
};

}  // namespace hoist::registry
