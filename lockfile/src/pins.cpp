#include "hoist/lockfile/pins.hpp"

#include <algorithm>

namespace hoist::lockfile {
namespace {

std::string key_of(std::string_view dependent, std::string_view name) {
  std::string key(dependent);
  key += '\0';
  key += name;
  return key;
}

}  // namespace

std::string pin_id(const Pin& pin) { return pin.name + "@" + pin.version; }

std::string Pins::importer(std::string_view location) { return "./" + std::string(location == "." ? "" : location); }

void Pins::add_version(const Pin& pin) {
  if (!pin.version.empty()) versions_.insert(pin_id(pin));
}

void Pins::add_for_spec(std::string_view name, std::string_view spec, Pin pin) {
  add_version(pin);
  by_spec_.insert_or_assign(key_of(name, spec), std::move(pin));
}

void Pins::add_for_dependent(std::string_view dependent, std::string_view name, Pin pin) {
  add_version(pin);
  auto& pins = by_dependent_[key_of(dependent, name)];
  const bool known = std::any_of(pins.begin(), pins.end(), [&](const Pin& each) {
    return each.name == pin.name && each.version == pin.version && each.resolved == pin.resolved;
  });
  if (!known) pins.push_back(std::move(pin));
}

std::vector<const Pin*> Pins::find(std::string_view dependent, std::string_view name, std::string_view spec) const {
  std::vector<const Pin*> found;
  if (const auto at = by_dependent_.find(key_of(dependent, name)); at != by_dependent_.end())
    for (const Pin& pin : at->second) found.push_back(&pin);
  if (const auto at = by_spec_.find(key_of(name, spec)); at != by_spec_.end()) found.push_back(&at->second);
  return found;
}

}  // namespace hoist::lockfile
