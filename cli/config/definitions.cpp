#include "cli/config/definitions.hpp"

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr Shorthand kShorthands[] = {
    {"enjoy-by", "--before", {}},
    {"d", "--loglevel", "info"},
    {"dd", "--loglevel", "verbose"},
    {"ddd", "--loglevel", "silly"},
    {"quiet", "--loglevel", "warn"},
    {"q", "--loglevel", "warn"},
    {"s", "--loglevel", "silent"},
    {"silent", "--loglevel", "silent"},
    {"verbose", "--loglevel", "verbose"},
    {"desc", "--description", {}},
    {"help", "--usage", {}},
    {"local", "--no-global", {}},
    {"n", "--no-yes", {}},
    {"no", "--no-yes", {}},
    {"porcelain", "--parseable", {}},
    {"readonly", "--read-only", {}},
    {"reg", "--registry", {}},
    {"iwr", "--include-workspace-root", {}},
    {"ws", "--workspaces", {}},
    {"a", "--all", {}},
    {"c", "--call", {}},
    {"f", "--force", {}},
    {"g", "--global", {}},
    {"L", "--location", {}},
    {"l", "--long", {}},
    {"m", "--message", {}},
    {"p", "--parseable", {}},
    {"C", "--prefix", {}},
    {"S", "--save", {}},
    {"B", "--save-bundle", {}},
    {"D", "--save-dev", {}},
    {"E", "--save-exact", {}},
    {"O", "--save-optional", {}},
    {"P", "--save-prod", {}},
    {"?", "--usage", {}},
    {"H", "--usage", {}},
    {"h", "--usage", {}},
    {"v", "--version", {}},
    {"w", "--workspace", {}},
    {"y", "--yes", {}},
};

/// The names npm gives its types when it describes them.
std::vector<std::string> type_names(const Definition& definition) {
  std::vector<std::string> names;
  if (definition.has(kNull)) names.emplace_back("null");
  if (definition.has(kFalse)) names.emplace_back("false");
  if (definition.has(kEmpty)) names.emplace_back("\"\"");
  if (!definition.values.empty())
    for (const auto word : split(definition.values, '|')) names.push_back('"' + std::string(word) + '"');
  constexpr std::pair<TypeBit, std::string_view> kNames[] = {
      {kBoolean, "Boolean"},
      {kString, "String"},
      {kNumber, "Number"},
      {kPath, "Path"},
      {kUrl, "URL"},
      {kDate, "Date"},
      {kSemver, "SemVer string"},
      {kUmask, "Octal numeric string in range 0000..0777 (0..511)"}};
  for (const auto& [bit, name] : kNames)
    if (definition.has(bit)) names.emplace_back(name);
  return names;
}

}  // namespace

bool Definition::allows_word(std::string_view word) const noexcept {
  std::string_view rest = values;
  while (!rest.empty()) {
    const auto bar = rest.find('|');
    if (rest.substr(0, bar) == word) return true;
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  return false;
}

const Definition* find_definition(std::string_view name) noexcept {
  const auto all = definitions();
  const auto at = std::ranges::lower_bound(all, name, {}, &Definition::name);
  return at != all.end() && at->name == name ? &*at : nullptr;
}

std::span<const Shorthand> shorthands() noexcept { return kShorthands; }

bool is_credential_key(std::string_view base_key) noexcept {
  constexpr std::string_view kKeys[] = {"_auth", "_authToken", "_password", "certfile", "email", "keyfile", "username"};
  return std::ranges::find(kKeys, base_key) != std::end(kKeys);
}

std::string usage_of(const Definition& definition) {
  const std::string name(definition.name);
  const std::string short_flag = definition.shorts.empty() ? "" : fmt::format("-{}|", definition.shorts.front());
  constexpr unsigned kNoValue = kNull | kArray | kBoolean;
  const bool has_value = (definition.types & ~kNoValue) != 0 || !definition.values.empty();
  if (definition.types == kBoolean && definition.values.empty())
    return short_flag + (definition.default_json == "false" ? "--" : "--no-") + name;
  std::string flag = short_flag + "--" + name;
  if (!has_value) return flag;
  std::string hint = definition.hint.empty() ? '<' + name + '>' : std::string(definition.hint);
  constexpr unsigned kGeneric = kString | kNumber | kPath | kUrl | kDate | kSemver | kUmask | kFalse;
  if (!definition.values.empty() && (definition.types & kGeneric) == 0)
    hint = '<' + std::string(definition.values) + '>';
  if (definition.has(kBoolean)) flag = "--no-" + name + '|' + flag;
  std::string usage = flag + ' ' + hint;
  if (definition.has(kArray)) usage += " [" + usage + " ...]";
  return usage;
}

std::string describe_type(const Definition& definition) {
  const auto names = type_names(definition);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += names.size() == 2 ? " or " : i + 1 == names.size() ? ", or " : ", ";
    text += names[i];
  }
  return definition.has(kArray) ? text + " (can be set multiple times)" : text;
}

}  // namespace hoist::cli
