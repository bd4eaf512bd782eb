#include "views/view_cache.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/registry/conditions.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

/// Part of every ETag: raise it when the same rows come to give other bytes.
constexpr int kViewFormat = 1;
/// What an entry costs besides its strings.
constexpr std::size_t kEntryCost = 512;
constexpr std::size_t kMostRemembered = 4096;

std::string_view form_name(Form form) { return form == Form::kFull ? "full" : "short"; }

std::shared_ptr<const PackageView> make_view(const PackageSnapshot& snapshot, const std::string& public_url) {
  auto view = std::make_shared<PackageView>();
  view->public_url = public_url;
  view->package = snapshot.package;
  view->rev = rev_of(snapshot.package);
  view->last_modified = http_date(snapshot.package.touched);
  view->tags = snapshot.tags;
  view->maintainers = snapshot.maintainers;
  for (const VersionRow& version : snapshot.versions) {
    view->tarballs.emplace(version.file_name, TarballFacts{version.version, version.blob, version.size});
  }
  return view;
}

std::size_t cost_of(const PackageView* view) {
  return kEntryCost + (view == nullptr ? 0 : view->tarballs.size() * 400 + view->tags.size() * 100);
}

}  // namespace

std::string etag_of(const PackageView& view, std::string_view form, Encoding encoding) {
  const std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", kViewFormat, view.public_url, view.package.name,
                                       view.rev, form, content_encoding(encoding));
  return '"' + hex_encode(hash(HashAlgorithm::kSha256, text)).substr(0, 32) + '"';
}

ViewCache::ViewCache(PackageStore& store, Options options)
    : store_(store), options_(std::move(options)), disk_(options_.directory), seen_(store.package_sequence()) {}

void ViewCache::synchronise() {
  const std::uint64_t target = store_.package_sequence();
  if (seen_.load() >= target) return;
  const std::lock_guard refreshing(refresh_mutex_);
  constexpr std::size_t kAtOnce = 1000;
  while (seen_.load() < target) {
    const auto changes = store_.changes_since(seen_.load(), kAtOnce);
    const std::lock_guard lock(mutex_);
    if (!changes || changes->empty()) {
      // What changed cannot be told: then everything may have.
      entries_.clear();
      recent_.clear();
      bytes_ = 0;
      forgotten_ = target;
      if (changes) seen_ = target;
      return;
    }
    if (changed_.size() > kMostRemembered) {
      changed_.clear();
      forgotten_ = seen_.load();
    }
    for (const ChangeRow& change : *changes) {
      if (const auto found = entries_.find(change.package); found != entries_.end()) drop(found);
      changed_[change.package] = change.sequence;
    }
    seen_ = changes->back().sequence;
  }
}

std::optional<std::shared_ptr<const PackageView>> ViewCache::peek(std::string_view name) {
  synchronise();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  touch(found->second);
  return found->second.view;
}

Result<std::shared_ptr<const PackageView>> ViewCache::load(const std::string& name) {
  const std::uint64_t loaded_at = store_.package_sequence();
  HOIST_TRY(const auto snapshot, store_.load_package(name));
  std::shared_ptr<const PackageView> view;
  if (snapshot) view = make_view(*snapshot, options_.public_url);
  const std::lock_guard lock(mutex_);
  keep(name, view, loaded_at);
  return view;
}

/// A package that changed while it was being loaded must not be kept: nothing would ever drop it.
bool ViewCache::may_keep(const std::string& name, std::uint64_t loaded_at) const {
  if (loaded_at < forgotten_) return false;
  const auto changed = changed_.find(name);
  return changed == changed_.end() || changed->second <= loaded_at;
}

void ViewCache::keep(const std::string& name, std::shared_ptr<const PackageView> view, std::uint64_t loaded_at) {
  if (!may_keep(name, loaded_at)) return;
  auto [entry, is_new] = entries_.try_emplace(name);
  if (!is_new) return;
  recent_.push_front(name);
  entry->second.place = recent_.begin();
  entry->second.bytes = cost_of(view.get()) + name.size();
  entry->second.view = std::move(view);
  bytes_ += entry->second.bytes;
  shrink();
}

void ViewCache::drop(Entries::iterator entry) {
  bytes_ -= entry->second.bytes;
  recent_.erase(entry->second.place);
  entries_.erase(entry);
}

void ViewCache::shrink() {
  while (bytes_ > options_.memory_bytes && recent_.size() > 1) drop(entries_.find(recent_.back()));
}

std::shared_ptr<const std::string> ViewCache::peek_body(const PackageView& view, Form form, Encoding encoding) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(view.package.name);
  if (found == entries_.end() || found->second.view == nullptr || found->second.view->rev != view.rev) return nullptr;
  touch(found->second);
  return found->second.bodies[slot_of(form, encoding)];
}

void ViewCache::keep_body(const PackageView& view, std::size_t slot, const std::shared_ptr<const std::string>& body) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(view.package.name);
  if (found == entries_.end() || found->second.view == nullptr || found->second.view->rev != view.rev) return;
  auto& kept = found->second.bodies[slot];
  if (kept != nullptr) return;
  kept = body;
  found->second.bytes += body->size();
  bytes_ += body->size();
  touch(found->second);
  shrink();
}

Result<std::shared_ptr<const std::string>> ViewCache::load_body(const PackageView& view, Form form, Encoding encoding) {
  const std::string etag = etag_of(view, form_name(form), encoding);
  const std::lock_guard building(build_mutexes_[Hash()(etag) % build_mutexes_.size()]);
  if (auto ready = peek_body(view, form, encoding)) return ready;
  std::shared_ptr<const std::string> body;
  if (auto stored = disk_.read(etag)) {
    body = std::make_shared<const std::string>(*std::move(stored));
  } else {
    HOIST_TRY(const auto snapshot, store_.load_package(view.package.name));
    if (!snapshot || rev_of(snapshot->package) != view.rev) return fail("E409", "the package has just changed");
    const std::string text = form == Form::kFull ? full_text(*snapshot, options_.public_url)
                                                 : abbreviated_text(*snapshot, options_.public_url);
    body = std::make_shared<const std::string>(encode(encoding, text));
    disk_.write(etag, *body);
  }
  keep_body(view, slot_of(form, encoding), body);
  return body;
}

std::size_t ViewCache::memory_in_use() {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace hoist::registry
