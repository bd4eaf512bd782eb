#include "manifest_edit.hpp"

#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/package/range.hpp"

namespace hoist::resolver {
namespace {

using package::Manifest;
using package::StringMap;

void set(StringMap& map, const std::string& name, const std::string& spec) {
  for (auto& [key, value] : map)
    if (key == name) {
      value = spec;
      return;
    }
  map.emplace_back(name, spec);
}

bool erase(StringMap& map, const std::string& name) {
  return std::erase_if(map, [&](const auto& entry) { return entry.first == name; }) > 0;
}

bool has(const StringMap& map, const std::string& name) { return package::find(map, name) != nullptr; }

void erase_peer(Manifest& manifest, const std::string& name) {
  if (erase(manifest.peer_dependencies, name) && manifest.peer_dependencies_meta.is_object()) {
    manifest.peer_dependencies_meta.erase(name);
    if (manifest.peer_dependencies_meta.empty()) manifest.peer_dependencies_meta = nullptr;
  }
}

SaveType infer(const Manifest& manifest, const std::string& name) {
  if (has(manifest.dev_dependencies, name)) return SaveType::kDev;
  if (has(manifest.optional_dependencies, name)) return SaveType::kOptional;
  if (has(manifest.dependencies, name)) return SaveType::kProd;
  if (has(manifest.peer_dependencies, name))
    return manifest.is_optional_peer(name) ? SaveType::kPeerOptional : SaveType::kPeer;
  return SaveType::kProd;
}

StringMap& map_of(Manifest& manifest, SaveType type) {
  switch (type) {
    case SaveType::kDev:
      return manifest.dev_dependencies;
    case SaveType::kOptional:
      return manifest.optional_dependencies;
    case SaveType::kPeer:
    case SaveType::kPeerOptional:
      return manifest.peer_dependencies;
    default:
      return manifest.dependencies;
  }
}

void take_from_others(Manifest& manifest, const std::string& name, SaveType type, Reporter& reporter) {
  const auto drop = [&](StringMap& map, std::string_view from, std::string_view to) {
    if (!has(map, name)) return;
    reporter.log(LogLevel::kWarn, "idealTree", fmt::format("Removing {}.{} in favor of {}.{}", from, name, to, name));
    if (&map == &manifest.peer_dependencies) {
      erase_peer(manifest, name);
    } else {
      erase(map, name);
      if (&map == &manifest.dev_dependencies && map.empty()) manifest.has_dev_dependencies = false;
    }
  };
  switch (type) {
    case SaveType::kProd:
      drop(manifest.dev_dependencies, "devDependencies", "dependencies");
      drop(manifest.peer_dependencies, "peerDependencies", "dependencies");
      break;
    case SaveType::kDev:
      drop(manifest.dependencies, "dependencies", "devDependencies");
      break;
    case SaveType::kOptional:
      drop(manifest.peer_dependencies, "peerDependencies", "optionalDependencies");
      break;
    default:
      drop(manifest.dependencies, "dependencies", "peerDependencies");
      drop(manifest.optional_dependencies, "optionalDependencies", "peerDependencies");
  }
}

void mark_optional_peer(Manifest& manifest, const std::string& name, bool optional) {
  Json& meta = manifest.peer_dependencies_meta;
  if (optional) {
    if (!meta.is_object()) meta = Json::object();
    meta[name]["optional"] = true;
  } else if (meta.is_object() && meta.contains(name) && manifest.is_optional_peer(name)) {
    meta[name]["optional"] = false;
  }
}

}  // namespace

void add_dependency(Manifest& manifest, const std::string& name, const std::string& spec, SaveType type, bool bundle,
                    Reporter& reporter) {
  if (type == SaveType::kInfer) type = infer(manifest, name);
  take_from_others(manifest, name, type, reporter);
  StringMap& map = map_of(manifest, type);
  if (spec != "*" || !has(map, name)) set(map, name, spec);
  if (type == SaveType::kOptional) set(manifest.dependencies, name, *package::find(map, name));
  const bool peer = type == SaveType::kPeer || type == SaveType::kPeerOptional;
  if (peer) {
    mark_optional_peer(manifest, name, type == SaveType::kPeerOptional);
    if (has(manifest.dev_dependencies, name)) set(manifest.dev_dependencies, name, *package::find(map, name));
  }
  auto& bundled = manifest.bundle_dependencies;
  if (bundle && !peer && std::find(bundled.begin(), bundled.end(), name) == bundled.end()) {
    bundled.push_back(name);
    std::sort(bundled.begin(), bundled.end(), LocaleLess{});
  }
}

void remove_dependency(Manifest& manifest, const std::string& name) {
  if (erase(manifest.dev_dependencies, name) && manifest.dev_dependencies.empty())
    manifest.has_dev_dependencies = false;
  erase(manifest.optional_dependencies, name);
  erase(manifest.dependencies, name);
  erase_peer(manifest, name);
  std::erase(manifest.bundle_dependencies, name);
}

void set_saved_spec(Manifest& manifest, const std::string& name, const std::string& spec, SaveType type, bool local) {
  if (type != SaveType::kInfer) {
    set(map_of(manifest, type), name, spec);
    if (type == SaveType::kProd) erase(manifest.optional_dependencies, name);
    return;
  }
  if (has(manifest.dependencies, name)) set(manifest.dependencies, name, spec);
  const bool dev = has(manifest.dev_dependencies, name);
  if (dev) set(manifest.dev_dependencies, name, spec);
  for (StringMap* map : {&manifest.peer_dependencies, &manifest.optional_dependencies}) {
    const std::string* existing = package::find(*map, name);
    if (existing == nullptr) continue;
    const auto mine = package::Range::parse(spec), theirs = package::Range::parse(*existing);
    const bool meet = mine && theirs && package::intersects(*mine, *theirs);
    if (!dev || local || !meet) set(*map, name, spec);
  }
}

}  // namespace hoist::resolver
