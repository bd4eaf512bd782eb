// Any publish body: the scanner gives the same document and the same content however it is cut into pieces, what it
// leaves holds no streamed content, and what the parser accepts of it is checked without a crash.
#include <cstdlib>

#include "hoist/base/text.hpp"
#include "hosted/metadata_patch.hpp"
#include "publish/publish_document.hpp"
#include "publish/publish_scanner.hpp"

namespace {

using namespace hoist;
using namespace hoist::registry;

void require(bool holds) {
  if (!holds) std::abort();
}

class Collector final : public AttachmentSink {
 public:
  Result<void> begin() override {
    contents.emplace_back();
    return {};
  }
  Result<void> data(std::string_view bytes) override {
    contents.back() += bytes;
    return {};
  }
  std::vector<std::string> contents;
};

struct Scanned {
  bool good = false;
  std::string document;
  std::vector<std::string> contents;
  bool operator==(const Scanned&) const = default;
};

Scanned scan(std::string_view text, std::size_t piece) {
  Collector collector;
  PublishScanner scanner(collector, 1U << 20U);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!scanner.feed(text.substr(at, piece))) return {};
  }
  return {true, scanner.take_document(), collector.contents};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Scanned whole = scan(text, std::max<std::size_t>(size, 1));
  require(scan(text, 1) == whole);
  require(scan(text, 7) == whole);
  if (!whole.good) return 0;
  const auto document = parse_json(whole.document, "document");
  if (!document || !document->is_object()) return 0;
  const auto published = read_publish_document(*document, "left", true);
  if (published) {
    require(published->package == "left");
    require(check_tag("latest").has_value());
    for (const auto& [tag, version] : published->tags)
      require(version == published->version && check_tag(tag).has_value());
  }
  PackageSnapshot stored;
  stored.package.name = "left";
  stored.versions.push_back({.version = "1.0.0", .manifest = R"({"name":"left","version":"1.0.0"})"});
  stored.tags.emplace("latest", "1.0.0");
  const auto patch = read_metadata_patch(*document, stored, {.may_tag = true, .user = "alice"});
  if (patch) require(patch->remove_versions.empty());
  (void)read_unpublish_patch(*document, stored);
  return 0;
}
