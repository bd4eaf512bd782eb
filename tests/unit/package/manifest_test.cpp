#include "hoist/package/manifest.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

Manifest manifest_of(std::string_view text) { return manifest_from_json(parse_json(text, "test").value()).value(); }

using Map = StringMap;

}  // namespace

TEST_CASE("Manifest: optional names are taken out of dependencies", "[manifest]") {
  const Manifest manifest =
      manifest_of(R"({"dependencies":{"a":"1","b":"2","c":7},"optionalDependencies":{"b":"3","a":4}})");
  CHECK(manifest.dependencies.empty());
  CHECK(manifest.optional_dependencies == Map{{"b", "3"}});
}

TEST_CASE("Manifest: bundled dependencies in every spelling", "[manifest]") {
  using List = std::vector<std::string>;
  CHECK(manifest_of(R"({"bundledDependencies":["a"]})").bundle_dependencies == List{"a"});
  CHECK(manifest_of(R"({"bundledDependencies":["a"],"bundleDependencies":["b"]})").bundle_dependencies == List{"b"});
  CHECK(manifest_of(R"({"bundleDependencies":true,"dependencies":{"a":"1","b":"1"},"optionalDependencies":{"b":"1"}})")
            .bundle_dependencies == List{"a", "b"});
  CHECK(manifest_of(R"({"bundleDependencies":{"x":"1"}})").bundle_dependencies == List{"x"});
  CHECK(manifest_of(R"({"bundleDependencies":false,"bundledDependencies":["a"]})").bundle_dependencies.empty());
  CHECK(manifest_of(R"({"bundleDependencies":null,"bundledDependencies":["a"]})").bundle_dependencies.empty());
  CHECK(manifest_of(R"({"bundleDependencies":["a",1,null]})").bundle_dependencies == List{"a"});
}

TEST_CASE("Manifest: bin becomes a map of safe names to safe paths", "[manifest]") {
  CHECK(manifest_of(R"({"name":"@s/foo","bin":"./cli.js"})").bin == Map{{"foo", "cli.js"}});
  CHECK(manifest_of(R"({"bin":"./cli.js"})").bin.empty());
  CHECK(manifest_of(R"({"bin":["a/b.js","c.js"]})").bin == Map{{"b.js", "a/b.js"}, {"c.js", "c.js"}});
  CHECK(manifest_of(R"({"bin":{"../../etc/x":"../../../y","a\\b":"c:\\d","":"x","..":"x","n":1,"z":"/"}})").bin ==
        Map{{"x", "y"}, {"b", "c/d"}});
  CHECK(manifest_of(R"({"bin":{"./foo":"a.js","foo":"b.js"}})").bin == Map{{"foo", "a.js"}});
  CHECK(manifest_of(R"({"bin":{"foo":"b.js","./foo":"a.js"}})").bin == Map{{"foo", "a.js"}});
  CHECK(manifest_of(R"({"bin":{"a\u0000b":"x","c":"d\u0000"}})").bin.empty());
  CHECK(manifest_of(R"({"directories":{"bin":"../../bin"}})").directories_bin == "bin");
  CHECK(manifest_of(R"({"directories":{"bin":"bin"},"bin":{"a":"b"}})").directories_bin.empty());
}

TEST_CASE("Manifest: install scripts are found by field and by name", "[manifest]") {
  CHECK(manifest_of(R"({"hasInstallScript":true})").has_install_script);
  CHECK(manifest_of(R"({"scripts":{"postinstall":"x"}})").has_install_script);
  CHECK_FALSE(manifest_of(R"({"scripts":{"postinstall":"","install":1,"test":"x"}})").has_install_script);
  CHECK(manifest_of(R"({"scripts":{"a":"x","b":1}})").scripts == Map{{"a", "x"}});
  CHECK(manifest_of(R"({"gypfile":false})").gypfile_disabled);
  CHECK_FALSE(manifest_of(R"({"gypfile":true})").gypfile_disabled);
}

TEST_CASE("Manifest: deprecated is text or nothing", "[manifest]") {
  CHECK(manifest_of(R"({"deprecated":"use b"})").deprecated == "use b");
  CHECK(manifest_of(R"({"deprecated":true})").deprecated == "true");
  CHECK_FALSE(manifest_of(R"({"deprecated":false})").deprecated);
  CHECK_FALSE(manifest_of(R"({"deprecated":""})").deprecated);
}

TEST_CASE("Manifest: platform lists take a single text", "[manifest]") {
  const Manifest manifest = manifest_of(R"({"os":"darwin","cpu":["x64","!arm",1],"libc":{}})");
  CHECK(manifest.os == std::vector<std::string>{"darwin"});
  CHECK(manifest.cpu == std::vector<std::string>{"x64", "!arm"});
  CHECK(manifest.libc.empty());
}

TEST_CASE("Manifest: funding, peers and overrides", "[manifest]") {
  CHECK(manifest_of(R"({"funding":"https://x.example"})").funding == Json{{"url", "https://x.example"}});
  const Manifest manifest =
      manifest_of(R"({"peerDependenciesMeta":{"a":{"optional":true},"b":{"optional":false},"c":1},"overrides":{}})");
  CHECK(manifest.is_optional_peer("a"));
  CHECK_FALSE(manifest.is_optional_peer("b"));
  CHECK_FALSE(manifest.is_optional_peer("c"));
  CHECK_FALSE(manifest.is_optional_peer("d"));
  CHECK(manifest.overrides.is_null());
  CHECK(manifest_of(R"({"overrides":["a"]})").overrides.is_null());
}

TEST_CASE("Manifest: wrong types everywhere are ignored", "[manifest]") {
  const Manifest manifest =
      manifest_of(R"({"name":1,"version":[],"dependencies":"x","devDependencies":[],"optionalDependencies":null,
    "peerDependencies":1,"peerDependenciesMeta":"x","bundleDependencies":"x","bin":1,"scripts":[],"dist":"x","directories":1,"os":1})");
  CHECK(manifest.name.empty());
  CHECK(manifest.dependencies.empty());
  CHECK(manifest.bin.empty());
  CHECK(manifest.dist.tarball.empty());
  CHECK(manifest_from_json(Json::array()).error().code == "EJSONPARSE");
}

TEST_CASE("Manifest: identity is checked on request", "[manifest]") {
  const auto code = [](std::string_view text) {
    const auto manifest = manifest_from_json(parse_json(text, "test").value(), {.require_identity = true});
    return manifest ? std::string("ok") : manifest.error().code;
  };
  CHECK(code(R"({"name":"a","version":"1.0.0"})") == "ok");
  CHECK(code(R"({"name":"../a","version":"1.0.0"})") == "EINVALIDPACKAGENAME");
  CHECK(code(R"({"version":"1.0.0"})") == "EINVALIDPACKAGENAME");
  CHECK(code(R"({"name":"a"})") == "EINVALIDVERSION");
}
