#pragma once
/// From method and path to a handler. Private: handlers are coroutines.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>

#include "hoist/registry/access.hpp"
#include "hoist/registry/path.hpp"
#include "http/service.hpp"

namespace hoist::registry {

/// One request on its way through a handler. Lives as long as the handler runs.
struct Exchange {
  const Request& request;
  BodyReader& body;
  Identity who{};
  std::string package{};                  ///< from `{pkg}`
  std::vector<std::string> parameters{};  ///< from the other placeholders, in order
  std::string_view query{};               ///< without its `?`
};

using Handler = std::function<boost::asio::awaitable<Response>(Exchange&)>;

/// How much of a request has to be known before its handler runs.
enum class Login {
  kOptional,  ///< the handler decides
  kNone,      ///< credentials are not even looked at: health checks, login itself
};

/// A pattern is literal segments, `{pkg}` (a package name in either spelling) and `{}` (any plain segment), as in
/// `/-/package/{pkg}/dist-tags/{}`. More literal segments win over fewer.
class RouteTable {
 public:
  void add(std::string_view method, std::string_view pattern, Handler handler, Login login = Login::kOptional);

  struct Found {
    const Handler* handler = nullptr;
    Login login = Login::kOptional;
    std::string package;
    std::vector<std::string> parameters;
  };
  /// HEAD is served by GET's handler. E400 for a malformed path, E404 for an unknown one, E405 (hint: the methods that
  /// work) for a method that the path does not know, E414.
  [[nodiscard]] Result<Found> find(std::string_view method, std::string_view path) const;

 private:
  /// A pattern that begins with `{pkg}` stands in its list without that.
  struct Entry {
    std::vector<std::string> pattern;
    std::map<std::string, std::pair<Handler, Login>, std::less<>> methods;
  };
  std::vector<Entry> packages_, services_;
};

}  // namespace hoist::registry
