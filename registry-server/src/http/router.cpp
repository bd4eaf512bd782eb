#include "hoist/registry/router.hpp"

#include "handlers/handlers.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/registry/route.hpp"

namespace hoist::registry {
namespace {

/// Equal without telling by the time taken how much of a guess was right.
bool is_same_secret(std::string_view a, std::string_view b) {
  return hash(HashAlgorithm::kSha256, a) == hash(HashAlgorithm::kSha256, b);
}

Response response_for(const Error& error) {
  const int status = error.code == "E400" ? 400 : error.code == "E414" ? 414 : 404;
  return error_response(status, error.message);
}

}  // namespace

Router::Router(const PackageCatalog& catalog, AccessOptions access) : catalog_(catalog), access_(std::move(access)) {}

bool Router::is_authorized(const Request& request) const {
  if (access_.required_token.empty()) return true;
  constexpr std::string_view scheme = "Bearer ";
  return request.authorization.starts_with(scheme) &&
         is_same_secret(request.authorization.substr(scheme.size()), access_.required_token);
}

Response Router::handle(const Request& request) const {
  if (!is_authorized(request)) {
    Response response = error_response(401, "authentication required");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = error_response(405, fmt::format("method not allowed: {}", request.method));
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  const Result<Route> route = parse_route(request.target);
  if (!route) return response_for(route.error());
  if (route->kind == RouteKind::kPing) return handle_ping();

  const PackageEntry* package = catalog_.find(route->package);
  if (package == nullptr) return error_response(404, fmt::format("package not found: {}", route->package));
  switch (route->kind) {
    case RouteKind::kPackument:
      return handle_packument(request, *route, *package);
    case RouteKind::kManifest:
      return handle_manifest(request, *route, *package);
    case RouteKind::kTarball:
      return handle_tarball(request, *route, *package);
    case RouteKind::kDistTags:
      return handle_dist_tags(request, *package);
    case RouteKind::kPing:
      break;
  }
  return error_response(404, "not found");
}

}  // namespace hoist::registry
