#include "hoist/installer/store.hpp"

#include <dirent.h>
#include <sys/file.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "hoist/base/text.hpp"
#include "store_adopt.hpp"
#include "store_index.hpp"
#include "store_state.hpp"
#include "store_unpack.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

/// Aliases live in a key space of their own: the digest of a marked text.
StoreKey alias_key(std::string_view text) {
  StoreKey key;
  const std::string digest = hash(HashAlgorithm::kSha512, "alias\n" + std::string(text));
  std::memcpy(key.bytes.data(), digest.data(), key.bytes.size());
  return key;
}

/// How a weak integrity is remembered.
std::string weak_alias(const Integrity::Digest& digest) {
  return Integrity::from_digest(digest.algorithm, digest.bytes).to_string();
}

Result<UniqueFd> open_directory(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), kOpenDirectory));
  if (!fd) return fail_errno("cannot open", path);
  return fd;
}

}  // namespace

std::optional<StoreKey> StoreKey::from(const Integrity& integrity) {
  for (const Integrity::Digest& digest : integrity.digests()) {
    if (digest.algorithm != HashAlgorithm::kSha512) continue;
    StoreKey key;
    std::memcpy(key.bytes.data(), digest.bytes.data(), key.bytes.size());
    return key;
  }
  return std::nullopt;
}

std::string StoreKey::hex() const { return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); }

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::~Store() {
  if (!state_ || !state_->session) return;
  remove_tree_at(state_->temporary.get(), state_->session_name.c_str());
}

Result<std::unique_ptr<Store>> Store::open(const fs::path& cache, StoreOptions options) {
  auto state = std::make_unique<State>(cache / "_hoist" / "store-v1", options);
  HOIST_CHECK(make_directories(state->root / "p"));
  HOIST_CHECK(make_directories(state->root / "tmp"));
  const fs::path lock = state->root / "lock";
  state->lock = UniqueFd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!state->lock) return fail_errno("cannot open", lock);
  if (!lock_fd(state->lock.get(), (options.exclusive ? LOCK_EX : LOCK_SH) | (options.wait ? 0 : LOCK_NB))) {
    if (errno == EWOULDBLOCK)
      return fail("ESTOREBUSY", "the store is in use by another process",
                  "Try again when the other install has finished.");
    return fail_errno("cannot lock", lock);
  }
  HOIST_TRY(state->packages, open_directory(state->root / "p"));
  HOIST_TRY(state->temporary, open_directory(state->root / "tmp"));
  HOIST_CHECK(state->index.load());
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

int Store::packages_fd() const noexcept { return state_->packages.get(); }
const fs::path& Store::root() const noexcept { return state_->root; }

const StoredPackage* Store::find(const Integrity& integrity) {
  if (const auto key = StoreKey::from(integrity)) return state_->find(*key);
  const HashAlgorithm strongest = integrity.strongest();
  for (const Integrity::Digest& digest : integrity.digests()) {
    if (digest.algorithm != strongest) continue;
    if (const auto target = state_->index.find_alias(alias_key(weak_alias(digest)))) return state_->find(*target);
  }
  return nullptr;
}

const StoredPackage* Store::find_alias(std::string_view alias) {
  const auto target = state_->index.find_alias(alias_key(alias));
  return target ? state_->find(*target) : nullptr;
}

const StoredPackage* Store::State::find(const StoreKey& key) {
  if (const StoredPackage* known = index.find(key)) return known;
  // The index may have been lost, or its writer killed after the rename: the directory is the truth.
  const std::string name = key.hex();
  const UniqueFd directory(::openat(packages.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return nullptr;
  auto record = describe_directory(directory.get());
  return record ? index.append(key, *std::move(record)) : nullptr;
}

/// A directory of this process's own below tmp/, locked while it lives so that nobody takes it for a leftover.
Result<int> Store::State::session_fd() {
  const std::scoped_lock guard(session_mutex);
  if (session) return session.get();
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::uint32_t random = 0;
    (void)::getrandom(&random, sizeof random, 0);
    session_name = fmt::format("{}-{}-{:08x}", ::getpid(), counter.fetch_add(1), random);
    if (::mkdirat(temporary.get(), session_name.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      return fail_errno("cannot create", root / "tmp" / session_name);
    }
    UniqueFd fd(::openat(temporary.get(), session_name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    // A cleaner may have locked and removed it between the two calls.
    if (!fd || !lock_fd(fd.get(), LOCK_EX | LOCK_NB) || ::fstat(fd.get(), &status) != 0 || status.st_nlink == 0)
      continue;
    session = std::move(fd);
    return session.get();
  }
  return fail("EEXIST", "cannot create a directory for unpacking in the store");
}

void Store::remove_leftovers() {
  const UniqueFd directory(::openat(state_->temporary.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return;
  DIR* stream = ::fdopendir(::dup(directory.get()));
  if (stream == nullptr) return;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  ::closedir(stream);
  for (const std::string& name : names) {
    const UniqueFd leftover(::openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (leftover && lock_fd(leftover.get(), LOCK_EX | LOCK_NB)) remove_tree_at(directory.get(), name.c_str());
  }
}

struct Store::Writer::State {
  explicit State(Store& owner) : store(owner) {}
  Store& store;
  package::Inflater inflater;
  Unpacker unpacker;

  /// Unpacks into the session's directory `name` and returns the index record.
  Result<std::string> unpack(const package::Tarball& tarball, int session, const std::string& name) {
    if (::mkdirat(session, name.c_str(), 0777) != 0) return fail_errno("cannot create", store.root() / "tmp" / name);
    const UniqueFd directory(::openat(session, name.c_str(), kOpenDirectory | O_NOFOLLOW));
    if (!directory) return fail_errno("cannot open", store.root() / "tmp" / name);
    unpacker.reset(directory.get());
    HOIST_CHECK(package::walk_tarball(tarball.bytes, unpacker, inflater, store.state_->options.limits));
    return unpacker.finish();
  }
};

Store::Writer::Writer(Store& store) : state_(std::make_unique<State>(store)) {}
Store::Writer::~Writer() = default;
Store::Writer::Writer(Writer&&) noexcept = default;

Result<const StoredPackage*> Store::Writer::add(const package::Tarball& tarball, std::string_view alias) {
  Store& store = state_->store;
  Store::State& shared = *store.state_;
  const auto key = StoreKey::from(tarball.integrity);
  if (!key) return fail("EINTEGRITY", "a tarball reached the store without a sha512");
  const StoredPackage* package = shared.find(*key);
  if (package == nullptr) {
    std::call_once(shared.cleaned, [&] { store.remove_leftovers(); });
    HOIST_TRY(const int session, shared.session_fd());
    const std::string name = std::to_string(shared.next_temporary.fetch_add(1));
    auto record = state_->unpack(tarball, session, name);
    if (!record) {
      remove_tree_at(session, name.c_str());
      return std::unexpected(std::move(record).error());
    }
    if (::renameat(session, name.c_str(), shared.packages.get(), key->hex().c_str()) != 0) {
      const int number = errno;
      remove_tree_at(session, name.c_str());
      // Another thread or process was faster with the same content; its directory is complete, as ours would be.
      if (number != EEXIST && number != ENOTEMPTY)
        return std::unexpected(errno_error(number, "cannot create", shared.root / "p" / key->hex()));
    }
    package = shared.index.append(*key, *std::move(record));
  }
  if (!alias.empty()) shared.index.append_alias(alias_key(alias), *key);
  for (const Integrity::Digest& digest : tarball.integrity.digests())
    if (digest.algorithm != HashAlgorithm::kSha512) shared.index.append_alias(alias_key(weak_alias(digest)), *key);
  return package;
}

Result<const StoredPackage*> Store::Writer::restore(const package::Tarball& tarball) {
  Store::State& shared = *state_->store.state_;
  const auto key = StoreKey::from(tarball.integrity);
  if (!key) return fail("EINTEGRITY", "a tarball reached the store without a sha512");
  HOIST_TRY(const int session, shared.session_fd());
  const std::string name = std::to_string(shared.next_temporary.fetch_add(1));
  auto record = state_->unpack(tarball, session, name);
  const std::string place = key->hex();
  const bool moved = record && (exchange_entries(session, name.c_str(), shared.packages.get(), place.c_str()) ||
                                ::renameat(session, name.c_str(), shared.packages.get(), place.c_str()) == 0);
  const int number = errno;
  remove_tree_at(session, name.c_str());
  if (!record) return std::unexpected(std::move(record).error());
  if (!moved) return std::unexpected(errno_error(number, "cannot restore", shared.root / "p" / place));
  if (const StoredPackage* known = shared.index.find(*key)) return known;
  return shared.index.append(*key, *std::move(record));
}

}  // namespace hoist::installer
