#include "handlers/handlers.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kAbbreviatedType = "application/vnd.npm.install-v1+json";
constexpr std::string_view kJsonType = "application/json; charset=utf-8";

}  // namespace

Response handle_ping() {
  Response response;
  response.headers = {{"Content-Type", std::string(kJsonType)}, {"Cache-Control", "no-store"}};
  response.set_body(std::make_shared<const std::string>("{}"));
  return response;
}

Response handle_packument(const Request& request, const Route& route, const PackageEntry& package) {
  // A substring is what clients need: their real header lists several types with qualities.
  const bool abbreviated = !route.write && request.accept.contains(kAbbreviatedType);
  return abbreviated ? document_response(request, package.abbreviated, kAbbreviatedType, package.modified)
                     : document_response(request, package.full, kJsonType, package.modified);
}

Response handle_manifest(const Request& request, const Route& route, const PackageEntry& package) {
  const auto tag = package.tags.find(route.selector);
  const auto found = package.manifests.find(tag == package.tags.end() ? route.selector : tag->second);
  if (found == package.manifests.end()) {
    return error_response(404, fmt::format("version not found: {}", route.selector));
  }
  return document_response(request, found->second, kJsonType, package.modified);
}

Response handle_dist_tags(const Request& request, const PackageEntry& package) {
  return document_response(request, package.dist_tags, kJsonType, package.modified);
}

}  // namespace hoist::registry
