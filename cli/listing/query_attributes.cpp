#include "cli/listing/query_attributes.hpp"

#include <algorithm>

#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

using package::Range;
using package::Version;

bool has_word(std::string_view text, std::string_view word) {
  std::size_t i = 0;
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (i < text.size()) {
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    const std::size_t start = i;
    while (i < text.size() && is_word(text[i])) ++i;
    if (text.substr(start, i - start) == word) return true;
  }
  return false;
}

/// The text an operator compares: falsy values are empty, numbers are printed; nothing else takes part.
std::optional<std::string> comparable(const Json& value) {
  if (!is_truthy(&value)) return std::string();
  if (value.is_number()) return value.dump();
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

bool compare(const AttributeMatcher& matcher, const Json& found) {
  auto text = comparable(found);
  if (!text) return false;
  std::string wanted = matcher.value;
  if (matcher.insensitive) {
    text = to_lower(*text);
    wanted = to_lower(wanted);
  }
  if (matcher.op == "=") return *text == wanted;
  if (matcher.op == "~=") return has_word(*text, wanted);
  if (matcher.op == "*=") return text->find(wanted) != std::string::npos;
  if (matcher.op == "|=") return text->starts_with(wanted + '-');
  if (matcher.op == "^=") return text->starts_with(wanted);
  return text->ends_with(wanted);
}

/// One step of a lookup: the member of every object, lists taken apart, what is falsy dropped.
std::vector<const Json*> step(const std::vector<const Json*>& objects, const std::optional<std::string>& field) {
  std::vector<const Json*> next;
  const auto add_flat = [&](const Json* value) {
    if (value->is_array())
      for (const auto& element : *value) next.push_back(&element);
    else
      next.push_back(value);
  };
  for (const Json* object : objects) {
    if (!field) {
      add_flat(object);
      continue;
    }
    const Json* member = object->is_object() ? find_member(*object, *field) : nullptr;
    if (is_truthy(member)) add_flat(member);
  }
  return next;
}

/// What a value is to semver: a version, a range, or neither.
struct Semver {
  std::optional<Version> version;
  std::optional<Range> range;
  [[nodiscard]] bool valid() const { return version || range; }
};

Semver semver_of(std::string_view text) {
  Semver out;
  if (auto version = Version::parse(text)) out.version = *std::move(version);
  if (auto range = Range::parse(text)) out.range = *std::move(range);
  return out;
}

Result<bool> apply(const std::string& function, const Semver& attribute, const Semver& value) {
  const auto& a = attribute.version;
  const auto& b = value.version;
  static constexpr std::string_view kComparisons[] = {"eq", "neq", "gt", "gte", "lt", "lte"};
  if (std::ranges::find(kComparisons, function) != std::end(kComparisons)) {
    if (!a || !b) return false;
    if (function == "eq") return *a == *b;
    if (function == "neq") return *a != *b;
    if (function == "gt") return *a > *b;
    if (function == "gte") return *a >= *b;
    return function == "lt" ? *a < *b : *a <= *b;
  }
  if (function == "gtr" || function == "ltr" || function == "satisfies") {
    if (!a && !b) return false;
    const Version& version = b ? *b : *a;
    const auto& range = b ? attribute.range : value.range;
    if (!range) return false;
    if (function == "satisfies") return range->test(version);
    return function == "gtr" ? package::greater_than_range(version, *range)
                             : package::less_than_range(version, *range);
  }
  if (function == "intersects" || function == "subset") {
    if (!attribute.range || !value.range) return false;
    return function == "subset" ? package::is_subset(*attribute.range, *value.range)
                                : package::intersects(*attribute.range, *value.range);
  }
  return fail("EQUERYINVALIDOPERATOR", fmt::format("`semver.{}` is not a supported operator.", printable(function)));
}

Result<bool> matches_version(const SimpleSelector& selector, const Json& object) {
  if (!selector.matcher.op.empty() && !matches_attribute(selector.matcher, object)) return false;
  const auto* text = object.is_object() ? find_string(object, selector.matcher.attribute) : nullptr;
  if (text == nullptr) return false;
  const Semver attribute = semver_of(*text), value = semver_of(selector.argument.value_or(""));
  if (!attribute.valid()) return false;
  std::string function = selector.semver_function;
  if (function == "infer")
    function = attribute.version && value.version     ? "eq"
               : !attribute.version && !value.version ? "intersects"
                                                      : "satisfies";
  return apply(function, attribute, value);
}

}  // namespace

bool is_truthy(const Json* value) {
  if (value == nullptr || value->is_null()) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0;
  return !value->is_string() || !value->get_ref<const std::string&>().empty();
}

bool matches_attribute(const AttributeMatcher& matcher, const Json& object) {
  const Json* found = object.is_object() ? find_member(object, matcher.attribute) : nullptr;
  if (matcher.op.empty()) return is_truthy(found);
  static const Json kNothing;
  if (found == nullptr) return compare(matcher, kNothing);
  if (!found->is_array()) return compare(matcher, *found);
  return std::ranges::any_of(*found,
                             [&](const Json& each) { return is_truthy(&each) && compare(matcher, each); });
}

bool matches_path(const SimpleSelector& selector, const Json& package) {
  std::vector<const Json*> objects{&package};
  for (const auto& field : selector.lookup) {
    objects = step(objects, field);
    if (objects.empty()) return false;
  }
  return std::ranges::any_of(objects, [&](const Json* each) { return matches_attribute(selector.matcher, *each); });
}

Result<bool> matches_semver(const SimpleSelector& selector, const Json& package) {
  std::vector<const Json*> objects{&package};
  if (selector.lookup.empty()) return matches_version(selector, package);
  // npm looks at the first field of the path only.
  for (const auto& field : selector.lookup) {
    objects = step(objects, field);
    if (!field) continue;
    for (const Json* each : objects) {
      HOIST_TRY(const bool matches, matches_version(selector, *each));
      if (matches) return true;
    }
    return false;
  }
  return false;
}

}  // namespace hoist::cli
