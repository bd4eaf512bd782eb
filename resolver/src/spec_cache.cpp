#include "spec_cache.hpp"

namespace hoist::resolver {
namespace {

/// Versions and ranges mean the same under every name and in every folder; an alias carries its own name.
bool is_plain(std::string_view spec) {
  if (spec.starts_with("npm:")) return true;
  for (const char c : spec)
    if (c == '/' || c == ':' || c == '\\') return false;
  return !spec.starts_with('.') && !spec.ends_with(".tgz") && !spec.ends_with(".tar.gz") && !spec.ends_with(".tar");
}

}  // namespace

CachedSpec::CachedSpec(Result<package::PackageSpec> result) : parsed(std::move(result)) {
  if (!parsed) return;
  const package::PackageSpec& spec = parsed->sub_spec ? *parsed->sub_spec : *parsed;
  if (spec.type == package::SpecType::kRange && spec.range) {
    range = spec.range;
  } else if (spec.type == package::SpecType::kRange || spec.type == package::SpecType::kVersion) {
    if (auto made = package::Range::parse(spec.fetch_spec, {.loose = true})) range = *std::move(made);
  }
}

const CachedSpec& SpecCache::resolve(std::string_view name, std::string_view spec, std::string_view where) {
  const bool plain = is_plain(spec);
  std::string key(spec);
  if (!plain) key.append(1, '\0').append(name).append(1, '\0').append(where);
  auto& cache = plain ? plain_ : placed_;
  auto& slot = cache[key];
  if (!slot) {
    auto made = package::resolve_spec(name, spec, std::string(where));
    // Shared between names, so it may carry none; whoever needs one has it at hand.
    if (plain && made) made->name.clear();
    slot = std::make_unique<CachedSpec>(std::move(made));
  }
  return *slot;
}

const CachedSpec& SpecCache::parse(std::string_view argument, std::string_view where) {
  auto& slot = arguments_[std::string(argument).append(1, '\0').append(where)];
  if (!slot) slot = std::make_unique<CachedSpec>(package::parse_spec(argument, std::string(where)));
  return *slot;
}

}  // namespace hoist::resolver
