#pragma once
/// Packages as they are served: facts and bodies, built once per change and kept within a budget of memory.

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "hoist/registry/package_store.hpp"
#include "views/compression.hpp"
#include "views/disk_views.hpp"

namespace hoist::registry {

enum class Form { kFull, kAbbreviated };

/// Where a file name leads.
struct TarballFacts {
  std::string version;
  std::string blob;
  std::uint64_t size = 0;
};

/// What handlers ask about a package at one revision. Immutable.
struct PackageView {
  PackageRow package;
  std::string public_url;  ///< stands in every body
  std::string rev;
  std::string last_modified;  ///< as HTTP writes it
  std::map<std::string, std::string, std::less<>> tags;
  std::vector<MaintainerRow> maintainers;
  std::map<std::string, TarballFacts, std::less<>> tarballs;  ///< by file name
};

/// Strong, and different for every revision, form and encoding; known without the body.
[[nodiscard]] std::string etag_of(const PackageView& view, std::string_view form, Encoding encoding);

/// Thread safe. Compares the store's sequence on every look, so that it never serves what was changed before the call,
/// by whichever node.
class ViewCache {
 public:
  struct Options {
    std::string public_url;                 ///< ends with a slash
    std::size_t memory_bytes = 12U << 20U;  ///< bodies and facts together
    std::string directory;                  ///< for bodies that memory has no room for; empty: none
  };
  ViewCache(PackageStore& store, Options options);

  /// The package if it is in memory. The outer optional is empty when load() has to be asked; the pointer is null for a
  /// package that does not exist. May make one small query when something has changed; never more.
  [[nodiscard]] std::optional<std::shared_ptr<const PackageView>> peek(std::string_view name);
  /// The same from the store; null when it does not exist. Blocks.
  [[nodiscard]] Result<std::shared_ptr<const PackageView>> load(const std::string& name);

  /// A body if it is in memory; else null.
  [[nodiscard]] std::shared_ptr<const std::string> peek_body(const PackageView& view, Form form, Encoding encoding);
  /// The body, built when it has to be. Blocks. E409 when the package has changed since `view`: look again.
  [[nodiscard]] Result<std::shared_ptr<const std::string>> load_body(const PackageView& view, Form form,
                                                                     Encoding encoding);
  [[nodiscard]] const std::string& public_url() const noexcept { return options_.public_url; }
  [[nodiscard]] std::size_t memory_in_use();

 private:
  static constexpr std::size_t kBodies = 2 * kEncodings.size();
  struct Entry {
    std::shared_ptr<const PackageView> view;  ///< null: known not to exist
    std::array<std::shared_ptr<const std::string>, kBodies> bodies;
    std::size_t bytes = 0;
    std::list<std::string>::iterator place;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

  void synchronise();
  bool may_keep(const std::string& name, std::uint64_t loaded_at) const;
  void keep(const std::string& name, std::shared_ptr<const PackageView> view, std::uint64_t loaded_at);
  void keep_body(const PackageView& view, std::size_t slot, const std::shared_ptr<const std::string>& body);
  void drop(Entries::iterator entry);
  void shrink();
  void touch(Entry& entry) { recent_.splice(recent_.begin(), recent_, entry.place); }
  static std::size_t slot_of(Form form, Encoding encoding) {
    return static_cast<std::size_t>(form) * kEncodings.size() + static_cast<std::size_t>(encoding);
  }

  PackageStore& store_;
  const Options options_;
  DiskViews disk_;
  std::atomic<std::uint64_t> seen_;
  std::mutex refresh_mutex_;                  ///< one thread asks the store what changed; the others wait for it
  std::array<std::mutex, 32> build_mutexes_;  ///< the same body is built by one thread
  mutable std::mutex mutex_;                  ///< guards what follows
  Entries entries_;
  std::list<std::string> recent_;  ///< most recently used first
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, std::uint64_t> changed_;  ///< when a package changed last, for loads under way
  std::uint64_t forgotten_ = 0;                             ///< changes up to here are no longer in `changed_`
};

}  // namespace hoist::registry
