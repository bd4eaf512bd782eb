#include "hoist/fetcher/auth.hpp"

#include "hoist/fetcher/http_client.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::fetcher;

namespace {

constexpr const char* kNpmjs = "https://registry.npmjs.org/";

std::string authorization(std::string_view url, const CredentialMap& map, std::string_view registry = kNpmjs) {
  const auto credential = find_credential(url, registry, kNpmjs, map);
  REQUIRE(credential);
  return credential->authorization;
}

}  // namespace

TEST_CASE("find_credential: walks up the path, with and without the final slash", "[auth]") {
  const CredentialMap map{{"//host/a/b/:_authToken", "deep"},
                          {"//host/a:_authToken", "shallow"},
                          {"//host/:_authToken", "root"},
                          {"//host:8080/:_authToken", "port"}};
  CHECK(authorization("https://host/a/b/pkg", map) == "Bearer deep");
  CHECK(authorization("https://host/a/b/", map) == "Bearer deep");
  CHECK(authorization("https://host/a/pkg", map) == "Bearer shallow");
  CHECK(authorization("https://host/a/bc/pkg", map) == "Bearer shallow");
  CHECK(authorization("https://host/pkg/-/pkg-1.0.0.tgz", map) == "Bearer root");
  CHECK(authorization("https://host:8080/pkg", map) == "Bearer port");
  CHECK(authorization("https://host:9999/pkg", map).empty());
  CHECK(authorization("https://host.evil/pkg", map).empty());
  CHECK(authorization("https://evil/host/pkg", map).empty());
}

TEST_CASE("find_credential: token before _auth before user name and password", "[auth]") {
  CredentialMap map{{"//h/:username", "me"}, {"//h/:_password", "c2VjcmV0"}};
  CHECK(authorization("https://h/x", map) == "Basic bWU6c2VjcmV0");
  map["//h/:_auth"] = "YTpi";
  CHECK(authorization("https://h/x", map) == "Basic YTpi");
  map["//h/:_authToken"] = "t";
  CHECK(authorization("https://h/x", map) == "Bearer t");
  CHECK(authorization("https://h/x", {{"//h/:username", "me"}}).empty());
  CHECK(authorization("https://h/x", {{"//h/:_authToken", ""}}).empty());
}

TEST_CASE("find_credential: a registry's credential goes to tarballs on its own host only", "[auth][security]") {
  const CredentialMap map{{"//host/npm/private/:_authToken", "t"}};
  const char* registry = "https://host/npm/private/";
  CHECK(authorization("https://host/artifacts/pkg.tgz", map, registry) == "Bearer t");
  CHECK(authorization("https://cdn.host/artifacts/pkg.tgz", map, registry).empty());
  CHECK(authorization("https://host:444/artifacts/pkg.tgz", map, registry).empty());
  const auto elsewhere = find_credential("https://cdn/pkg.tgz", registry, kNpmjs, map);
  REQUIRE(elsewhere);
  CHECK(elsewhere->scope_key == "//host/npm/private/");
}

TEST_CASE("find_credential: client certificates are read, missing files ignored", "[auth]") {
  const test::TempDir folder;
  test::write_text(folder / "c.pem", "CERT");
  test::write_text(folder / "k.pem", "KEY");
  CredentialMap map{{"//h/:certfile", (folder / "c.pem").string()}, {"//h/:keyfile", (folder / "k.pem").string()}};
  const auto credential = find_credential("https://h/x", kNpmjs, kNpmjs, map);
  REQUIRE(credential);
  REQUIRE(credential->certificate);
  CHECK(credential->certificate->cert == "CERT");
  CHECK(credential->certificate->key == "KEY");
  map["//h/:keyfile"] = (folder / "missing.pem").string();
  CHECK_FALSE(find_credential("https://h/x", kNpmjs, kNpmjs, map)->certificate.has_value());
}

TEST_CASE("nerf_dart: the folder of the URL without its scheme", "[auth]") {
  CHECK(nerf_dart(Url::parse("https://registry.npmjs.org").value()) == "//registry.npmjs.org/");
  CHECK(nerf_dart(Url::parse("https://host:8080/a/b/c?x#y").value()) == "//host:8080/a/b/");
}

TEST_CASE("choose_proxy: npm's order of settings and environment", "[proxy]") {
  const auto proxy = [](std::string_view url, ProxyOptions options) { return choose_proxy(url, options); };
  CHECK(proxy("https://h/", {}).empty());
  CHECK(proxy("https://h/", {.proxy = "http://p"}) == "http://p");
  CHECK(proxy("https://h/", {.proxy = "http://p", .https_proxy = "http://s"}) == "http://s");
  CHECK(proxy("http://h/", {.proxy = "http://p", .https_proxy = "http://s"}) == "http://s");
  CHECK(proxy("https://h/", {.env_https_proxy = "http://e", .env_http_proxy = "http://f"}) == "http://e");
  CHECK(proxy("https://h/", {.env_http_proxy = "http://f"}).empty());
  CHECK(proxy("http://h/", {.env_http_proxy = "http://f"}) == "http://f");
  CHECK(proxy("http://h/", {.env_proxy = "http://g"}) == "http://g");
}

TEST_CASE("choose_proxy: noproxy entries are domain suffixes by label", "[proxy]") {
  const auto exempt = [](std::string_view url, std::string no_proxy) {
    return choose_proxy(url, {.proxy = "http://p", .no_proxy = std::move(no_proxy)}).empty();
  };
  CHECK(exempt("https://a.corp.example/", "corp.example"));
  CHECK(exempt("https://a.corp.example/", ".corp.example"));
  CHECK(exempt("https://corp.example/", "x, corp.example ,y"));
  CHECK_FALSE(exempt("https://acorp.example/", "corp.example"));
  CHECK_FALSE(exempt("https://example/", "corp.example"));
  CHECK_FALSE(exempt("https://corp.example/", ""));
  CHECK(choose_proxy("http://h.x/", {.proxy = "http://p", .env_no_proxy = "x"}).empty());
}

TEST_CASE("replace_registry_host: moves what the policy names", "[registry]") {
  const char* npmjs = "https://registry.npmjs.org/foo/-/foo-1.0.0.tgz";
  const char* mine = "http://localhost:4873/";
  CHECK(replace_registry_host(npmjs, mine, "npmjs") == "http://localhost:4873/foo/-/foo-1.0.0.tgz");
  CHECK(replace_registry_host(npmjs, mine, "") == "http://localhost:4873/foo/-/foo-1.0.0.tgz");
  CHECK(replace_registry_host(npmjs, mine, "never") == npmjs);
  CHECK(replace_registry_host(npmjs, "https://host/npm/group", "npmjs") ==
        "https://host/npm/group/foo/-/foo-1.0.0.tgz");
  CHECK(replace_registry_host("https://old/npm/group/foo.tgz", "https://host/npm/group/", "old") ==
        "https://host/npm/group/foo.tgz");
  CHECK(replace_registry_host("https://old/foo.tgz", mine, "npmjs") == "https://old/foo.tgz");
  CHECK(replace_registry_host("https://old/foo.tgz", mine, "always") == "http://localhost:4873/foo.tgz");
  CHECK(replace_registry_host("https://old/a/foo.tgz", "https://host/b/", "https://old/a") == "https://host/b/foo.tgz");
  CHECK(replace_registry_host("https://old/ab/foo.tgz", "https://host/b/", "https://old/a") ==
        "https://old/ab/foo.tgz");
  CHECK(replace_registry_host("git+ssh://git@h/x", mine, "always") == "git+ssh://git@h/x");
}
