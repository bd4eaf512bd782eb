// Guarantees 8-22 of the registry protocol: what a publish may do, and what is refused.
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hosted_fixture.hpp"
#include "support/catch.hpp"
#include "support/tar_builder.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

Answer put(HostedFixture& fixture, const std::string& name, const Json& document, const std::string& user = "alice") {
  return fixture.ask(
      {.method = "PUT", .target = "/" + replace_all(name, "/", "%2f"), .user = user, .body = document.dump()});
}

/// Changes a good document and expects that it is refused and leaves nothing.
void check_refused(const std::string& what, int status, const std::function<void(Json&)>& spoil) {
  INFO(what);
  HostedFixture fixture;
  Json document = publish_document("left", "1.0.0");
  spoil(document);
  const auto answer = put(fixture, "left", document);
  INFO(answer.body);
  CHECK(answer.status == status);
  CHECK(answer.json()["error"] == answer.json()["message"]);
  CHECK(fixture.get("/left").status == 404);
  CHECK(put(fixture, "left", publish_document("left", "1.0.0")).status == 201);  // nothing blocks a good one
}

}  // namespace

TEST_CASE("Publish: a version is visible in every form, with what the server adds", "[registry][publish]") {
  HostedFixture fixture;
  const Json scripts{
      {"scripts", {{"postinstall", "node x.js"}}}, {"dependencies", {{"a", "^1.0.0"}}}, {"odd", {1, "x"}}};
  const auto answer = put(fixture, "@acme/ui", publish_document("@acme/ui", "1.0.0", scripts));
  REQUIRE(answer.status == 201);
  CHECK(answer.json()["ok"] == true);
  CHECK(answer.json()["success"] == true);
  const Json full = fixture.get("/@acme%2fui").json();
  CHECK(full["_rev"] == answer.json()["rev"]);
  CHECK(full["dist-tags"] == Json{{"latest", "1.0.0"}});
  CHECK(full["maintainers"] == Json::array({Json{{"name", "alice"}, {"email", "alice@example.test"}}}));
  CHECK(full["readme"] == "# @acme/ui");
  CHECK(full["time"]["1.0.0"] == "2023-11-14T22:13:20.000Z");
  const Json manifest = full["versions"]["1.0.0"];
  CHECK(manifest["odd"] == Json::array({1, "x"}));
  CHECK(manifest["_nodeVersion"] == "22.0.0");
  CHECK(manifest["_npmUser"] == Json{{"name", "alice"}, {"email", "alice@example.test"}});
  CHECK(manifest["hasInstallScript"] == true);
  CHECK_FALSE(manifest.contains("readme"));
  CHECK(manifest["dist"]["tarball"] == "http://registry.test/@acme/ui/-/ui-1.0.0.tgz");
  CHECK(manifest["dist"]["fileCount"] == 2);

  const Json keys = fixture.get("/-/npm/v1/keys").json()["keys"];
  const Json signature = manifest["dist"]["signatures"][0];
  CHECK(signature["keyid"] == keys[0]["keyid"]);
  const std::string signed_text = "@acme/ui@1.0.0:" + manifest["dist"]["integrity"].get<std::string>();
  CHECK(verify_signature(keys[0]["key"].get<std::string>(), signed_text, signature["sig"].get<std::string>()));
  CHECK_FALSE(
      verify_signature(keys[0]["key"].get<std::string>(), signed_text + "x", signature["sig"].get<std::string>()));
  CHECK(fixture.get("/@acme/ui/latest").json() == manifest);
}

TEST_CASE("Publish 8: the same bytes again by the same user are a success that changes nothing",
          "[registry][publish]") {
  HostedFixture fixture;
  const Json document = publish_document("left", "1.0.0");
  REQUIRE(put(fixture, "left", document).status == 201);
  const Json before = fixture.packument("left");
  fixture.advance(std::chrono::seconds(5));
  CHECK(put(fixture, "left", document).status == 201);
  CHECK(fixture.packument("left") == before);
  const auto other = put(fixture, "left", publish_document("left", "1.0.0", {{"x", 1}}));
  CHECK(other.status == 409);
  CHECK(other.body.contains("You cannot publish over the previously published versions: 1.0.0."));
  CHECK(fixture.packument("left") == before);
}

TEST_CASE("Publish 9: what is immutable cannot be changed by sending the document back", "[registry][publish]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0", {{"scripts", {{"test", "x"}}}, {"dependencies", {{"a", "1"}}}});
  const Json before = fixture.packument("left");
  const std::vector<std::function<void(Json&)>> changes = {
      [](Json& manifest) { manifest["dist"]["integrity"] = "sha512-AAAA"; },
      [](Json& manifest) { manifest["dist"]["shasum"] = std::string(40, '0'); },
      [](Json& manifest) { manifest["dist"]["tarball"] = "http://evil.test/left/-/evil-1.0.0.tgz"; },
      [](Json& manifest) { manifest["scripts"]["install"] = "evil"; },
      [](Json& manifest) { manifest["dependencies"]["evil"] = "1"; },
      [](Json& manifest) { manifest["optionalDependencies"] = Json{{"evil", "1"}}; },
      [](Json& manifest) { manifest["bin"] = "evil.js"; },
  };
  for (const auto& change : changes) {
    Json document = before;
    change(document["versions"]["1.0.0"]);
    CHECK(put(fixture, "left", document).status == 409);
  }
  CHECK(fixture.packument("left") == before);
}

TEST_CASE("Publish 10: a document with fewer versions removes none; deprecation is all it changes",
          "[registry][publish]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  fixture.publish("left", "1.1.0");
  // npm sends the whole document with its _rev, pnpm only what it parsed.
  Json whole = fixture.packument("left");
  whole["versions"]["1.0.0"]["deprecated"] = "use 1.1.0";
  CHECK(put(fixture, "left", whole).status == 201);
  CHECK(fixture.packument("left")["versions"]["1.0.0"]["deprecated"] == "use 1.1.0");
  CHECK(put(fixture, "left", whole).status == 409);  // its _rev is stale now
  Json partial{{"name", "left"},
               {"versions", {{"1.1.0", {{"name", "left"}, {"version", "1.1.0"}, {"deprecated", "no"}}}}}};
  CHECK(put(fixture, "left", partial).status == 201);
  CHECK(fixture.packument("left")["versions"].size() == 2);
  CHECK(fixture.packument("left")["versions"]["1.1.0"]["deprecated"] == "no");
  CHECK(fixture.packument("left")["versions"]["1.0.0"]["deprecated"] == "use 1.1.0");
  partial["versions"]["1.1.0"]["deprecated"] = "";
  CHECK(put(fixture, "left", partial).status == 201);
  CHECK_FALSE(fixture.packument("left")["versions"]["1.1.0"].contains("deprecated"));
  CHECK(put(fixture, "left", partial, "bob").status == 403);
}

TEST_CASE("Publish 11-13, 15-18: a document that contradicts itself or its tarball is refused and leaves nothing",
          "[registry][publish]") {
  const auto attachment = [](Json& document) -> Json& { return *document["_attachments"].begin(); };
  check_refused("11 integrity", 400, [](Json& d) { d["versions"]["1.0.0"]["dist"]["integrity"] = "sha512-AAAA"; });
  check_refused("11 other integrity", 400, [](Json& d) {
    d["versions"]["1.0.0"]["dist"]["integrity"] =
        Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, "x")).to_string();
  });
  check_refused("11 shasum", 400, [](Json& d) { d["versions"]["1.0.0"]["dist"]["shasum"] = std::string(40, 'a'); });
  check_refused("12 length", 400, [&](Json& d) { attachment(d)["length"] = 1; });
  check_refused("12 no number", 400, [&](Json& d) { attachment(d)["length"] = "12"; });
  check_refused("13 base64", 400, [&](Json& d) { attachment(d)["data"] = "!!!!"; });
  check_refused("13 white space", 400,
                [&](Json& d) { attachment(d)["data"] = attachment(d)["data"].get<std::string>().insert(8, "\n"); });
  check_refused("13 padding", 400, [&](Json& d) {
    attachment(d)["data"] =
        "YQ=="
        "YQ==";
  });
  check_refused("13 cut", 400,
                [&](Json& d) { attachment(d)["data"] = attachment(d)["data"].get<std::string>().substr(0, 13); });
  check_refused("15 two versions", 400, [](Json& d) {
    d["versions"]["1.0.1"] = d["versions"]["1.0.0"];
    d["versions"]["1.0.1"]["version"] = "1.0.1";
  });
  check_refused("15 two tarballs", 400, [&](Json& d) { d["_attachments"]["@x/left-1.0.0.tgz"] = attachment(d); });
  check_refused("15 no data", 400, [&](Json& d) { attachment(d).erase("data"); });
  check_refused("15 no tarball", 404, [](Json& d) { d["_attachments"] = Json::object(); });
  check_refused("16 name", 400, [](Json& d) { d["name"] = "right"; });
  check_refused("16 _id", 400, [](Json& d) { d["_id"] = "right"; });
  check_refused("16 manifest", 422, [](Json& d) { d["versions"]["1.0.0"]["name"] = "right"; });
  check_refused("17 version", 422, [](Json& d) { d["versions"]["1.0.0"]["version"] = "1.0.1"; });
  check_refused("tag elsewhere", 400, [](Json& d) { d["dist-tags"] = Json{{"latest", "2.0.0"}}; });
  check_refused("tag range", 400, [](Json& d) { d["dist-tags"] = Json{{"1.x", "1.0.0"}}; });
  check_refused("access", 400, [](Json& d) { d["access"] = "secret"; });
  check_refused("no object", 400, [](Json& d) { d = Json::array(); });
  check_refused("versions", 400, [](Json& d) { d["versions"] = 5; });
  check_refused("manifest", 400, [](Json& d) { d["versions"]["1.0.0"] = 5; });
  check_refused("attachments", 404, [](Json& d) { d["_attachments"] = 5; });
  check_refused("attachment", 400, [](Json& d) { *d["_attachments"].begin() = 5; });
}

TEST_CASE("Publish 13: what is no JSON is a 400 and no more", "[registry][publish]") {
  HostedFixture fixture;
  const std::string good = publish_document("left", "1.0.0").dump();
  for (const std::string& body : {std::string(), std::string("x"), good.substr(0, good.size() / 2),
                                  good.substr(0, good.size() - 1), good + "}", std::string(2000, '['), "\xff" + good}) {
    const auto answer = fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = body});
    CHECK(answer.status == 400);
    CHECK_FALSE(answer.json()["error"].get<std::string>().empty());
  }
  CHECK(fixture.get("/left").status == 404);
  CHECK(fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = good, .content_encoding = "gzip"})
            .status == 415);
}

TEST_CASE("Publish 14: the tarball has to be the package it is published as", "[registry][publish]") {
  HostedFixture fixture;
  const auto refused = [&](std::string tarball) {
    return put(fixture, "left", publish_document("left", "1.0.0", Json::object(), std::move(tarball))).status == 422;
  };
  CHECK(refused(make_tarball("right", "1.0.0")));
  CHECK(refused(make_tarball("left", "1.0.1")));
  CHECK(refused(TarBuilder().add("package/index.js", "x").tgz()));
  CHECK(refused(TarBuilder().add("package/package.json", "{").tgz()));
  CHECK(refused(TarBuilder().add("package/package.json", "[]").tgz()));
  CHECK(refused("no tarball at all"));
  CHECK(refused(make_tarball("left", "1.0.0").substr(0, 80)));
  CHECK(fixture.get("/left").status == 404);
  // npm cleans the version it publishes, and the file keeps what its author wrote.
  CHECK(
      put(fixture, "left", publish_document("left", "1.0.0", Json::object(), make_tarball("left", "v1.0.0"))).status ==
      201);
}

TEST_CASE("Publish 18: versions that are not in their normal form are refused", "[registry][publish]") {
  for (const auto* version : {"1.0", "v1.0.0", "1.0.0 ", "01.0.0", "1.0.0+build", "latest", "", "1.0.0-01"}) {
    INFO(version);
    HostedFixture fixture;
    const auto answer = put(fixture, "left", publish_document("left", version));
    CHECK((answer.status == 422 || answer.status == 400));
    CHECK(fixture.get("/left").status == 404);
  }
}

TEST_CASE("Publish 19, 20: names that a new package may not have are refused", "[registry][publish]") {
  HostedFixture fixture;
  for (const std::string& name :
       {std::string("Left"), std::string(215, 'a'), std::string(".left"), std::string("_left"),
        std::string("node_modules"), std::string("favicon.ico"), std::string("http"), std::string("le~ft"),
        std::string("__proto__"), std::string("left right"), std::string("@Acme/ui"), std::string("@acme/.ui")}) {
    INFO(name);
    const auto answer = fixture.ask({.method = "PUT",
                                     .target = "/" + percent_encode_component(name),
                                     .user = "alice",
                                     .body = publish_document(name, "1.0.0").dump()});
    CHECK(answer.status == 400);
  }
  for (const std::string& name : {std::string("constructor"), std::string("@scope/-x"), std::string(214, 'a'),
                                  std::string("tostring"), std::string("@ember-data/-build-infra")}) {
    INFO(name);
    CHECK(put(fixture, name, publish_document(name, "1.0.0")).status == 201);
    CHECK(fixture.get("/" + name).json()["name"] == name);
  }
}

TEST_CASE("Publish 22: nothing in a path or a document becomes a path on disk", "[registry][publish]") {
  HostedFixture fixture;
  for (const std::string& key :
       {std::string("../../evil-1.0.0.tgz"), std::string("left-1.0.0.tgz/../x"), std::string("C:\\left-1.0.0.tgz"),
        std::string("left-1.0.0"), std::string("evil-1.0.0.tgz"), std::string("left-1.0.0.tgz\0x", 16)}) {
    Json document = publish_document("left", "1.0.0");
    const Json attachment = *document["_attachments"].begin();
    document["_attachments"] = Json{{key, attachment}};
    CHECK(put(fixture, "left", document).status == 400);
  }
  for (const auto* target : {"/..%2f..%2fetc", "/left/-/..%2fregistry.db", "/left/-/%2e%2e%2f%2e%2e", "/left/..%5cx",
                             "/left%00", "/%2e%2e/left", "/C:%5cleft", "/left/-/%252e%252e%252fx"}) {
    INFO(target);
    const int status = fixture.get(target).status;
    CHECK((status == 400 || status == 404));
  }
}

TEST_CASE("Publish: a body in any order of keys and any pieces gives the same version", "[registry][publish]") {
  const Json document = publish_document("left", "1.0.0");
  Json reversed = Json::object();
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.insert(keys.begin(), key);
  for (const auto& key : keys) reversed[key] = document[key];
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{1} << 20U}) {
    for (const Json& body : {document, reversed}) {
      HostedFixture fixture;
      // A slash may be escaped, and there may be white space.
      const std::string text = replace_all(body.dump(2), "/", "\\/");
      const auto answer =
          fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = text, .piece = piece});
      INFO(answer.body);
      REQUIRE(answer.status == 201);
      CHECK(fixture.get("/left/-/left-1.0.0.tgz").body == make_tarball("left", "1.0.0"));
    }
  }
}

TEST_CASE("Publish: only who may, and a package stays its owner's", "[registry][publish]") {
  HostedFixture fixture;
  const Json document = publish_document("left", "1.0.0");
  CHECK(put(fixture, "left", document, "").status == 401);
  CHECK(put(fixture, "left", document, "stranger").status == 401);
  CHECK(put(fixture, "left", document, "ro:alice").status == 403);
  CHECK(put(fixture, "left", document, "alice").status == 201);
  CHECK(put(fixture, "left", publish_document("left", "1.1.0"), "bob").status == 403);
  Json secret = publish_document("secret", "1.0.0");
  secret["access"] = "restricted";
  REQUIRE(put(fixture, "secret", secret).status == 201);
  // 31: hidden is the same as missing.
  const auto hidden = fixture.get("/secret", "bob"), missing = fixture.get("/sekret", "bob");
  CHECK(hidden.status == 404);
  CHECK(replace_all(hidden.body, "secret", "sekret") == missing.body);
  CHECK(fixture.get("/secret/-/secret-1.0.0.tgz", "bob").status == 404);
  CHECK(fixture.get("/secret", "alice").status == 200);
  CHECK(fixture.get("/secret", "alice").header("Cache-Control") == "private, no-cache");
}

TEST_CASE("Publish 52: a tarball beyond the limit is refused by what is announced and by what comes",
          "[registry][publish]") {
  HostedFixture fixture({.tarball_bytes = 2000, .document_bytes = 3000});
  const auto big =
      TarBuilder().add("package/package.json", R"({"name":"left","version":"1.0.0"})").tar() + std::string(3000, '\0');
  Json document = publish_document("left", "1.0.0", Json::object(), big);
  const auto announced = put(fixture, "left", document);
  CHECK(announced.status == 413);
  CHECK(announced.body.contains("max_tarball_bytes"));
  const auto lied =
      fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = document.dump(), .announced = 10});
  CHECK(lied.status == 413);
  document = publish_document("left", "1.0.0", {{"description", std::string(4000, 'd')}});
  const auto wordy =
      fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = document.dump(), .announced = 10});
  CHECK(wordy.status == 413);
  CHECK(put(fixture, "left", publish_document("left", "1.0.0")).status == 201);
}

TEST_CASE("Publish 53: hostile archives are refused", "[registry][publish]") {
  HostedFixture fixture;
  const std::string json = R"({"name":"left","version":"1.0.0"})";
  const auto refused = [&](const std::string& tarball) {
    return put(fixture, "left", publish_document("left", "1.0.0", Json::object(), tarball)).status == 422;
  };
  CHECK(refused(TarBuilder().add("package/package.json", json).add("package/../../evil", "x").tgz()));
  CHECK(refused(TarBuilder().add("package/package.json", json).add("/etc/passwd", "x").tgz()));
  CHECK(refused(TarBuilder().add("package/package.json", json).link("package/a", "/etc/passwd").tgz()));
  CHECK(refused(TarBuilder().add("package/package.json", json).declare("package/big", 1ULL << 40U).tgz()));
  CHECK(refused(
      TarBuilder::gzip(TarBuilder().add("package/package.json", json).tar() + std::string(64U << 20U, '\0'), 9)));
  TarBuilder many;
  many.add("package/package.json", json);
  for (int i = 0; i < 100'001; ++i) many.add("package/f", "");
  CHECK(refused(many.tgz()));
  CHECK(fixture.get("/left").status == 404);
}

TEST_CASE("Publish: an attestation about this tarball is stored and served, any other refused", "[registry][publish]") {
  HostedFixture fixture;
  const std::string tarball = make_tarball("@acme/ui", "1.0.0");
  const auto bundle = [&](const std::string& name, const std::string& digest) {
    const Json statement{{"predicateType", "https://slsa.dev/provenance/v1"},
                         {"subject", Json::array({Json{{"name", name}, {"digest", {{"sha512", digest}}}}})}};
    return Json{{"mediaType", "x"}, {"dsseEnvelope", {{"payload", base64_encode(statement.dump())}}}}.dump();
  };
  const std::string digest = hex_encode(hash(HashAlgorithm::kSha512, tarball));
  const auto publish_with = [&](const std::string& text) {
    Json document = publish_document("@acme/ui", "1.0.0", Json::object(), tarball);
    document["_attachments"]["@acme/ui-1.0.0.sigstore"] =
        Json{{"content_type", "x"}, {"data", text}, {"length", text.size()}};
    return put(fixture, "@acme/ui", document).status;
  };
  CHECK(publish_with(bundle("pkg:npm/%40acme/ui@1.0.1", digest)) == 422);
  CHECK(publish_with(bundle("pkg:npm/%40acme/ui@1.0.0", std::string(128, '0'))) == 422);
  CHECK(publish_with("{}") == 422);
  CHECK(fixture.get("/@acme/ui").status == 404);
  REQUIRE(publish_with(bundle("pkg:npm/%40acme/ui@1.0.0", digest)) == 201);
  const Json dist = fixture.get("/@acme/ui/1.0.0").json()["dist"];
  CHECK(dist["attestations"]["provenance"]["predicateType"] == "https://slsa.dev/provenance/v1");
  const std::string url = dist["attestations"]["url"];
  CHECK(url == "http://registry.test/-/npm/v1/attestations/@acme%2fui@1.0.0");
  const auto served = fixture.get(url.substr(std::string("http://registry.test").size()));
  REQUIRE(served.status == 200);
  CHECK(served.json()["attestations"][0]["bundle"]["mediaType"] == "x");
  CHECK(fixture.get("/-/npm/v1/attestations/@acme%2fui@9.0.0").status == 404);
}
