#include "upstream/filters.hpp"

#include <charconv>

#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

bool has_install_script(const Json& manifest) {
  const Json* flag = find_member(manifest, "hasInstallScript");
  if (flag != nullptr && flag->is_boolean() && flag->get<bool>()) return true;
  const Json* scripts = find_member(manifest, "scripts");
  if (scripts == nullptr || !scripts->is_object()) return false;
  return std::ranges::any_of(std::array{"preinstall", "install", "postinstall"},
                             [scripts](const char* name) { return scripts->contains(name); });
}

/// `license` as text, `{type}`, or the old list `licenses`; lower case.
std::vector<std::string> licenses_of(const Json& manifest) {
  std::vector<std::string> found;
  const auto add = [&found](const Json& value) {
    if (value.is_string()) found.push_back(to_lower(value.get<std::string>()));
    if (const std::string* type = value.is_object() ? find_string(value, "type") : nullptr) {
      found.push_back(to_lower(*type));
    }
  };
  if (const Json* license = find_member(manifest, "license")) add(*license);
  if (const Json* list = find_member(manifest, "licenses"); list != nullptr && list->is_array()) {
    for (const Json& entry : *list) add(entry);
  }
  return found;
}

/// The identifiers of an SPDX expression, without its operators.
std::vector<std::string> identifiers_of(std::string_view expression) {
  std::string plain(expression);
  std::ranges::replace_if(plain, [](char c) { return c == '(' || c == ')' || c == '/' || c == ','; }, ' ');
  std::vector<std::string> ids;
  for (const auto word : split(plain, ' ')) {
    if (!word.empty() && word != "or" && word != "and" && word != "with") ids.emplace_back(word);
  }
  return ids;
}

bool contains_license(const std::vector<std::string>& list, std::string_view id) {
  return std::ranges::any_of(list, [id](const std::string& each) { return to_lower(each) == id; });
}

int read_digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = -1;
  if (at + count > text.size()) return -1;
  const auto [stop, error] = std::from_chars(text.data() + at, text.data() + at + count, value);
  return error == std::errc() && stop == text.data() + at + count ? value : -1;
}

}  // namespace

std::optional<Time> parse_iso_time(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const std::array parts{read_digits(text, 0, 4),  read_digits(text, 5, 2),  read_digits(text, 8, 2),
                         read_digits(text, 11, 2), read_digits(text, 14, 2), read_digits(text, 17, 2)};
  if (std::ranges::any_of(parts, [](int part) { return part < 0; })) return std::nullopt;
  const auto date = year(parts[0]) / month(static_cast<unsigned>(parts[1])) / day(static_cast<unsigned>(parts[2]));
  if (!date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return std::nullopt;
  int milli = text[19] == '.' ? read_digits(text, 20, 3) : 0;
  return Time(sys_days(date)) + hours(parts[3]) + minutes(parts[4]) + seconds(parts[5]) +
         milliseconds(std::max(milli, 0));
}

std::string choose_latest(const Json& versions, std::string_view wanted) {
  if (versions.contains(wanted)) return std::string(wanted);
  const auto limit = package::Version::parse(wanted);
  // A version above the one that was latest was not meant to be it: it is taken only when nothing else is left.
  const auto rank = [&limit](const package::Version& version) {
    return std::pair(!limit || version <= *limit, !version.is_prerelease());
  };
  std::string best;
  std::optional<package::Version> highest;
  for (const auto& [text, manifest] : versions.items()) {
    const auto version = package::Version::parse(text);
    if (!version) continue;
    const bool better =
        !highest || rank(*version) > rank(*highest) || (rank(*version) == rank(*highest) && *version > *highest);
    if (!better) continue;
    highest = *version;
    best = text;
  }
  return best;
}

bool VersionFilter::Selector::matches(std::string_view name, std::string_view version) const {
  if (!matches_pattern(pattern, name)) return false;
  if (!range) return true;
  const auto parsed = package::Version::parse(version, {.loose = true});
  // A denied range that hides `2.0.0` must hide `2.0.0-beta` inside it as well.
  return parsed && range->test(*parsed);
}

Result<std::vector<VersionFilter::Selector>> VersionFilter::compile_list(const std::vector<std::string>& entries) {
  std::vector<Selector> selectors;
  for (const std::string& entry : entries) {
    const auto at = entry.find('@', 1);
    Selector selector{.pattern = entry.substr(0, at)};
    if (at != std::string::npos) {
      auto range = package::Range::parse(entry.substr(at + 1), {.include_prerelease = true});
      if (!range) return fail("ECONFIG", fmt::format("not a package and range: \"{}\"", printable(entry)));
      selector.range = *std::move(range);
    }
    selectors.push_back(std::move(selector));
  }
  return selectors;
}

Result<VersionFilter> VersionFilter::compile(const FilterOptions& options) {
  VersionFilter filter;
  filter.options_ = options;
  HOIST_TRY(filter.deny_, compile_list(options.deny));
  HOIST_TRY(filter.allow_, compile_list(options.allow));
  return filter;
}

std::string VersionFilter::license_reason(const Json& manifest) const {
  if (options_.deny_licenses.empty() && options_.allow_licenses.empty()) return {};
  const auto licenses = licenses_of(manifest);
  if (licenses.empty() && !options_.allow_licenses.empty()) return "it names no licence";
  for (const std::string& license : licenses) {
    const auto ids = identifiers_of(license);
    const bool choice = license.contains(" or ");
    const auto denied = [&](const std::string& id) {
      return contains_license(options_.deny_licenses, id) ||
             (!options_.allow_licenses.empty() && !contains_license(options_.allow_licenses, id));
    };
    // `A or B` is usable under either; everything else binds to all of its parts.
    const bool refused = choice ? std::ranges::all_of(ids, denied) : std::ranges::any_of(ids, denied);
    if (refused) return fmt::format("its licence is not allowed: {}", printable(license));
  }
  return {};
}

VersionFilter::Verdict VersionFilter::judge(std::string_view name, std::string_view version, const Json& manifest,
                                            std::optional<Time> published, Time now) const {
  const auto selects = [&](const Selector& selector) { return selector.matches(name, version); };
  if (empty() || std::ranges::any_of(allow_, selects)) return {};
  if (std::ranges::any_of(deny_, selects)) return {.reason = "it is denied by name"};
  if (options_.deny_install_scripts && has_install_script(manifest)) return {.reason = "it has install scripts"};
  if (auto reason = license_reason(manifest); !reason.empty()) return {.reason = std::move(reason)};
  const bool exempt = std::ranges::any_of(
      options_.minimum_age_exclude, [name](const std::string& pattern) { return matches_pattern(pattern, name); });
  if (options_.minimum_age.count() == 0 || exempt) return {};
  if (!published) return {.reason = "nothing tells when it was published"};
  const Time until = *published + options_.minimum_age;
  if (now >= until) return {};
  return {.reason = "it was published too recently", .until = until};
}

}  // namespace hoist::registry
