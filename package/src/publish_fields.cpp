#include "publish_fields.hpp"

#include <algorithm>

#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"
#include "hoist/package/package_spec.hpp"
#include "js_text.hpp"

namespace hoist::package {
namespace {

bool is_email(std::string_view text) {
  const auto at = text.find('@'), dot = text.rfind('.');
  return at != std::string_view::npos && dot != std::string_view::npos && at < dot;
}

bool is_url(const std::string& text) { return WhatwgUrl::parse(text).has_value(); }

std::string text_of(const Json& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? *text : std::string();
}

std::optional<HostedGit> hosted_repository(const Json& document) {
  const Json* repository = find_member(document, "repository");
  const auto* url = repository != nullptr ? find_string(*repository, "url") : nullptr;
  return url != nullptr ? parse_hosted_git(*url) : std::nullopt;
}

std::string docs_url(const HostedGit& git) {
  if (git.type == "gist") {
    const auto committish = git.committish.empty() ? std::string() : '/' + git.committish;
    return fmt::format("https://{}/{}{}", git.domain, git.project, committish);
  }
  const char* tree = git.type == "bitbucket" ? "/src/" : "/tree/";
  const auto committish = git.committish.empty() ? std::string() : tree + percent_encode_component(git.committish);
  return fmt::format("https://{}/{}/{}{}#readme", git.domain, git.user, git.project, committish);
}

std::string bugs_url(const HostedGit& git) {
  if (git.type == "sourcehut") return {};
  if (git.type == "gist") return fmt::format("https://{}/{}", git.domain, git.project);
  return fmt::format("https://{}/{}/{}/issues", git.domain, git.user, git.project);
}

/// The first paragraph that is no heading.
std::string description_of(std::string_view readme) {
  const auto lines = split(js::trim(readme), '\n');
  std::size_t start = 0;
  while (start < lines.size() && (js::trim(lines[start]).empty() || js::trim(lines[start]).starts_with('#'))) ++start;
  std::size_t end = start + 1;
  while (end < lines.size() && !js::trim(lines[end]).empty()) ++end;
  std::vector<std::string> kept;
  for (std::size_t i = start; i < std::min(end, lines.size()); ++i) kept.emplace_back(lines[i]);
  return std::string(js::trim(join(kept, " ")));
}

constexpr std::string_view kNoReadme = "ERROR: No README data found!";

void normalize_description(Json& document) {
  const Json* field = find_member(document, "description");
  if (is_truthy_json(field) && !field->is_string()) document.erase("description");
  const auto readme = text_of(document, "readme");
  if (!readme.empty() && readme != kNoReadme && !is_truthy_json(find_member(document, "description")))
    document["description"] = description_of(readme);
}

void keep_texts(Json& document, const char* key) {
  const Json* field = find_member(document, key);
  if (!is_truthy_json(field)) return;
  if (!field->is_array()) {
    document.erase(key);
    return;
  }
  Json kept = Json::array();
  for (const auto& item : *field)
    if (item.is_string() && !item.get_ref<const std::string&>().empty()) kept.push_back(item);
  document[key] = std::move(kept);
}

Json bugs_from_object(const Json& field) {
  auto url = text_of(field, "url");
  for (const char* alias : {"web", "name"})
    if (const auto other = text_of(field, alias); !other.empty()) url = other;
  const auto email = text_of(field, "email");
  Json bugs = Json::object();
  if (!url.empty() && is_url(url)) bugs["url"] = url;
  if (is_email(email)) bugs["email"] = email;
  return bugs;
}

void normalize_bugs(Json& document) {
  const Json* field = find_member(document, "bugs");
  if (!is_truthy_json(field)) {
    if (const auto git = hosted_repository(document))
      if (const auto url = bugs_url(*git); !url.empty()) document["bugs"] = {{"url", url}};
    return;
  }
  Json bugs = Json::object();
  if (field->is_string()) {
    const auto text = field->get<std::string>();
    if (is_email(text))
      bugs["email"] = text;
    else if (is_url(text))
      bugs["url"] = text;
  } else {
    bugs = bugs_from_object(*field);
  }
  if (bugs.empty())
    document.erase("bugs");
  else
    document["bugs"] = std::move(bugs);
}

void normalize_homepage(Json& document) {
  const Json* field = find_member(document, "homepage");
  if (!is_truthy_json(field)) {
    if (const auto git = hosted_repository(document)) document["homepage"] = docs_url(*git);
    return;
  }
  if (!field->is_string())
    document.erase("homepage");
  else if (const auto text = field->get<std::string>(); !is_url(text))
    document["homepage"] = "http://" + text;
}

void normalize_bundled(Json& document) {
  keep_texts(document, "bundleDependencies");
  const Json* list = find_member(document, "bundleDependencies");
  if (list == nullptr || !list->is_array()) return;
  for (const auto& name : Json(*list)) {
    auto& dependencies = document["dependencies"];
    if (!dependencies.is_object()) dependencies = Json::object();
    if (!dependencies.contains(name.get<std::string>())) dependencies[name.get<std::string>()] = "*";
  }
}

/// What stands between two characters, neither of them in it.
std::string between(std::string_view text, char open, char close) {
  for (auto at = text.find(open); at != std::string_view::npos; at = text.find(open, at + 1)) {
    const char stops[] = {open, close, '\0'};
    const auto end = text.find_first_of(stops, at + 1);
    if (end != std::string_view::npos && text[end] == close && end > at + 1)
      return std::string(text.substr(at + 1, end - at - 1));
  }
  return {};
}

/// `Name <mail> (url)` in parts, from a text or an object.
Json person(const Json& value) {
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else {
    auto url = text_of(value, "url"), email = text_of(value, "email");
    if (url.empty()) url = text_of(value, "web");
    if (email.empty()) email = text_of(value, "mail");
    text = text_of(value, "name");
    if (!email.empty()) text += " <" + email + '>';
    if (!url.empty()) text += " (" + url + ')';
  }
  Json parts = Json::object();
  const auto name = js::trim(std::string_view(text).substr(0, text.find_first_of("(<")));
  if (!name.empty()) parts["name"] = name;
  if (const auto email = between(text, '<', '>'); !email.empty()) parts["email"] = email;
  if (const auto url = between(text, '(', ')'); !url.empty()) parts["url"] = url;
  return parts;
}

/// The name and range of `name@range`, `name 1.x`, `name>=1`.
std::pair<std::string, std::string> split_dependency(std::string_view text) {
  text = js::trim(text);
  const auto end = std::min(text.find_first_of("@ \t\n\r><="), text.size());
  auto range = text.substr(end);
  if (range.starts_with('@')) range.remove_prefix(1);
  return {std::string(text.substr(0, end)), std::string(js::trim(range))};
}

Json dependency_map(const Json& field) {
  std::vector<std::string> items;
  if (field.is_string()) {
    std::string word;
    for (const char c : field.get<std::string>() + ' ') {
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ',')
        word += c;
      else if (!word.empty())
        items.push_back(std::exchange(word, {}));
    }
  } else {
    for (const auto& item : field)
      if (item.is_string()) items.push_back(item.get<std::string>());
  }
  Json map = Json::object();
  for (const auto& item : items) {
    auto [name, range] = split_dependency(item);
    map[name] = range;
  }
  return map;
}

}  // namespace

bool is_truthy_json(const Json* value) {
  if (value == nullptr || value->is_null() || *value == Json(false) || *value == Json("")) return false;
  return !(value->is_number() && value->get<double>() == 0);
}

void normalize_descriptive_fields(Json& document) {
  normalize_description(document);
  if (is_truthy_json(find_member(document, "modules"))) document.erase("modules");
  keep_texts(document, "files");
  if (const auto* man = find_string(document, "man"); man != nullptr && !man->empty())
    document["man"] = Json::array({*man});
  normalize_bugs(document);
  if (const auto* words = find_string(document, "keywords"); words != nullptr) {
    Json list = Json::array();
    std::string_view rest = *words;
    for (;;) {
      auto comma = rest.find(',');
      while (comma != std::string_view::npos && rest.find_first_of(" \t\r\n", comma) != comma + 1)
        comma = rest.find(',', comma + 1);
      list.push_back(std::string(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n", comma + 1), rest.size()));
    }
    document["keywords"] = std::move(list);
  }
  keep_texts(document, "keywords");
  normalize_bundled(document);
  normalize_homepage(document);
  if (!is_truthy_json(find_member(document, "readme"))) document["readme"] = kNoReadme;
  if (const Json* author = find_member(document, "author"); is_truthy_json(author))
    document["author"] = person(*author);
  for (const char* key : {"maintainers", "contributors"}) {
    const Json* list = find_member(document, key);
    if (list == nullptr || !list->is_array()) continue;
    Json people = Json::array();
    for (const auto& one : *list) people.push_back(person(one));
    document[key] = std::move(people);
  }
}

void normalize_repository(Json& document, std::vector<std::string>& changes) {
  if (const Json* list = find_member(document, "repositories"); list != nullptr && list->is_array() && !list->empty()) {
    changes.emplace_back("\"repository\" was set to the first entry in \"repositories\"");
    document["repository"] = Json(list->front());
  }
  const Json* field = find_member(document, "repository");
  if (!is_truthy_json(field)) return;
  if (field->is_string()) {
    changes.emplace_back("\"repository\" was changed from a string to an object");
    document["repository"] = {{"type", "git"}, {"url", field->get<std::string>()}};
  }
  const auto git = hosted_repository(document);
  if (!git) return;
  auto url = git->default_representation == "shortcut" ? git->https_url() : git->to_string();
  auto& known = document["repository"]["url"];
  if (known == Json(url)) return;
  changes.push_back(fmt::format("\"repository.url\" was normalized to \"{}\"", url));
  known = std::move(url);
}

void normalize_dependency_fields(Json& document, std::vector<std::string>& changes) {
  for (const char* key : {"dependencies", "devDependencies", "optionalDependencies"}) {
    const Json* field = find_member(document, key);
    if (!is_truthy_json(field) || (!field->is_string() && !field->is_array())) continue;
    changes.push_back(
        fmt::format("\"{}\" was converted from a {} into an object", key, field->is_string() ? "string" : "array"));
    document[key] = dependency_map(*field);
  }
  for (const char* key : {"dependencies", "devDependencies"}) {
    if (!document.contains(key)) continue;
    if (!document[key].is_object()) {
      changes.push_back(fmt::format("Removed invalid \"{}\"", key));
      document.erase(key);
      continue;
    }
    Json kept = Json::object();
    for (const auto& [name, range] : document[key].items()) {
      if (!range.is_string()) {
        changes.push_back(fmt::format("Removed invalid \"{}.{}\"", key, name));
        continue;
      }
      const auto text = range.get<std::string>();
      const auto git = parse_hosted_git(text);
      const auto normal = git ? git->to_string() : text;
      if (normal != text) changes.push_back(fmt::format("Normalized git reference to \"{}.{}\"", key, name));
      kept[name] = normal;
    }
    document[key] = std::move(kept);
  }
}

}  // namespace hoist::package
