// Answers questions about versions and ranges, one JSON object a line, for semver.mjs to compare with the `semver`
// package.
//   {"op":"pair","v":…,"v2":…,"r":…,"r2":…,"list":[…],"release":…,"preid":…,"base":…}  ->  every operation, in every
//   mode
//   {"op":"cli","args":[…]}                                                           ->  [code, out, err]
//   {"op":"collate","a":…,"b":…}                                                      ->  -1, 0 or 1
// "throw" stands for an exception of the package.

#include <iostream>
#include <string>

#include "cli/commands/semver.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/json.hpp"
#include "hoist/package/range.hpp"

namespace {

using hoist::Json;
using namespace hoist::package;

const Json kThrow = "throw";

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }
Json text_or_null(const std::optional<Version>& version) { return version ? Json(version->to_string()) : Json(); }

/// What concerns versions alone.
void answer_versions(const Json& question, SemverOptions options, Json& out) {
  const auto& text = question["v"].get_ref<const std::string&>();
  const auto& text2 = question["v2"].get_ref<const std::string&>();
  const auto version = Version::parse(text, options), version2 = Version::parse(text2, options);
  out["valid"] = version ? Json(version->to_string()) : Json();
  out["build"] = version ? Json(version->build()) : Json();
  Json prerelease = Json::array();
  if (version)
    for (const auto& id : version->prerelease()) prerelease.push_back(id.numeric ? Json(id.number) : Json(id.text));
  out["prerelease"] = prerelease;
  out["clean"] = text_or_null(clean(text, options));
  const bool both = version && version2;
  out["compare"] = both ? Json(sign(*version <=> *version2)) : kThrow;
  out["compareBuild"] = both ? Json(sign(compare_build(*version, *version2))) : kThrow;
  out["inc"] = Json();
  if (version) {
    const IncrementOptions increments{question["preid"], question["base"], options.loose};
    const auto next = increment(*version, question["release"].get_ref<const std::string&>(), increments);
    if (next) out["inc"] = next->to_string();
  }
  for (const bool rtl : {false, true})
    out[rtl ? "coerceRtl" : "coerce"] = text_or_null(
        coerce(text, {.rtl = rtl, .include_prerelease = options.include_prerelease, .loose = options.loose}));
}

/// The valid ones of the list, each with its place in it.
struct List {
  std::vector<Version> versions;
  std::vector<std::string> texts;
  explicit List(const Json& list, SemverOptions options) {
    for (const auto& text : list)
      if (auto version = Version::parse(text.get_ref<const std::string&>(), options)) {
        versions.push_back(*std::move(version));
        texts.push_back(text);
      }
  }
  [[nodiscard]] Json text_of(const Version* version) const {
    return version == nullptr ? Json() : Json(texts[static_cast<std::size_t>(version - versions.data())]);
  }
};

void answer_ranges(const Json& question, SemverOptions options, Json& out) {
  const auto& text = question["r"].get_ref<const std::string&>();
  const auto range = Range::parse(text, options);
  const auto range2 = Range::parse(question["r2"].get_ref<const std::string&>(), options);
  const auto version = Version::parse(question["v"].get_ref<const std::string&>(), options);
  const List list(question["list"], options);

  out["satisfies"] = satisfies(question["v"].get_ref<const std::string&>(), text, options);
  out["range"] = range ? Json(range->to_string()) : Json();
  out["raw"] = range ? Json(range->raw()) : Json();
  out["max"] = range ? list.text_of(max_satisfying(list.versions, *range)) : Json();
  out["min"] = range ? list.text_of(min_satisfying(list.versions, *range)) : Json();
  const auto lowest = range ? min_version(*range) : hoist::fail("EINVALIDRANGE", "");
  out["minVersion"] = lowest ? text_or_null(*lowest) : kThrow;
  out["simplify"] = range ? Json(simplify_range(list.versions, *range)) : kThrow;
  const bool outside = range && version;
  out["gtr"] = outside ? Json(greater_than_range(*version, *range)) : kThrow;
  out["ltr"] = outside ? Json(less_than_range(*version, *range)) : kThrow;
  const bool both = range && range2;
  out["intersects"] = both ? Json(intersects(*range, *range2)) : kThrow;
  out["subset"] = both ? Json(is_subset(*range, *range2)) : kThrow;
}

Json answer_pair(const Json& question) {
  Json out = Json::array();
  for (const int mode : {0, 1, 2, 3}) {
    const SemverOptions options{.loose = (mode & 1) != 0, .include_prerelease = (mode & 2) != 0};
    Json answers;
    answer_versions(question, options, answers);
    answer_ranges(question, options, answers);
    out.push_back(std::move(answers));
  }
  const auto a = Version::parse(question["v"].get_ref<const std::string&>());
  const auto b = Version::parse(question["v2"].get_ref<const std::string&>());
  out.push_back(a && b ? text_or_null(diff(*a, *b)) : kThrow);
  return out;
}

Json answer(const Json& question) {
  const auto& op = question["op"].get_ref<const std::string&>();
  if (op == "cli") {
    std::string out, err;
    const auto args = question["args"].get<std::vector<std::string>>();
    const int code = hoist::cli::run_semver(args, out, err);
    return Json::array({code, out, err});
  }
  if (op == "collate")
    return hoist::locale_compare(question["a"].get_ref<const std::string&>(),
                                 question["b"].get_ref<const std::string&>());
  return answer_pair(question);
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(Json::parse(line)).dump() << '\n';
}
