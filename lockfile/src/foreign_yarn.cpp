/// yarn.lock, both kinds.
#include "foreign_text.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/foreign.hpp"
#include "hoist/lockfile/tarball_name.hpp"
#include "yaml.hpp"
#include "yarn_classic.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::string_view kFile = "yarn.lock";

/// The package an entry stands for: what its tarball is called (an alias is not called after it), else its own name.
Pin classic_pin(const YarnEntry& entry, std::string_view name, std::string_view spec) {
  const bool registry_tarball = entry.resolved.find("/-/") != std::string::npos;
  Pin pin = make_pin(name, entry.version);
  if (const auto told = registry_tarball ? name_version_of_tarball(name, entry.resolved) : std::nullopt;
      told && told->version == entry.version)
    pin = make_pin(told->name, told->version);
  else if (spec.starts_with("npm:"))
    pin = make_pin(split_ident(spec.substr(4)).first, entry.version);
  else if (spec.find("://") != std::string_view::npos || spec.starts_with("git") || spec.find('/') < spec.size())
    pin.version.clear();
  pin.resolved = entry.resolved;
  pin.integrity = entry.integrity;
  return pin;
}

ForeignLock from_classic(const YarnClassic& read) {
  ForeignLock lock{ForeignKind::kYarnClassic, std::string(kFile), {}};
  lock.pins.strict = true;
  for (const YarnEntry& entry : read.entries)
    for (const std::string& descriptor : entry.specs) {
      const auto [name, spec] = split_ident(descriptor);
      if (name.empty()) continue;
      Pin pin = classic_pin(entry, name, spec);
      if (pin.version.empty()) lock.pins.add_other(descriptor);
      lock.pins.add_for_spec(name, spec, std::move(pin));
    }
  return lock;
}

/// `npm:^1.0.0` → `^1.0.0`; `npm:real@^1.0.0` is an alias and stays.
std::string_view plain_spec(std::string_view spec) {
  constexpr std::string_view kNpm = "npm:";
  if (!spec.starts_with(kNpm)) return spec;
  const std::string_view rest = spec.substr(kNpm.size());
  return split_ident(rest).first.empty() || rest.find_first_of(" |") < rest.find('@', 1) ? rest : spec;
}

/// `name@npm:1.2.3` → the pin; a patch (`name@patch:name@npm%3A1.2.3#…`) of yarn's own counts as what it patches.
Pin berry_pin(std::string_view resolution) {
  auto [name, reference] = split_ident(resolution);
  constexpr std::string_view kNpm = "npm:";
  if (!reference.starts_with(kNpm)) return Pin{std::string(name), {}, std::string(reference), {}};
  reference.remove_prefix(kNpm.size());
  return make_pin(name, reference.substr(0, reference.find("::")));
}

bool is_own(std::string_view resolution) {
  const std::string_view reference = split_ident(resolution).second;
  return reference.starts_with("workspace:") || reference.starts_with("link:") || reference.starts_with("portal:");
}

/// Patches that yarn applies by itself are named in every lock beside the package they patch.
bool is_builtin_patch(std::string_view resolution) { return resolution.find("builtin<compat/") < resolution.size(); }

/// `a@npm:^1.0.0, a@npm:^1.1.0`: each in turn.
template <class Visit>
void for_descriptors(std::string_view key, Visit visit) {
  std::size_t begin = 0;
  while (begin < key.size()) {
    std::size_t end = key.find(", ", begin);
    if (end == std::string_view::npos) end = key.size();
    visit(key.substr(begin, end - begin));
    begin = end + 2;
  }
}

void add_descriptors(std::string_view key, const Pin& pin, Pins& pins) {
  for_descriptors(key, [&](std::string_view descriptor) {
    const auto [name, spec] = split_ident(descriptor);
    if (!name.empty()) pins.add_for_spec(name, plain_spec(spec), pin);
  });
}

/// What is reached from the workspaces. yarn gives every package with a binding.gyp a dependency on node-gyp, which no
/// manifest has; what is there only for that is none of the project's choices.
class BerryReach {
 public:
  explicit BerryReach(const Json& document) {
    for (const auto& [key, entry] : document.items()) {
      if (!entry.is_object()) continue;
      if (const std::string_view resolution = text_of(entry, "resolution"); is_own(resolution))
        waiting_.push_back(&entry);
      for_descriptors(key, [&](std::string_view descriptor) { by_descriptor_.emplace(descriptor, &entry); });
    }
  }

  std::set<const Json*> wanted() {
    std::set<const Json*> reached;
    while (!waiting_.empty()) {
      const Json* entry = waiting_.back();
      waiting_.pop_back();
      if (!reached.insert(entry).second) continue;
      const bool own = is_own(text_of(*entry, "resolution"));
      const Json* dependencies = find_member(*entry, "dependencies");
      if (dependencies == nullptr || !dependencies->is_object()) continue;
      for (const auto& [name, range] : dependencies->items()) {
        const std::string spec = range.is_string() ? range.get<std::string>() : std::string();
        if (!own && name == "node-gyp" && spec == "npm:latest") continue;
        visit(name + "@" + spec);
        visit(name + "@npm:" + spec);
        // A patched package stands beside what it patches.
        visit_prefix(name + "@patch:");
      }
    }
    return reached;
  }

 private:
  void visit(const std::string& descriptor) {
    if (const auto found = by_descriptor_.find(descriptor); found != by_descriptor_.end())
      waiting_.push_back(found->second);
  }
  void visit_prefix(const std::string& prefix) {
    for (auto at = by_descriptor_.lower_bound(prefix); at != by_descriptor_.end() && at->first.starts_with(prefix);
         ++at)
      waiting_.push_back(at->second);
  }

  std::map<std::string, const Json*, std::less<>> by_descriptor_;
  std::vector<const Json*> waiting_;
};

Result<ForeignLock> from_berry(std::string_view text) {
  HOIST_TRY(const Json document, parse_yaml(text, kFile));
  if (!document.is_object()) return bad_foreign(kFile, "it is no mapping");
  ForeignLock lock{ForeignKind::kYarnBerry, std::string(kFile), {}};
  lock.pins.strict = true;
  const std::set<const Json*> wanted = BerryReach(document).wanted();
  for (const auto& [key, entry] : document.items()) {
    const std::string_view resolution = text_of(entry, "resolution");
    if (resolution.empty() || is_own(resolution) || is_builtin_patch(resolution)) continue;
    const Pin pin = berry_pin(resolution);
    if (!wanted.contains(&entry)) {
      lock.pins.add_other(pin.version.empty() ? std::string(resolution) : pin_id(pin),
                          "no manifest asks for it, yarn adds node-gyp by itself");
      continue;
    }
    if (pin.version.empty()) lock.pins.add_other(resolution);
    add_descriptors(key, pin, lock.pins);
  }
  return lock;
}

bool is_berry(std::string_view text) {
  return text.starts_with("__metadata:") || text.find("\n__metadata:") != std::string_view::npos;
}

}  // namespace

bool has_classic_yarn_lock(const std::filesystem::path& folder) {
  const auto text = read_file(folder / kFile);
  return text && !text->empty() && !is_berry(*text);
}

Result<ForeignLock> parse_yarn_lock(std::string_view text) {
  return is_berry(text) ? from_berry(text) : Result<ForeignLock>(from_classic(parse_yarn_classic(text)));
}

}  // namespace hoist::lockfile
