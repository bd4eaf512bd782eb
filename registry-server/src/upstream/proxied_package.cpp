#include "upstream/proxied_package.hpp"

#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"

namespace hoist::registry {
namespace {

constexpr std::array<std::string_view, 22> kAbbreviatedFields{"name",
                                                              "version",
                                                              "dependencies",
                                                              "optionalDependencies",
                                                              "devDependencies",
                                                              "bundleDependencies",
                                                              "bundledDependencies",
                                                              "peerDependencies",
                                                              "peerDependenciesMeta",
                                                              "bin",
                                                              "directories",
                                                              "dist",
                                                              "engines",
                                                              "os",
                                                              "cpu",
                                                              "libc",
                                                              "funding",
                                                              "deprecated",
                                                              "_hasShrinkwrap",
                                                              "hasInstallScript",
                                                              "acceptDependencies",
                                                              "overrides"};

bool is_safe_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 512 && !name.starts_with('.') &&
         name.find_first_of("/\\") == std::string_view::npos &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7f; });
}

/// The last path segment of `dist.tarball`, decoded: what clients ask us for.
std::string file_name_of(std::string_view url) {
  const auto parsed = Url::parse(url);
  if (!parsed) return {};
  std::string name;
  const auto segment = std::string_view(parsed->path).substr(parsed->path.rfind('/') + 1);
  return percent_decode(segment, name) && is_safe_file_name(name) ? name : std::string();
}

std::optional<Integrity> integrity_of(const Json& dist) {
  if (const std::string* text = find_string(dist, "integrity")) {
    if (auto parsed = Integrity::parse(*text)) return *std::move(parsed);
  }
  if (const std::string* shasum = find_string(dist, "shasum")) {
    if (auto parsed = Integrity::from_sha1_hex(*shasum)) return *std::move(parsed);
  }
  return std::nullopt;
}

std::optional<Time> publish_time(const Json& packument, std::string_view version) {
  const Json* times = find_member(packument, "time");
  const std::string* text = times != nullptr && times->is_object() ? find_string(*times, version) : nullptr;
  return text == nullptr ? std::nullopt : parse_iso_time(*text);
}

std::string encode_name(std::string_view name) {
  const auto slash = name.find('/');
  if (!name.starts_with('@') || slash == std::string_view::npos) return percent_encode_component(name);
  return fmt::format("@{}/{}", percent_encode_component(name.substr(1, slash - 1)),
                     percent_encode_component(name.substr(slash + 1)));
}

Json abbreviate(const Json& packument) {
  Json out = Json::object();
  out["name"] = packument["name"];
  const Json* times = find_member(packument, "time");
  const std::string* text = times != nullptr && times->is_object() ? find_string(*times, "modified") : nullptr;
  if (text != nullptr) out["modified"] = *text;
  out["dist-tags"] = packument["dist-tags"];
  Json versions = Json::object();
  for (const auto& [version, manifest] : packument["versions"].items()) {
    Json kept = Json::object();
    for (const auto field : kAbbreviatedFields) {
      if (const Json* value = find_member(manifest, field)) kept[std::string(field)] = *value;
    }
    versions[version] = std::move(kept);
  }
  out["versions"] = std::move(versions);
  if (times != nullptr) out["time"] = *times;
  return out;
}

/// Goes through the versions of a packument, keeping some.
class ViewBuilder {
 public:
  ViewBuilder(Json packument, std::string_view name, const ViewOptions& options)
      : packument_(std::move(packument)), options_(options) {
    view_.name = name;
  }

  ProxiedPackage build() && {
    Json kept = Json::object();
    for (auto& [version, manifest] : packument_["versions"].items()) {
      if (manifest.is_object() && add_version(version, manifest)) kept[version] = std::move(manifest);
    }
    packument_["versions"] = std::move(kept);
    fix_tags();
    fix_times();
    packument_.erase("_attachments");
    packument_.erase("_rev");
    const std::string* modified =
        packument_["time"].is_object() ? find_string(packument_["time"], "modified") : nullptr;
    if (const auto time = modified == nullptr ? std::nullopt : parse_iso_time(*modified)) view_.modified = *time;
    // Foreign bytes: what is no UTF-8 is replaced, never thrown on.
    const auto text = [](const Json& json, const char* form) {
      return std::make_shared<const EncodedText>(json.dump(-1, ' ', false, Json::error_handler_t::replace), form);
    };
    view_.abbreviated = text(abbreviate(packument_), "abbreviated");
    view_.full = text(packument_, "full");
    return std::move(view_);
  }

 private:
  bool add_version(const std::string& version, Json& manifest) {
    const Json* dist = find_member(manifest, "dist");
    const std::string* url = dist != nullptr && dist->is_object() ? find_string(*dist, "tarball") : nullptr;
    const std::string file = url == nullptr ? std::string() : file_name_of(*url);
    if (file.empty()) return false;
    ProxiedTarball tarball{.version = version, .url = *url, .integrity = integrity_of(*dist)};
    const auto published = publish_time(packument_, version);
    for (const VersionFilter* filter : options_.filters) {
      auto verdict = filter->judge(view_.name, version, manifest, published, options_.now);
      if (verdict.reason.empty()) continue;
      tarball.blocked = std::move(verdict.reason);
      if (verdict.until) view_.valid_until = std::min(view_.valid_until.value_or(*verdict.until), *verdict.until);
      break;
    }
    const bool shown = tarball.blocked.empty();
    if (!shown) ++view_.blocked_versions;
    view_.tarballs.try_emplace(file, std::move(tarball));
    manifest["dist"]["tarball"] =
        fmt::format("{}{}/-/{}", options_.public_url, encode_name(view_.name), percent_encode_component(file));
    return shown;
  }

  void fix_tags() {
    const Json& versions = packument_["versions"];
    const Json none = Json::object();
    const Json* given = find_member(packument_, "dist-tags");
    if (given == nullptr || !given->is_object()) given = &none;
    const std::string* wanted = find_string(*given, "latest");
    const std::string latest = choose_latest(versions, wanted == nullptr ? std::string_view() : *wanted);
    Json tags = Json::object();
    for (const auto& [tag, version] : given->items()) {
      if (tag == "latest" && !latest.empty()) {
        tags[tag] = latest;
      } else if (version.is_string() && versions.contains(version.get<std::string>())) {
        tags[tag] = version;
      }
    }
    if (!latest.empty() && wanted == nullptr) tags["latest"] = latest;
    packument_["dist-tags"] = std::move(tags);
  }

  void fix_times() {
    Json times = Json::object();
    if (const Json* given = find_member(packument_, "time"); given != nullptr && given->is_object()) {
      for (const auto& [key, value] : given->items()) {
        if (key == "created" || key == "modified" || packument_["versions"].contains(key)) times[key] = value;
      }
    }
    packument_["time"] = std::move(times);
  }

  Json packument_;
  const ViewOptions& options_;
  ProxiedPackage view_;
};

}  // namespace

Result<Json> parse_packument(std::string_view body, std::string_view name) {
  auto parsed = parse_json(body, "the packument of an uplink");
  if (!parsed) return fail("EUPSTREAM", fmt::format("no JSON came for {}: {}", name, parsed.error().message));
  const std::string* own_name = parsed->is_object() ? find_string(*parsed, "name") : nullptr;
  const Json* versions = parsed->is_object() ? find_member(*parsed, "versions") : nullptr;
  if (own_name == nullptr || *own_name != name || versions == nullptr || !versions->is_object()) {
    return fail("EUPSTREAM", fmt::format("what came for {} is no packument of it", name));
  }
  return parsed;
}

std::optional<std::string> find_changed_integrity(const Json& before, const Json& now) {
  const Json& versions = now["versions"];
  for (const auto& [version, manifest] : before["versions"].items()) {
    const Json* other = find_member(versions, version);
    if (other == nullptr || !manifest.is_object() || !other->is_object()) continue;
    const Json* old_dist = find_member(manifest, "dist");
    const Json* new_dist = find_member(*other, "dist");
    if (old_dist == nullptr || new_dist == nullptr || !old_dist->is_object() || !new_dist->is_object()) continue;
    for (const auto* field : {"integrity", "shasum"}) {
      const std::string* old_text = find_string(*old_dist, field);
      const std::string* new_text = find_string(*new_dist, field);
      if (old_text != nullptr && new_text != nullptr && *old_text != *new_text) return version;
    }
  }
  return std::nullopt;
}

ProxiedPackage make_view(Json packument, std::string_view name, const ViewOptions& options) {
  return ViewBuilder(std::move(packument), name, options).build();
}

}  // namespace hoist::registry
