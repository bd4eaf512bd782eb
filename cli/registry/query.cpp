#include "cli/registry/query.hpp"

#include <charconv>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

void add_dotted(std::string_view text, std::vector<std::string>& keys) {
  for (const auto key : split(text, '.')) keys.emplace_back(key);
}

std::optional<std::size_t> list_index(std::string_view key) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
  return index;
}

const Json* member_of(const Json& data, const std::string& key) {
  if (data.is_array()) {
    const auto index = list_index(key);
    return index && *index < data.size() ? &data[*index] : nullptr;
  }
  return find_member(data, key);
}

}  // namespace

Result<std::vector<std::string>> parse_query(std::string_view query) {
  std::vector<std::string> keys;
  query = trim(query);
  while (!query.empty()) {
    const auto open = query.find('[');
    const auto close = open == std::string_view::npos ? open : query.find(']', open);
    if (close == std::string_view::npos) {
      add_dotted(query, keys);
      break;
    }
    if (close == open + 1) return fail("EINVALIDSYNTAX", "Empty brackets are not valid syntax for retrieving values.");
    auto before = query.substr(0, open);
    if (!keys.empty() && before.starts_with('.')) before.remove_prefix(1);
    if (!before.empty()) add_dotted(before, keys);
    keys.emplace_back(query.substr(open + 1, close - open - 1));
    query.remove_prefix(close + 1);
    if (query.starts_with('.')) query.remove_prefix(1);
  }
  return keys;
}

Result<std::vector<std::pair<std::string, Json>>> query_json(const Json& data, const std::string& query, bool unwrap) {
  HOIST_TRY(const auto keys, parse_query(query));
  std::vector<std::pair<std::string, Json>> found;
  const Json* at = &data;
  std::string label;
  for (const auto& key : keys) {
    if (at->is_array() && !list_index(key)) {
      for (std::size_t i = 0; i < at->size(); ++i)
        if (const Json* member = find_member((*at)[i], key))
          found.emplace_back(fmt::format("{}[{}].{}", label, i, key), *member);
      return found;
    }
    at = member_of(*at, key);
    if (at == nullptr) return found;
    label += key;
  }
  if (unwrap && at->is_array() && at->size() == 1) at = &at->front();
  found.emplace_back(query, *at);
  return found;
}

}  // namespace hoist::cli
