#include "hoist/registry/route.hpp"

#include "support/catch.hpp"

namespace {

using namespace hoist::registry;

struct Good {
  std::string target;
  Route route;
};

Route packument(std::string name, bool write = false) { return {RouteKind::kPackument, std::move(name), "", write}; }
Route manifest(std::string name, std::string selector) {
  return {RouteKind::kManifest, std::move(name), std::move(selector)};
}
Route tarball(std::string name, std::string file) { return {RouteKind::kTarball, std::move(name), std::move(file)}; }

}  // namespace

TEST_CASE("Route: every spelling a client uses leads to the package", "[registry]") {
  const std::vector<Good> table = {
      {"/-/ping", {RouteKind::kPing, "", ""}},
      {"/-/ping?write=true", {RouteKind::kPing, "", "", true}},
      {"/left", packument("left")},
      {"/left/", packument("left")},
      {"/left?write=true", packument("left", true)},
      {"/left?a=b&write=true", packument("left", true)},
      {"/left?write=false", packument("left")},
      {"/JSONStream", packument("JSONStream")},
      {"/@acme%2fui", packument("@acme/ui")},
      {"/@acme%2Fui", packument("@acme/ui")},
      {"/%40acme%2Fui", packument("@acme/ui")},
      {"/@acme/ui", packument("@acme/ui")},
      {"/@acme%252fui/x", packument("@acme%2fui/x")},  // decoded once, never twice
      {"/left/1.0.0", manifest("left", "1.0.0")},
      {"/left/latest", manifest("left", "latest")},
      {"/left/1.0.0-a%2Bb", manifest("left", "1.0.0-a+b")},
      {"/@acme/ui/latest", manifest("@acme/ui", "latest")},
      {"/@acme%2fui/latest", manifest("@acme/ui", "latest")},
      {"/left/-/left-1.0.0.tgz", tarball("left", "left-1.0.0.tgz")},
      {"/@acme/ui/-/ui-2.0.0.tgz", tarball("@acme/ui", "ui-2.0.0.tgz")},
      {"/@acme%2fui/-/ui-2.0.0.tgz", tarball("@acme/ui", "ui-2.0.0.tgz")},
      {"/@acme%2Fui/-/ui-2.0.0.tgz", tarball("@acme/ui", "ui-2.0.0.tgz")},
      {"/-/package/left/dist-tags", {RouteKind::kDistTags, "left", ""}},
      {"/-/package/@acme%2fui/dist-tags", {RouteKind::kDistTags, "@acme/ui", ""}},
      {"/-/package/@acme/ui/dist-tags", {RouteKind::kDistTags, "@acme/ui", ""}},
  };
  for (const auto& [target, expected] : table) {
    INFO(target);
    const auto route = parse_route(target);
    REQUIRE(route);
    CHECK(*route == expected);
    const auto again = parse_route(to_target(*route));
    REQUIRE(again);
    CHECK(*again == expected);
  }
}

TEST_CASE("Route: what is malformed is told from what is unknown", "[registry]") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "E400"},
      {"left", "E400"},
      {"http://elsewhere/left", "E400"},
      {"*", "E400"},
      {"/%", "E400"},
      {"/%2", "E400"},
      {"/%zz", "E400"},
      {"/left%00", "E400"},
      {"/left%0a", "E400"},
      {"/left\x7f", "E400"},
      {"/left#fragment", "E400"},
      {"//left", "E400"},
      {"/left//1.0.0", "E400"},
      {"/..", "E400"},
      {"/%2e%2e/left", "E400"},
      {"/left/..", "E400"},
      {"/left%2f1.0.0", "E400"},
      {"/@acme%2f..", "E400"},
      {"/@acme%2fui%2fmore", "E400"},
      {"/@%2fui", "E400"},
      {"/@acme%2f", "E400"},
      {"/@acme/ui%2fmore", "E400"},
      {"/left/-/..%2f..%2fetc%2fpasswd", "E400"},
      {"/left/-/a%5cb.tgz", "E400"},
      {"/", "E404"},
      {"/@acme", "E404"},
      {"/-", "E404"},
      {"/-/", "E404"},
      {"/-/unknown", "E404"},
      {"/-/package/left", "E404"},
      {"/-/package/left/other", "E404"},
      {"/left/1.0.0/more", "E404"},
      {"/left/-", "E404"},
      {"/left/-/a.tgz/more", "E404"},
      {"/" + std::string(kMaxTargetLength, 'a'), "E414"},
  };
  for (const auto& [target, code] : table) {
    INFO(target.substr(0, 100));
    const auto route = parse_route(target);
    REQUIRE_FALSE(route);
    CHECK(route.error().code == code);
  }
}
