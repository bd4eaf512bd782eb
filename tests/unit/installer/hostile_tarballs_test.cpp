#include "hoist/base/file.hpp"
#include "hoist/installer/store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::installer;
namespace fs = std::filesystem;

TEST_CASE("Hostile tarballs: each is refused with its code and leaves nothing", "[store][hostile]") {
  const test::TempDir cache;
  auto store = Store::open(cache.path());
  REQUIRE(store);
  Store::Writer writer(**store);
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(HOIST_SOURCE_DIR) / "fixtures/hostile/tarballs")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    package::Tarball tarball;
    tarball.bytes = test::read_text(entry.path());
    tarball.integrity = Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, tarball.bytes));
    const auto added = writer.add(tarball);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == name.substr(0, name.find('-')));
    CHECK(fs::is_empty((*store)->root() / "p"));
    for (const auto& session : fs::directory_iterator((*store)->root() / "tmp")) CHECK(fs::is_empty(session));
    ++seen;
  }
  CHECK(seen >= 12);
  CHECK(std::distance(fs::directory_iterator(cache.path()), fs::directory_iterator()) == 1);
}
