#include "hoist/package/tar_reader.hpp"

#include "support/catch.hpp"
#include "support/tar_builder.hpp"

using namespace hoist;
using namespace hoist::package;
using hoist::test::TarBuilder;

namespace {

struct Found {
  TarEntryType type;
  std::string body;
  std::uint32_t mode;
  int pieces = 0;
  bool operator==(const Found&) const = default;
};

/// Collects entries by path; the last of a repeated path counts.
class Collector final : public TarSink {
 public:
  std::map<std::string, Found> entries;
  Result<void> begin(const TarEntry& entry) override {
    path_ = entry.path;
    entries[path_] = {entry.type, "", entry.mode};
    size_ = entry.size;
    return {};
  }
  Result<void> data(std::string_view bytes) override {
    entries[path_].body += bytes;
    ++entries[path_].pieces;
    return {};
  }
  Result<void> end() override {
    REQUIRE(entries[path_].body.size() == size_);
    return {};
  }

 private:
  std::string path_;
  std::uint64_t size_ = 0;
};

Result<std::map<std::string, Found>> walk(std::string_view bytes, TarLimits limits = {}) {
  Collector sink;
  Inflater inflater;
  HOIST_CHECK(walk_tarball(bytes, sink, inflater, limits));
  return sink.entries;
}

std::string code_of(std::string_view bytes, TarLimits limits = {}) {
  const auto result = walk(bytes, limits);
  return result ? "" : result.error().code;
}

}  // namespace

TEST_CASE("Tar: files and directories lose their first segment", "[tar]") {
  const auto entries = walk(TarBuilder()
                                .directory("package/")
                                .add("package/a.js", "one")
                                .add("package/lib/b.js", "two")
                                .directory("package/empty/")
                                .tgz());
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK(entries->at("a.js").body == "one");
  CHECK(entries->at("lib/b.js").body == "two");
  CHECK(entries->at("empty").type == TarEntryType::kDirectory);
}

TEST_CASE("Tar: a first segment of any name is stripped, and a file without one is dropped", "[tar]") {
  const auto entries = walk(TarBuilder().add("./package/a", "1").add("other//x/./b", "2").add("alone", "3").tgz());
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  CHECK(entries->at("package/a").body == "1");
  CHECK(entries->at("x/b").body == "2");
}

TEST_CASE("Tar: modes are widened as pacote does and never special", "[tar]") {
  const auto entries = walk(TarBuilder()
                                .add("p/plain", "", {.mode = 0600})
                                .add("p/exec", "", {.mode = 0755})
                                .add("p/odd", "", {.mode = 0111})
                                .add("p/setuid", "", {.mode = 04777})
                                .tgz());
  REQUIRE(entries);
  CHECK(entries->at("plain").mode == 0644);
  CHECK(entries->at("exec").mode == 0755);
  CHECK(entries->at("odd").mode == 0755);
  CHECK(entries->at("setuid").mode == 0755);
}

TEST_CASE("Tar: pax and GNU records name the next entry only", "[tar]") {
  const std::string deep = "package/" + std::string(90, 'd') + "/" + std::string(90, 'e') + "/file.js";
  TarBuilder builder;
  builder.add(deep, "deep");
  builder.add("././@LongLink", "package/" + std::string(120, 'g') + std::string(1, '\0'), {.type = 'L'})
      .add("package/cut", "gnu");
  builder.pax({{"path", "package/evil"}}, 'g').add("package/plain", "plain");
  builder.pax({{"mtime", "1.5"}, {"path", "package/second"}}).add("package/first", "pax");
  const auto entries = walk(builder.tgz());
  REQUIRE(entries);
  CHECK(entries->at(deep.substr(8)).body == "deep");
  CHECK(entries->at(std::string(120, 'g')).body == "gnu");
  CHECK(entries->at("plain").body == "plain");
  CHECK(entries->at("second").body == "pax");
  CHECK(entries->size() == 4);
}

TEST_CASE("Tar: a pax size replaces the header's", "[tar]") {
  TarBuilder builder;
  builder.pax({{"size", "5"}}).declare("package/a", 0).raw("hello" + std::string(507, '\0')).add("package/b", "x");
  const auto entries = walk(builder.tgz());
  REQUIRE(entries);
  CHECK(entries->at("a").body == "hello");
  CHECK(entries->at("b").body == "x");
}

TEST_CASE("Tar: base 256 sizes are read", "[tar]") {
  std::string size(12, '\0');
  size[0] = '\x80';
  size[11] = 3;
  TarBuilder builder;
  builder.add("package/a", "abc", {.raw_size = size}).add("package/b", "x");
  const auto entries = walk(builder.tgz());
  REQUIRE(entries);
  CHECK(entries->at("a").body == "abc");
}

TEST_CASE("Tar: .gitignore becomes .npmignore unless one came before", "[tar]") {
  auto entries =
      walk(TarBuilder().add("p/.gitignore", "g").add("p/lib/.npmignore", "n").add("p/lib/.gitignore", "g").tgz());
  REQUIRE(entries);
  CHECK(entries->size() == 2);
  CHECK(entries->at(".npmignore").body == "g");
  CHECK(entries->at("lib/.npmignore").body == "n");
}

TEST_CASE("Tar: links that stay inside and FIFOs are dropped silently", "[tar]") {
  const auto entries =
      walk(TarBuilder().add("p/a/b", "x").link("p/a/c", "../d").link("p/h", "p/a/b", '1').link("p/f", "", '6').tgz());
  REQUIRE(entries);
  CHECK(entries->size() == 1);
}

TEST_CASE("Tar: hostile entries are refused with a code", "[tar][hostile]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ETARTRAVERSAL", TarBuilder().add("package/../../x", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("package/a/..", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("../package/x", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("package/a\\..\\..\\x", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().directory("package/../../x/").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("/etc/passwd", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("package/C:/x", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().pax({{"path", "package/../../x"}}).add("package/ok", "").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("././@LongLink", "/etc/cron.d/x", {.type = 'L'}).add("package/ok", "").tgz()},
      {"ETARLINK", TarBuilder().link("package/a", "../x").tgz()},
      {"ETARLINK", TarBuilder().link("package/a", "/etc/passwd").tgz()},
      {"ETARLINK", TarBuilder().link("package/a/b", "../../x").tgz()},
      {"ETARLINK", TarBuilder().link("package/a", "b/../../x").tgz()},
      {"ETARLINK", TarBuilder().link("package/a", "../../x", '1').tgz()},
      {"ETARLINK", TarBuilder().link("package/a", "/etc/passwd", '1').tgz()},
      {"ETARLINK", TarBuilder().pax({{"linkpath", "/etc/passwd"}}).link("package/a", "b").tgz()},
      {"ETARDEVICE", TarBuilder().link("package/dev", "", '3').tgz()},
      {"ETARDEVICE", TarBuilder().link("package/dev", "", '4').tgz()},
      {"ETARPATH", TarBuilder().add("package/" + std::string(256, 'n'), "").tgz()},
      {"ETARTOOLARGE", TarBuilder().declare("package/bomb", 1ULL << 33U).tgz()},
      {"ETARTOOLARGE", TarBuilder().pax({{"size", "18446744073709551615"}}).add("package/a", "").tgz()},
      {"EBADTAR", TarBuilder().add("package/a", "", {.break_checksum = true}).tgz()},
      {"EBADTAR", TarBuilder().add("package/a", "", {.raw_size = "notanumber!!"}).tgz()},
      {"EBADTAR", TarBuilder().add("package/a", "", {.raw_size = std::string(12, '\xff')}).tgz()},
      {"EBADTAR", TarBuilder().add("pax", "99999 path=x\n", {.type = 'x'}).tgz()},
      {"EBADTAR", TarBuilder().add("pax", "garbage", {.type = 'x'}).tgz()},
      {"EBADTAR", TarBuilder().pax({{"size", "-1"}}).add("package/a", "").tgz()},
      {"EBADTAR", TarBuilder().tgz()},
      {"EBADTAR", std::string("<html>not found</html>")},
      {"EBADTAR", std::string()},
      {"EBADGZIP", std::string("\x1f\x8b\x08 this is no deflate stream at all")},
      {"EBADGZIP", std::string("\x1f\x8b")},
  };
  for (const auto& [code, bytes] : cases) {
    CAPTURE(code, (&bytes - &cases[0].second) / 2);
    CHECK(code_of(bytes) == code);
  }
}

TEST_CASE("Tar: a truncated archive is refused, a missing padding is not", "[tar]") {
  const std::string tar = TarBuilder().add("package/a", "hello").tar();
  CHECK(code_of(tar.substr(0, 512 + 3)) == "EBADTAR");
  CHECK(code_of(tar.substr(0, 300)) == "EBADTAR");
  CHECK(code_of(tar.substr(0, 512 + 5)).empty());
  const std::string tgz = TarBuilder::gzip(tar);
  for (std::size_t length = 0; length < tgz.size(); ++length) CHECK_FALSE(code_of(tgz.substr(0, length)).empty());
}

TEST_CASE("Tar: limits count entries, path lengths and bytes", "[tar][hostile]") {
  TarBuilder builder;
  for (int i = 0; i < 11; ++i) builder.add("package/" + std::to_string(i), "0123456789");
  CHECK(code_of(builder.tgz(), {.max_entries = 11}).empty());
  CHECK(code_of(builder.tgz(), {.max_entries = 10}) == "ETARENTRIES");
  CHECK(code_of(builder.tgz(), {.max_total = 109}) == "ETARTOOLARGE");
  CHECK(code_of(builder.tgz(), {.max_total = 110}).empty());
  CHECK(code_of(TarBuilder().add("package/abcdef", "").tgz(), {.max_path = 5}) == "ETARPATH");
}

TEST_CASE("Tar: a million entries are refused early", "[tar][hostile]") {
  const std::string one = TarBuilder().add("package/x", "").tar().substr(0, 512);
  class Null final : public TarSink {
   public:
    std::size_t count = 0;
    Result<void> begin(const TarEntry&) override { return ++count, Result<void>{}; }
    Result<void> data(std::string_view) override { return {}; }
    Result<void> end() override { return {}; }
  } sink;
  TarWalker walker(sink);
  Result<void> result;
  for (int i = 0; i < 1'000'000 && result; ++i) result = walker.feed(one);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ETARENTRIES");
  CHECK(sink.count == TarLimits{}.max_entries);
}

TEST_CASE("Tar: the pieces in which an archive arrives make no difference", "[tar]") {
  TarBuilder builder;
  builder.add("package/package.json", "{}")
      .add("package/" + std::string(150, 'l'), std::string(1500, 'x'))
      .add("package/e", "");
  const std::string tar = builder.tar();
  const auto whole = walk(tar);
  REQUIRE(whole);
  for (const std::size_t piece : {1U, 7U, 511U, 512U, 513U, 1024U}) {
    Collector sink;
    TarWalker walker(sink);
    for (std::size_t at = 0; at < tar.size(); at += piece)
      REQUIRE(walker.feed(std::string_view(tar).substr(at, piece)));
    REQUIRE(walker.finish());
    REQUIRE(sink.entries.size() == whole->size());
    for (const auto& [path, found] : *whole) CHECK(sink.entries.at(path).body == found.body);
  }
}

TEST_CASE("Tar: a body inflated in one piece is handed on in one piece", "[tar]") {
  const auto entries = walk(TarBuilder().add("package/a", std::string(300'000, 'x')).tgz());
  REQUIRE(entries);
  CHECK(entries->at("a").pieces == 1);
}

TEST_CASE("Gzip: members are concatenated and what follows them is ignored", "[gzip]") {
  const std::string a = TarBuilder::gzip(std::string(100'000, 'a')), b = TarBuilder::gzip("bb");
  const auto both = gunzip(a + b + b + std::string(7, '\0'));
  REQUIRE(both);
  CHECK(*both == std::string(100'000, 'a') + "bbbb");
}

TEST_CASE("Gzip: a lying size trailer is an error, not a buffer", "[gzip][hostile]") {
  for (const unsigned char lie : {0x00, 0x01, 0x7f, 0xff}) {
    std::string bytes = TarBuilder::gzip(std::string(10'000, 'a'));
    bytes[bytes.size() - 1] = static_cast<char>(lie);
    bytes[bytes.size() - 2] = static_cast<char>(lie);
    const auto result = gunzip(bytes);
    if (lie == 0) {
      CHECK(result);  // that is the truth
    } else {
      REQUIRE_FALSE(result);
      CHECK(result.error().code == "EBADGZIP");
    }
  }
}

TEST_CASE("Gzip: a compressed bomb is refused by ratio and by size", "[gzip][hostile]") {
  const std::string bomb = TarBuilder::gzip(std::string(80U << 20U, '\0'), 9);
  const auto by_ratio = gunzip(bomb);
  REQUIRE_FALSE(by_ratio);
  CHECK(by_ratio.error().code == "ETARTOOLARGE");
  std::size_t seen = 0;
  Inflater inflater;
  const auto by_size =
      inflater.inflate(bomb, {.max_output = 1U << 20U, .max_ratio = 5000}, [&](std::string_view piece) -> Result<void> {
        seen += piece.size();
        return {};
      });
  REQUIRE_FALSE(by_size);
  CHECK(by_size.error().code == "ETARTOOLARGE");
  CHECK(seen <= 1U << 20U);
}

TEST_CASE("Gzip: more than the buffer holds is inflated in bounded pieces", "[gzip]") {
  std::string big;
  big.reserve(70U << 20U);
  std::uint32_t state = 1;
  while (big.size() < (70U << 20U)) {
    state = state * 1664525U + 1013904223U;
    big.append(64, static_cast<char>(state >> 24U));
  }
  const std::string bytes = TarBuilder::gzip(big);
  Inflater inflater;
  std::size_t total = 0, largest = 0;
  REQUIRE(inflater.inflate(bytes, {}, [&](std::string_view piece) -> Result<void> {
    if (std::string_view(big).substr(total, piece.size()) != piece) return fail("ETEST", "content differs");
    total += piece.size();
    largest = std::max(largest, piece.size());
    return {};
  }));
  CHECK(total == big.size());
  CHECK(largest < (1U << 20U));
}

TEST_CASE("Tarball summary: reads the manifest without touching the disk", "[tar]") {
  const std::string bytes = TarBuilder()
                                .add("package/package.json", R"({"name":"a"})")
                                .add("package/npm-shrinkwrap.json", "{}")
                                .add("package/lib/package.json", "no")
                                .tgz();
  const auto summary = inspect_tarball(bytes);
  REQUIRE(summary);
  CHECK(summary->package_json == R"({"name":"a"})");
  CHECK(summary->has_shrinkwrap);
  CHECK_FALSE(summary->has_binding_gyp);
  CHECK(summary->files == 3);
  CHECK(read_tarball_package_json(bytes).value() == R"({"name":"a"})");
  CHECK(read_tarball_package_json(TarBuilder().add("package/a", "").tgz()).error().code == "ENOPACKAGEJSON");
}
