#include "hosted/search_handlers.hpp"

#include <charconv>

#include "hoist/base/text.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kDefaultSize = 20, kLargestSize = 250;
/// Hits that are looked at in one search, whatever `from` asks for.
constexpr std::size_t kMostHits = 2000;

std::size_t read_number(const std::string& text, std::size_t fallback, std::size_t most) {
  std::size_t value = fallback;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::min(value, most) : fallback;
}

const VersionRow* find_latest(const PackageSnapshot& package) {
  const auto tag = package.tags.find("latest");
  if (tag == package.tags.end()) return nullptr;
  const auto found = std::ranges::find(package.versions, tag->second, &VersionRow::version);
  return found == package.versions.end() ? nullptr : &*found;
}

std::set<std::string> keywords_of(const Json& manifest) {
  std::set<std::string> keywords;
  const Json* list = find_member(manifest, "keywords");
  if (list == nullptr || !list->is_array()) return keywords;
  for (const Json& item : *list) {
    if (item.is_string()) keywords.insert(to_lower(item.get<std::string>()));
  }
  return keywords;
}

std::string author_of(const Json& manifest) {
  const Json* author = find_member(manifest, "author");
  if (author == nullptr) return {};
  const std::string* name = author->is_string() ? author->get_ptr<const std::string*>() : find_string(*author, "name");
  return name == nullptr ? std::string() : *name;
}

/// What the facts in memory decide.
bool is_wanted(const SearchQuery& query, const PackageView& package) {
  if (!query.scope.empty() && !package.package.name.starts_with("@" + query.scope + "/")) return false;
  const auto is_maintainer = [&](const MaintainerRow& person) { return to_lower(person.name) == query.maintainer; };
  if (!query.maintainer.empty() && std::ranges::none_of(package.maintainers, is_maintainer)) return false;
  const auto latest = package.tags.find("latest");
  if (latest == package.tags.end()) return false;
  return !query.not_unstable || !latest->second.starts_with("0.");
}

bool needs_manifest(const SearchQuery& query) {
  return !query.author.empty() || query.only_deprecated || !query.keywords.empty() || !query.excluded_keywords.empty();
}

/// What only the manifest of `latest` decides.
bool is_wanted(const SearchQuery& query, const VersionRow& latest, const Json& manifest) {
  if (!query.author.empty() && !to_lower(author_of(manifest)).contains(query.author)) return false;
  if (query.only_deprecated && latest.deprecated.empty()) return false;
  const auto keywords = keywords_of(manifest);
  const auto has = [&](const std::string& keyword) { return keywords.contains(keyword); };
  return std::ranges::all_of(query.keywords, has) && std::ranges::none_of(query.excluded_keywords, has);
}

/// npm fails on an object without maintainers, publisher or date: they are always there.
Json describe(const PackageSnapshot& package, const VersionRow& latest, const Json& manifest, double rank) {
  const std::string& name = package.package.name;
  Json people = Json::array();
  for (const MaintainerRow& person : package.maintainers) {
    people.push_back(Json{{"username", person.name}, {"email", person.email}});
  }
  const bool scoped = name.starts_with('@');
  Json described{{"name", name},
                 {"scope", scoped ? name.substr(1, name.find('/') - 1) : "unscoped"},
                 {"version", latest.version},
                 {"date", to_iso_time(latest.published)},
                 {"links", Json::object()},
                 {"publisher", Json{{"username", latest.publisher}, {"email", latest.publisher_email}}},
                 {"maintainers", people}};
  for (const auto* member : {"description", "keywords", "author", "license"}) {
    if (const Json* value = find_member(manifest, member)) described[member] = *value;
  }
  for (const auto* member : {"homepage", "repository", "bugs"}) {
    const Json* value = find_member(manifest, member);
    if (value == nullptr) continue;
    const std::string* url = value->is_string() ? value->get_ptr<const std::string*>() : find_string(*value, "url");
    if (url != nullptr) described["links"][member] = *url;
  }
  const double score = 1.0 / (1.0 + std::max(0.0, rank + 20.0) / 20.0);
  Json object{
      {"package", described},
      {"score", Json{{"final", score}, {"detail", Json{{"quality", 1}, {"popularity", 0}, {"maintenance", 1}}}}},
      {"searchScore", score}};
  if (!latest.deprecated.empty()) object["flags"] = Json{{"deprecated", latest.deprecated}};
  return object;
}

}  // namespace

SearchQuery parse_search(std::string_view text) {
  SearchQuery query;
  for (const auto part : split(text, ' ')) {
    const std::string word = to_lower(trim(part));
    const auto colon = word.find(':');
    const std::string key = word.substr(0, colon);
    const std::string value = colon == std::string::npos ? std::string() : word.substr(colon + 1);
    if (word.empty()) continue;
    if (key == "author" && colon != std::string::npos) {
      query.author = value;
    } else if (key == "maintainer" && colon != std::string::npos) {
      query.maintainer = value;
    } else if (key == "scope" && colon != std::string::npos) {
      query.scope = value.starts_with('@') ? value.substr(1) : value;
    } else if (key == "keywords" && colon != std::string::npos) {
      for (const auto keyword : split(value, ',')) {
        if (keyword.starts_with('-')) {
          query.excluded_keywords.emplace_back(keyword.substr(1));
        } else if (!keyword.empty()) {
          query.keywords.emplace_back(keyword);
        }
      }
    } else if (word == "is:deprecated") {
      query.only_deprecated = true;
    } else if (word == "not:unstable") {
      query.not_unstable = true;
    } else {
      query.words.push_back(word);
    }
  }
  return query;
}

void SearchHandlers::add_routes(RouteTable& routes) {
  routes.add("GET", "/-/v1/search", [this](Exchange& exchange) { return search(exchange); });
}

Result<Json> SearchHandlers::find(const SearchQuery& query, std::size_t from, std::size_t size, const Identity& who) {
  HOIST_TRY(const auto hits, packages_.search(query.words, kMostHits));
  Json objects = Json::array();
  std::size_t total = 0;
  for (const SearchHit& hit : hits) {
    std::optional<View> view = gate_.views().peek(hit.package);
    if (!view) {
      HOIST_TRY(view, gate_.views().load(hit.package));
    }
    // A package that the caller may not read is not even counted.
    if (*view == nullptr || !gate_.check(who, hit.package, view->get(), Action::kRead)) continue;
    if (!is_wanted(query, **view)) continue;
    const bool is_shown = total >= from && objects.size() < size;
    if (is_shown || needs_manifest(query)) {
      HOIST_TRY(const auto package, packages_.load_package(hit.package));
      const VersionRow* latest = package ? find_latest(*package) : nullptr;
      if (latest == nullptr) continue;
      HOIST_TRY(const Json manifest, parse_json(latest->manifest, "stored manifest"));
      if (!is_wanted(query, *latest, manifest)) continue;
      if (is_shown) objects.push_back(describe(*package, *latest, manifest, hit.rank));
    }
    ++total;
  }
  return Json{{"objects", objects}, {"total", total}, {"time", to_iso_time(gate_.now())}};
}

asio::awaitable<Response> SearchHandlers::search(Exchange& exchange) {
  const SearchQuery query = parse_search(query_value(exchange.query, "text"));
  const std::size_t size = read_number(query_value(exchange.query, "size"), kDefaultSize, kLargestSize);
  const std::size_t from = read_number(query_value(exchange.query, "from"), 0, kMostHits);
  const auto found = co_await run_on(
      gate_.workers(), [this, query, from, size, who = exchange.who] { return find(query, from, size, who); });
  co_return found ? json_response(200, *found) : response_for(found.error());
}

}  // namespace hoist::registry
