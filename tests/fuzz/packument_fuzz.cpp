/// A packument that was read gives every manifest it lists without surprises: safe names, safe bins, stable addresses.

#include <cstdlib>

#include "hoist/package/package_name.hpp"
#include "hoist/package/packument.hpp"

namespace {

using namespace hoist::package;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Manifest& manifest) {
  require(manifest.name.empty() || PackageName::parse(manifest.name).has_value());
  for (const auto& [name, target] : manifest.bin) {
    require(!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
            name.find('\\') == std::string::npos);
    require(!target.empty() && !target.starts_with('/') && ("/" + target + "/").find("/../") == std::string::npos);
  }
  for (const auto& entry : manifest.optional_dependencies) require(find(manifest.dependencies, entry.first) == nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto packument = Packument::parse(text, "");
  if (!packument) {
    require(packument.error().code == "EJSONPARSE");
    return 0;
  }
  for (const auto& entry : (*packument)->versions()) {
    const Manifest* manifest = (*packument)->manifest(entry.key);
    require(manifest == (*packument)->manifest(entry.key));
    if (manifest != nullptr) check(*manifest);
    static_cast<void>((*packument)->published(entry.key));
  }
  // The tree of the whole document agrees about what is there.
  if (const auto document = (*packument)->document()) {
    require(document->is_object());
    const hoist::Json* versions = hoist::find_member(*document, "versions");
    const std::size_t count = versions != nullptr && versions->is_object() ? versions->size() : 0;
    require((*packument)->versions().size() == count);
  }
  return 0;
}
