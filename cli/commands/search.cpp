#include <algorithm>
#include <regex>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? printable(*text) : std::string();
}

std::vector<std::string> keywords_of(const Json& package) {
  std::vector<std::string> words;
  const Json* field = find_member(package, "keywords");
  if (field == nullptr) return words;
  if (field->is_array()) {
    for (const auto& word : *field)
      if (word.is_string()) words.push_back(printable(word.get<std::string>()));
  } else if (field->is_string()) {
    for (const auto word : split(field->get_ref<const std::string&>(), ' ')) words.push_back(printable(word));
  }
  return words;
}

std::vector<std::string> maintainers_of(const Json& package) {
  std::vector<std::string> names;
  if (const Json* field = find_member(package, "maintainers"); field != nullptr && field->is_array())
    for (const auto& one : *field) names.push_back(text_of(one, "username"));
  return names;
}

/// `searchexclude`: words, or regular expressions between slashes.
bool is_excluded(const Json& package, const std::vector<std::string>& patterns) {
  auto words = maintainers_of(package);
  words.insert(words.begin(), text_of(package, "name"));
  for (auto& word : keywords_of(package)) words.push_back(std::move(word));
  const std::string text = to_lower(join(words, " "));
  return std::ranges::any_of(patterns, [&](std::string pattern) {
    if (!pattern.starts_with('/')) return text.find(pattern) != std::string::npos;
    pattern.erase(0, 1);
    if (pattern.ends_with('/')) pattern.pop_back();
    try {
      return std::regex_search(text, std::regex(pattern, std::regex::ECMAScript));
    } catch (const std::regex_error&) {
      return false;
    }
  });
}

class SearchPrinter {
 public:
  SearchPrinter(Session& session, const std::vector<std::string>& arguments)
      : session_(session), colors_(session.console.colors()) {
    for (const auto& argument : arguments)
      if (!argument.empty()) wanted_.push_back(to_lower(argument));
    // The longest last: colours put into the text would hide it from the shorter ones.
    std::ranges::stable_sort(wanted_, {}, &std::string::size);
  }

  std::string parseable(const Json& package) const {
    std::vector<std::string> columns{text_of(package, "name"), text_of(package, "description"), date(package),
                                     text_of(package, "version")};
    std::erase(columns, std::string());
    columns.push_back(join(keywords_of(package), ","));  // this one is there even when it is empty
    for (auto& column : columns) std::ranges::replace(column, '\t', ' ');
    return join(columns, "\t");
  }

  std::string text(const Json& package) const {
    const auto name = text_of(package, "name");
    std::string out = colors_.blue(is_wanted(name) ? colors_.cyan(name) : highlight(name)) + '\n';
    if (const auto about = highlight(text_of(package, "description")); !about.empty()) out += about + '\n';
    const Json* publisher = find_member(package, "publisher");
    const auto by = publisher != nullptr ? text_of(*publisher, "username") : std::string();
    out += fmt::format("Version {} published {} by {}\n", colors_.blue(text_of(package, "version")),
                       colors_.blue(date(package)), by.empty() ? colors_.yellow("???") : colors_.blue(by));
    out += fmt::format("Maintainers: {}\n", join(maintainers_of(package), " "));
    auto words = keywords_of(package);
    for (auto& word : words)
      if (is_wanted(word)) word = colors_.cyan(word);
    if (const auto line = join(words, " "); !line.empty()) out += fmt::format("Keywords: {}\n", line);
    return out + colors_.blue("https://npm.im/" + name) + '\n';
  }

 private:
  bool is_wanted(const std::string& word) const { return std::ranges::find(wanted_, word) != wanted_.end(); }

  static std::string date(const Json& package) {
    const auto text = text_of(package, "date");
    const auto normal = normalize_date(text);
    return normal ? normal->substr(0, 10) : "prehistoric";
  }

  std::string highlight(std::string text) const {
    if (!colors_.enabled()) return text;
    for (const auto& word : wanted_) {
      for (std::size_t at = to_lower(text).find(word); at != std::string::npos; at = to_lower(text).find(word, at)) {
        const auto lit = colors_.cyan(text.substr(at, word.size()));
        text.replace(at, word.size(), lit);
        at += lit.size();
      }
    }
    return text;
  }

  Session& session_;
  Palette colors_;
  std::vector<std::string> wanted_;
};

/// The query with libnpmsearch's weights; `searchopts` may replace them.
std::string search_path(const Config& config, const std::string& words) {
  std::map<std::string, std::string> query{
      {"quality", "0.65"}, {"popularity", "0.98"}, {"maintenance", "0.5"}, {"from", "0"}};
  const auto options = config.get_string("searchopts");
  for (const auto part : split(options, '&'))
    if (const auto equals = part.find('='); equals != std::string_view::npos) {
      std::string value;
      if (percent_decode(part.substr(equals + 1), value)) query[std::string(part.substr(0, equals))] = value;
    }
  if (const auto by = query.find("sortBy"); by != query.end()) {
    const bool optimal = by->second == "optimal";
    for (const char* kind : {"quality", "popularity", "maintenance"})
      if (!optimal) query[kind] = by->second == kind ? "1" : "0";
  }
  // As forms encode it.
  const auto text = replace_all(percent_encode_component(words), "%20", "+");
  return fmt::format("/-/v1/search?text={}&size={}&from={}&quality={}&popularity={}&maintenance={}", text,
                     display_text(config.get("searchlimit")), percent_encode_component(query["from"]),
                     percent_encode_component(query["quality"]), percent_encode_component(query["popularity"]),
                     percent_encode_component(query["maintenance"]));
}

}  // namespace

Result<int> run_search(Session& session, const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (const auto& argument : arguments)
    if (!argument.empty()) words.push_back(to_lower(argument));
  if (words.empty()) return fail("", "search must be called with arguments");
  const auto& config = session.config;
  RegistrySession registry(session);
  HOIST_TRY(const auto answer, registry.get(search_path(config, join(words, " "))));
  std::vector<std::string> exclude;
  for (const auto word : split(to_lower(config.get_string("searchexclude")), ' '))
    if (!word.empty()) exclude.emplace_back(word);
  const SearchPrinter printer(session, arguments);
  auto& console = session.console;
  Json found = Json::array();
  if (const Json* objects = find_member(answer, "objects"); objects != nullptr && objects->is_array())
    for (const auto& object : *objects)
      if (const Json* package = find_member(object, "package"); package != nullptr && !is_excluded(*package, exclude))
        found.push_back(*package);
  if (config.get_bool("json")) {
    console.buffer_json(found);
    return 0;
  }
  const bool parseable = config.get_bool("parseable");
  for (const auto& package : found) console.standard(parseable ? printer.parseable(package) : printer.text(package));
  if (found.empty() && !parseable) {
    std::vector<std::string> quoted;
    for (const auto& argument : arguments) quoted.push_back(json_text(argument));
    console.standard("No matches found for " + join(quoted, " "));
  }
  return 0;
}

}  // namespace hoist::cli
