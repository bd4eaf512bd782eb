#pragma once
/// JSON text with npm's member order (json-stringify-nice) and JSON.stringify's bytes.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::lockfile {

struct NiceObject;

/// A value to be written. Everything it points to must outlive the writing.
using NiceValue = std::variant<bool, int, std::string_view, const package::StringMap*, const std::vector<std::string>*,
                               const Json*, const NiceObject*>;

/// An object put together from parts.
struct NiceObject {
  std::vector<std::pair<std::string_view, NiceValue>> members;
  void add(std::string_view key, NiceValue value) { members.emplace_back(key, value); }
};

/// JSON.stringify of `object` with every object sorted: first what is no plain object, then the objects; within each
/// the keys name, version, lockfileVersion, resolved, integrity, requires, packages, dependencies in this order, then
/// the rest by localeCompare "en". Integer-like keys precede all, ascending, since JavaScript objects keep them so.
/// `style.indent` of "" means two spaces, more than ten characters are cut; ends with a newline unless `format` is
/// false, which yields one line without.
[[nodiscard]] std::string nice_json(const NiceObject& object, const package::JsonStyle& style, bool format);

}  // namespace hoist::lockfile
