#pragma once
/// Builds a Manifest from any JSON tree. Two trees exist (nlohmann for files, simdjson for packuments) and npm's
/// normalisation must not be written twice, so the rules are templates over a small view of a value.
///
/// A view `V` is cheap to copy and has: `is_object()`, `is_array()`, `is_null()`, `text()`
/// (std::optional<std::string_view>), `boolean()` (std::optional<bool>), `number()` (std::optional<double>), `json()`
/// (a copy as Json), `for_each_member(f(std::string_view key, V value))` and `for_each_element(f(V value))`.

#include <string_view>
#include <unordered_map>

#include "hoist/package/manifest.hpp"

namespace hoist::package::manifest_detail {

/// Makes bin names and targets safe; what npm's normalisation leaves of `bin` (already a map).
[[nodiscard]] StringMap normalize_bin(StringMap entries);

/// The path below the package that npm makes of a path in a manifest: forward slashes, no way out; empty when nothing
/// is left.
[[nodiscard]] std::string secure_path(std::string_view path);

/// The last segment, as node's `path.basename`.
[[nodiscard]] std::string_view base_name(std::string_view path) noexcept;

/// What JavaScript's `if (value)` says.
template <class V>
bool is_truthy(const V& value) {
  if (value.is_null()) return false;
  if (const auto boolean = value.boolean()) return *boolean;
  if (const auto text = value.text()) return !text->empty();
  if (const auto number = value.number()) return *number != 0;
  return true;
}

/// Collects unique names; a repeated key keeps its place and takes the last value, as in JavaScript.
class MapBuilder {
 public:
  void set(std::string_view key, std::string_view value) {
    if (std::string* known = find(key)) {
      *known = value;
      return;
    }
    map_.emplace_back(key, value);
    if (map_.size() > kLinear) {
      if (index_.empty())
        for (std::size_t i = 0; i + 1 < map_.size(); ++i) index_.emplace(map_[i].first, i);
      index_.emplace(map_.back().first, map_.size() - 1);
    }
  }
  [[nodiscard]] StringMap take() { return std::move(map_); }

 private:
  /// Maps longer than this get an index: their size is a stranger's choice.
  static constexpr std::size_t kLinear = 24;

  std::string* find(std::string_view key) {
    if (map_.size() <= kLinear) {
      for (auto& [name, value] : map_)
        if (name == key) return &value;
      return nullptr;
    }
    const auto found = index_.find(std::string(key));
    return found == index_.end() ? nullptr : &map_[found->second].second;
  }

  StringMap map_;
  std::unordered_map<std::string, std::size_t> index_;
};

template <class V>
StringMap read_string_map(const V& value) {
  MapBuilder builder;
  if (value.is_object())
    value.for_each_member([&](std::string_view key, const V& member) {
      if (const auto text = member.text()) builder.set(key, *text);
    });
  return builder.take();
}

template <class V>
std::vector<std::string> read_keys(const V& value) {
  std::vector<std::string> keys;
  MapBuilder builder;
  if (value.is_object()) value.for_each_member([&](std::string_view key, const V&) { builder.set(key, {}); });
  for (auto& entry : builder.take()) keys.push_back(std::move(entry.first));
  return keys;
}

/// A list of texts, or one text alone.
template <class V>
std::vector<std::string> read_list(const V& value) {
  std::vector<std::string> list;
  if (const auto text = value.text()) {
    if (!text->empty()) list.emplace_back(*text);
  } else if (value.is_array()) {
    value.for_each_element([&](const V& element) {
      if (const auto item = element.text()) list.emplace_back(*item);
    });
  }
  return list;
}

template <class V>
Dist read_dist(const V& value) {
  Dist dist;
  if (!value.is_object()) return dist;
  const auto size_of = [](const V& member) {
    const double number = member.number().value_or(0);
    return number > 0 && number < 9007199254740992.0 ? static_cast<std::uint64_t>(number) : std::uint64_t{0};
  };
  value.for_each_member([&](std::string_view key, const V& member) {
    if (key == "tarball")
      dist.tarball = member.text().value_or("");
    else if (key == "integrity")
      dist.integrity = member.text().value_or("");
    else if (key == "shasum")
      dist.shasum = member.text().value_or("");
    else if (key == "unpackedSize")
      dist.unpacked_size = size_of(member);
    else if (key == "fileCount")
      dist.file_count = size_of(member);
    else if (key == "signatures")
      dist.signatures = member.is_array() ? member.json() : Json();
  });
  return dist;
}

template <class V>
StringMap read_bin(const V& bin, const std::string& name) {
  MapBuilder builder;
  if (const auto text = bin.text()) {
    if (!name.empty() && !text->empty()) builder.set(name, *text);
  } else if (bin.is_array()) {
    bin.for_each_element([&](const V& element) {
      if (const auto path = element.text()) builder.set(base_name(*path), *path);
    });
  } else {
    return normalize_bin(read_string_map(bin));
  }
  return normalize_bin(builder.take());
}

/// A value in `deprecated`: text as it is, other truths as JavaScript prints them.
template <class V>
std::optional<std::string> read_deprecated(const V& value) {
  if (!is_truthy(value)) return std::nullopt;
  if (const auto text = value.text()) return std::string(*text);
  return value.json().dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Reads the members that stand for themselves and remembers those that must be seen together.
template <class V>
class Reader {
 public:
  Manifest read(const V& document) {
    document.for_each_member([&](std::string_view key, const V& value) {
      if (!read_text(key, value) && !read_dependencies(key, value) && !read_lists(key, value)) read_rest(key, value);
    });
    finish();
    return std::move(manifest_);
  }

 private:
  bool read_text(std::string_view key, const V& value) {
    if (key == "name")
      manifest_.name = value.text().value_or("");
    else if (key == "version")
      manifest_.version = value.text().value_or("");
    else if (key == "dist")
      manifest_.dist = read_dist(value);
    else if (key == "deprecated")
      manifest_.deprecated = read_deprecated(value);
    else if (key == "bin")
      bin_ = value;
    else if (key == "scripts")
      manifest_.scripts = read_string_map(value);
    else if (key == "hasInstallScript")
      manifest_.has_install_script = is_truthy(value);
    else if (key == "_hasShrinkwrap" || key == "hasShrinkwrap")
      manifest_.has_shrinkwrap = is_truthy(value);
    else if (key == "gypfile")
      manifest_.gypfile_disabled = value.boolean() == std::optional(false);
    else
      return false;
    return true;
  }

  bool read_dependencies(std::string_view key, const V& value) {
    if (key == "dependencies") {
      manifest_.dependencies = read_string_map(value);
      dependencies_ = value;
    } else if (key == "optionalDependencies") {
      manifest_.optional_dependencies = read_string_map(value);
      optional_ = value;
    } else if (key == "devDependencies") {
      manifest_.dev_dependencies = read_string_map(value);
      manifest_.has_dev_dependencies = value.is_object();
    } else if (key == "peerDependencies") {
      manifest_.peer_dependencies = read_string_map(value);
    } else if (key == "peerDependenciesMeta") {
      manifest_.peer_dependencies_meta = object_or_null(value);
    } else if (key == "acceptDependencies") {
      manifest_.accept_dependencies = object_or_null(value);
    } else if (key == "bundleDependencies") {
      bundle_ = value;
    } else if (key == "bundledDependencies") {
      bundled_ = value;
    } else {
      return false;
    }
    return true;
  }

  bool read_lists(std::string_view key, const V& value) {
    if (key == "os")
      manifest_.os = read_list(value);
    else if (key == "cpu")
      manifest_.cpu = read_list(value);
    else if (key == "libc")
      manifest_.libc = read_list(value);
    else if (key == "engines")
      manifest_.engines = value.json();
    else if (key == "license")
      manifest_.license = value.json();
    else if (key == "funding")
      manifest_.funding = read_funding(value);
    else
      return false;
    return true;
  }

  void read_rest(std::string_view key, const V& value) {
    if (key == "overrides") {
      Json overrides = object_or_null(value);
      manifest_.overrides = overrides.empty() ? Json() : std::move(overrides);
    } else if (key == "workspaces") {
      if (value.is_object() || value.is_array())
        manifest_.workspaces = value.json();
      else
        manifest_.workspaces = Json();
    } else if (key == "packageExtensions") {
      manifest_.package_extensions = value.json();
    } else if (key == "patchedDependencies") {
      manifest_.patched_dependencies = value.json();
    } else if (key == "allowScripts") {
      manifest_.allow_scripts = value.json();
    } else if (key == "devEngines") {
      manifest_.dev_engines = value.json();
    } else if (key == "directories") {
      read_directories(value);
    }
  }

  void read_directories(const V& value) {
    manifest_.directories_bin.clear();
    if (!value.is_object()) return;
    value.for_each_member([&](std::string_view key, const V& member) {
      if (key == "bin") manifest_.directories_bin = secure_path(member.text().value_or(""));
    });
  }

  static Json object_or_null(const V& value) { return value.is_object() ? value.json() : Json(); }

  static Json read_funding(const V& value) {
    if (!is_truthy(value)) return {};
    if (const auto text = value.text()) return Json{{"url", std::string(*text)}};
    return value.json();
  }

  void finish() {
    if (bin_) manifest_.bin = read_bin(*bin_, manifest_.name);
    if (bin_ && is_truthy(*bin_)) manifest_.directories_bin.clear();
    finish_bundle(bundle_ ? bundle_ : bundled_);
    remove_optional_from_dependencies();
    for (const char* script : {"preinstall", "install", "postinstall"})
      if (const std::string* text = hoist::package::find(manifest_.scripts, script); text != nullptr && !text->empty())
        manifest_.has_install_script = true;
  }

  /// `true` means all dependencies, those that are also optional included: npm takes these out later.
  void finish_bundle(const std::optional<V>& bundle) {
    if (!bundle) return;
    if (bundle->boolean() == std::optional(true)) {
      if (dependencies_) manifest_.bundle_dependencies = read_keys(*dependencies_);
    } else if (bundle->is_array()) {
      manifest_.bundle_dependencies = read_list(*bundle);
    } else {
      manifest_.bundle_dependencies = read_keys(*bundle);
    }
  }

  void remove_optional_from_dependencies() {
    if (!optional_ || !optional_->is_object() || manifest_.dependencies.empty()) return;
    std::unordered_map<std::string_view, bool> names;
    optional_->for_each_member([&](std::string_view key, const V&) { names.emplace(key, true); });
    std::erase_if(manifest_.dependencies, [&](const auto& entry) { return names.contains(entry.first); });
  }

  Manifest manifest_;
  std::optional<V> bin_, dependencies_, optional_, bundle_, bundled_;
};

}  // namespace hoist::package::manifest_detail
