#include "hoist/package/tar_writer.hpp"

#include <sys/stat.h>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/gzip.hpp"
#include "hoist/package/tar_listing.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/tree.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

std::string digest(std::string_view bytes) { return hex_encode(hash(HashAlgorithm::kSha1, bytes)); }

}  // namespace

// The digests are of archives that node-tar 7 wrote with pacote's options from the same entries.
TEST_CASE("Tar writer: bytes are node-tar's", "[tar]") {
  TarWriter tar;
  REQUIRE(tar.add_file("package/package.json", 0644, "{}\n"));
  const auto plain = tar.finish();
  CHECK(plain.size() == 2048);
  CHECK(plain.substr(100, 8) == std::string("000644 \0", 8));
  CHECK(plain.substr(108, 16) == std::string(16, '\0'));
  CHECK(plain.substr(124, 12) == std::string("0000000003 \0", 12));
  CHECK(plain.substr(136, 12) == std::string("3560116604 \0", 12));
  CHECK(digest(plain) == "9445e860b7d376b6213cc6c8406f905062fb1cfa");
}

TEST_CASE("Tar writer: a path that no header holds goes into a pax header", "[tar]") {
  TarWriter tar;
  const std::string deep = "package/" + std::string(90, 'd') + "/" + std::string(90, 'e') + "/" + std::string(120, 'f');
  REQUIRE(tar.add_file("package/é.js", 0755, "1"));
  REQUIRE(tar.add_file(deep, 0644, "2"));
  const auto bytes = tar.finish();
  CHECK(digest(bytes) == "383773a442a0a68ce83aab735a6dea1de70fd0c3");
  const auto list = list_tarball(bytes);
  REQUIRE(list);
  REQUIRE(list->size() == 2);
  CHECK((*list)[0].path == "package/é.js");
  CHECK((*list)[0].mode == 0755);
  CHECK((*list)[1].path == deep);
}

TEST_CASE("Package tar: modes are portable, bins of the top folder executable, twins are hard links", "[tar]") {
  test::TempDir folder;
  test::write_text(folder.path() / "package.json",
                   R"({"name":"x","version":"1.0.0","bin":{"x":"cli.js","y":"bin/y.js"}})");
  test::write_text(folder.path() / "cli.js", "1");
  test::write_text(folder.path() / "bin/y.js", "2");
  test::write_text(folder.path() / "secret", "3");
  chmod((folder.path() / "secret").c_str(), 0400);
  chmod((folder.path() / "cli.js").c_str(), 0666);
  chmod((folder.path() / "bin/y.js").c_str(), 0664);
  chmod((folder.path() / "package.json").c_str(), 0644);
  std::filesystem::create_hard_link(folder.path() / "cli.js", folder.path() / "twin.js");
  const auto tar = write_package_tar(folder.path(), {"secret", "cli.js", "twin.js", "bin/y.js", "package.json"});
  REQUIRE(tar);
  const auto list = list_tarball(*tar);
  REQUIRE(list);
  std::string text;
  for (const auto& entry : *list) text += fmt::format("{} {:o} {}\n", entry.path, entry.mode, entry.size);
  CHECK(text ==
        "package/secret 600 1\n"
        "package/cli.js 755 1\n"
        "package/twin.js 644 0\n"
        "package/bin/y.js 644 1\n"
        "package/package.json 644 66\n");
}

TEST_CASE("Package tar: package.json leaves without the project's patches", "[tar]") {
  test::TempDir folder;
  test::write_text(folder.path() / "package.json",
                   "{\n\t\"name\": \"x\",\n\t\"patchedDependencies\": {},\n\t\"version\": \"1.0.0\"\n}");
  const auto tar = write_package_tar(folder.path(), {"package.json"});
  REQUIRE(tar);
  CHECK(tar->find("{\n\t\"name\": \"x\",\n\t\"version\": \"1.0.0\"\n}\n") == 512);
}

TEST_CASE("Gzip: the result inflates to what went in and carries no trace of the machine", "[tar]") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  for (const auto& one : {std::string(), text}) {
    const auto packed = gzip_portable(one);
    CHECK(packed.substr(4, 4) == std::string(4, '\0'));
    CHECK(packed[9] == static_cast<char>(0xFF));
    const auto back = gunzip(packed, {.max_ratio = 10'000});
    REQUIRE(back);
    CHECK(*back == one);
  }
}

TEST_CASE("Tar listing: a size that the archive does not hold is refused", "[tar]") {
  TarWriter tar;
  REQUIRE(tar.add_file("package/a", 0644, std::string(2000, 'x')));
  const auto bytes = tar.finish();
  const auto list = list_tarball(std::string_view(bytes).substr(0, 1024));
  REQUIRE_FALSE(list);
  CHECK(list.error().code == "EBADTAR");
}
