#include "hoist/package/packument.hpp"

#include <simdjson.h>

#include <mutex>

#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"
#include "json_outline.hpp"
#include "packument_view.hpp"

namespace hoist::package {
namespace {

/// Members that are taken apart when the document arrives; the rest waits.
enum Opened : std::size_t { kVersions, kDistTags, kTime };

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};
using Index = std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>>;

class ParsedPackument final : public Packument {
 public:
  ParsedPackument(std::string body, JsonOutline outline, std::size_t body_size)
      : body_(std::move(body)), body_size_(body_size), times_(std::move(outline.opened[kTime])) {
    add_versions(std::move(outline.opened[kVersions]));
    for (const JsonMember& tag : outline.opened[kDistTags]) add_dist_tag(tag);
    slots_ = std::make_unique<Slot[]>(entries_.size());
  }

  Result<void> read_members(const std::vector<JsonMember>& members, std::string_view expected) {
    name_ = expected;
    for (const JsonMember& member : members) {
      if (member.key == "time") has_times_ = body_[member.value.start] == '{';
      if (member.key != "name") continue;
      auto sent = json_text(text_of(member.value));
      if (!sent) continue;
      if (!expected.empty() && *sent != expected)
        return fail("EPACKUMENTNAME", fmt::format("The registry answered with the metadata of \"{}\" instead of \"{}\"",
                                                  printable(*sent), expected));
      name_ = std::move(*sent);
    }
    return {};
  }

  const std::string& name() const override { return name_; }
  std::span<const Entry> versions() const override { return entries_; }
  const StringMap& dist_tags() const override { return dist_tags_; }
  bool has_times() const override { return has_times_; }

  const Manifest* manifest(std::string_view version) const override {
    const auto found = index_.find(version);
    if (found == index_.end()) return nullptr;
    Slot& slot = slots_[found->second];
    const std::scoped_lock lock(mutex_);
    if (!slot.tried) {
      slot.tried = true;
      slot.manifest = hydrate(found->second);
    }
    return slot.manifest.get();
  }

  std::optional<std::chrono::system_clock::time_point> published(std::string_view version) const override {
    const std::scoped_lock lock(mutex_);
    if (time_index_.empty())
      for (std::size_t i = 0; i < times_.size(); ++i) time_index_.insert_or_assign(times_[i].key, i);
    const auto found = time_index_.find(version);
    if (found == time_index_.end()) return std::nullopt;
    const auto text = json_text(text_of(times_[found->second].value));
    return text ? parse_iso_time(*text) : std::nullopt;
  }

  Result<Json> document() const override {
    return parse_json(std::string_view(body_).substr(0, body_size_), "packument of " + name_);
  }

 private:
  struct Slot {
    bool tried = false;
    std::unique_ptr<const Manifest> manifest;
  };

  [[nodiscard]] std::string_view text_of(JsonSpan span) const noexcept {
    return std::string_view(body_).substr(span.start, span.size);
  }

  void add_versions(std::vector<JsonMember> members) {
    entries_.reserve(members.size());
    spans_.reserve(members.size());
    index_.reserve(members.size());
    for (JsonMember& member : members) {
      const auto [known, added] = index_.emplace(member.key, entries_.size());
      if (!added) {
        spans_[known->second] = member.value;
        continue;
      }
      auto version = Version::parse(member.key, {.loose = true});
      entries_.push_back({std::move(member.key), version ? std::optional(std::move(*version)) : std::nullopt});
      spans_.push_back(member.value);
    }
  }

  void add_dist_tag(const JsonMember& tag) {
    auto version = json_text(text_of(tag.value));
    if (!version) return;
    if (dist_tag_index_.emplace(tag.key, dist_tags_.size()).second)
      dist_tags_.emplace_back(tag.key, std::move(*version));
    else
      dist_tags_[dist_tag_index_.find(tag.key)->second].second = std::move(*version);
  }

  /// What npm would resolve with: name and version as sent, unless no package could bear them.
  [[nodiscard]] std::unique_ptr<const Manifest> hydrate(std::size_t i) const {
    auto manifest = read_version_manifest(text_of(spans_[i]));
    if (!manifest) return nullptr;
    if (manifest->name.empty())
      manifest->name = name_;
    else if (!PackageName::parse(manifest->name))
      return nullptr;
    if (manifest->version != entries_[i].key && !Version::parse(manifest->version, {.loose = true}))
      manifest->version = entries_[i].key;
    return std::make_unique<const Manifest>(std::move(*manifest));
  }

  std::string body_;  ///< padded; the document is its first body_size_ bytes
  std::size_t body_size_;
  std::string name_;
  std::vector<Entry> entries_;
  std::vector<JsonSpan> spans_;
  Index index_;
  StringMap dist_tags_;
  Index dist_tag_index_;
  std::vector<JsonMember> times_;
  bool has_times_ = false;
  mutable std::mutex mutex_;
  std::unique_ptr<Slot[]> slots_;  ///< guarded by mutex_
  mutable Index time_index_;       ///< guarded by mutex_
};

}  // namespace

Result<std::shared_ptr<const Packument>> Packument::parse(std::string body, std::string_view expected_name) {
  if (body.starts_with("\xEF\xBB\xBF")) body.erase(0, 3);
  const std::size_t size = body.size();
  body.append(kJsonPadding, ' ');
  auto outline = outline_json(std::string_view(body).substr(0, size), {"versions", "dist-tags", "time"});
  if (!outline)
    return fail_from(std::move(outline).error(),
                     expected_name.empty() ? "reading a packument"
                                           : fmt::format("reading the packument of {}", printable(expected_name)));
  const std::vector<JsonMember> members = std::move(outline->members);
  auto packument = std::make_shared<ParsedPackument>(std::move(body), std::move(*outline), size);
  HOIST_CHECK(packument->read_members(members, expected_name));
  return packument;
}

}  // namespace hoist::package
