#pragma once
/// `/-/v1/search` over the packages of this registry.

#include "hosted/gate.hpp"

namespace hoist::registry {

/// What a search text asks for: words, and npm's qualifiers.
struct SearchQuery {
  std::vector<std::string> words;
  std::string author, maintainer, scope;
  std::vector<std::string> keywords, excluded_keywords;
  bool only_deprecated = false, not_unstable = false;
};
[[nodiscard]] SearchQuery parse_search(std::string_view text);

class SearchHandlers {
 public:
  SearchHandlers(PackageGate& gate, PackageStore& packages) : gate_(gate), packages_(packages) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> search(Exchange& exchange);
  Result<Json> find(const SearchQuery& query, std::size_t from, std::size_t size, const Identity& who);

  PackageGate& gate_;
  PackageStore& packages_;
};

}  // namespace hoist::registry
