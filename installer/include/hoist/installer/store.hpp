#pragma once
/// The machine-wide store: every verified tarball unpacked once, shared by all projects of a user.
///
/// On disk, below `<cache>/_hoist/store-v1/`:
///   p/<48 hex digits>/  one unpacked package, named by the first 24 bytes of its tarball's sha512
///   index               one append-only file: what each package holds, so that no install reads a directory,
///                       stats a file or parses a package.json
///   tmp/<session>/      what is being unpacked; a session's directory is locked while its process lives
///   lock, index.lock    shared while installing and exclusive while removing; held for an append
///
/// A package directory appears by rename, complete or not at all; its index record is appended afterwards. A record
/// that was never written, or an index that is lost or damaged, is made again from the directory when the package is
/// next asked for. Nothing is synced to disk: after a power failure `verify` finds what was torn.
///
/// Contents are trusted on the tarball's own digest. For `verify` each file's size and crc32 are kept; crc32 runs over
/// bytes that inflating has just left in the processor's cache and costs about 2 % of unpacking, where a sha512 of
/// every file would cost half as much as unpacking itself. It finds damage and edits made through hard links, not an
/// adversary who can write to the user's cache.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/integrity.hpp"
#include "hoist/base/result.hpp"
#include "hoist/package/sources.hpp"
#include "hoist/package/tar_reader.hpp"

namespace hoist::installer {

/// Names a package in the store: the first 24 bytes of its tarball's sha512.
struct StoreKey {
  std::array<std::uint8_t, 24> bytes{};
  /// nullopt when the integrity has no sha512.
  static std::optional<StoreKey> from(const Integrity& integrity);
  [[nodiscard]] std::string hex() const;
  auto operator<=>(const StoreKey&) const = default;
};

/// One file of a stored package. Paths end in NUL and may be given to system calls as they are.
struct StoredFile {
  std::string_view path;
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  std::uint16_t mode = 0;  ///< as asked for at creation, before the process's umask
};

/// What the index says of one package. Views into memory that lives as long as the Store.
class StoredPackage {
 public:
  StoreKey key;
  std::string directory;  ///< below Store::packages_fd()
  std::string_view name, version;
  std::uint64_t size = 0;  ///< of all files
  std::uint32_t file_count = 0, directory_count = 0;
  bool has_install_script = false;  ///< preinstall, install or postinstall
  bool has_binding_gyp = false;     ///< binding.gyp in the root, and not `"gypfile": false`
  bool has_shrinkwrap = false;
  bool has_bundled = false;  ///< files below node_modules/

  /// Parents come before their children.
  template <class F>
  void for_each_directory(F&& visit) const {
    const char* at = directories_;
    for (std::uint32_t i = 0; i < directory_count; ++i) visit(next_directory(at));
  }
  template <class F>
  void for_each_file(F&& visit) const {
    const char* at = files_;
    for (std::uint32_t i = 0; i < file_count; ++i) visit(next_file(at));
  }
  /// A linear search.
  [[nodiscard]] std::optional<StoredFile> find_file(std::string_view path) const;

 private:
  friend class StoreIndex;
  static std::string_view next_directory(const char*& at) noexcept;
  static StoredFile next_file(const char*& at) noexcept;
  const char* directories_ = nullptr;
  const char* files_ = nullptr;
};

struct StoreOptions {
  /// Exclusive: no other process may use the store meanwhile; needed for what removes packages.
  bool exclusive = false;
  /// With `exclusive`: ESTOREBUSY instead of waiting.
  bool wait = true;
  package::TarLimits limits;
};

/// A package that `verify` found damaged.
struct StoreProblem {
  std::string package;  ///< name@version
  StoreKey key;
  std::string path;  ///< of the file, empty for the package as a whole
  std::string reason;
};

struct StoreVerifyReport {
  std::uint64_t packages = 0, files = 0, bytes = 0;
  std::vector<StoreProblem> problems;
  std::uint64_t removed = 0;  ///< damaged packages taken out; they are fetched again when needed
};

struct StoreEntry {
  StoreKey key;
  std::string name, version;
  std::uint64_t size = 0, files = 0;
};

struct StoreRemoval {
  std::uint64_t packages = 0, bytes = 0;
};

class StoreIndex;

/// Safe to use from several threads; any number of processes may have it open.
class Store {
 public:
  /// Makes the directories. `cache` is npm's cache directory (`~/.npm`), not `_cacache`.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& cache, StoreOptions options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The package with that content; nullptr when it is not here. A sha1-only integrity finds what was once added for
  /// it.
  [[nodiscard]] const StoredPackage* find(const Integrity& integrity);
  /// By an alias given to add (the `resolved` of a git commit).
  [[nodiscard]] const StoredPackage* find_alias(std::string_view alias);

  /// Unpacks tarballs; one per thread, since it owns the buffers.
  class Writer {
   public:
    explicit Writer(Store& store);
    ~Writer();
    Writer(Writer&&) noexcept;
    /// Unpacks a verified tarball unless it is here already. On failure nothing of it stays.
    /// `alias` makes it findable by find_alias too. The codes of walk_tarball, and of the system (ENOSPC, …).
    [[nodiscard]] Result<const StoredPackage*> add(const package::Tarball& tarball, std::string_view alias = {});
    /// Puts a fresh copy in the place of one that lost files. Installs that link from the old one are not disturbed:
    /// the two are exchanged, and equal but for the damage.
    [[nodiscard]] Result<const StoredPackage*> restore(const package::Tarball& tarball);

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  /// Below it lie the packages' directories.
  [[nodiscard]] int packages_fd() const noexcept;
  [[nodiscard]] const std::filesystem::path& root() const noexcept;

  /// Every package, by name, then version.
  [[nodiscard]] Result<std::vector<StoreEntry>> list();
  /// Reads every file and compares size and checksum. With `repair` (needs `exclusive`) damaged packages are removed.
  [[nodiscard]] Result<StoreVerifyReport> verify(bool repair);
  /// Removes packages that no project links (link count 1; copied packages count as unused). Needs `exclusive`.
  [[nodiscard]] Result<StoreRemoval> prune();
  /// Removes all packages. Needs `exclusive`.
  [[nodiscard]] Result<StoreRemoval> clean();
  /// Removes what killed processes left in tmp/. Done by the first add of a process, too.
  void remove_leftovers();

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  Result<void> drop(const std::vector<StoreKey>& keys);
  std::unique_ptr<State> state_;
};

}  // namespace hoist::installer
