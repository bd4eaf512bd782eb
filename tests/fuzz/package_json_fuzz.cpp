/// Printing a package.json and reading it again changes nothing, layout included.

#include <cstdlib>

#include "hoist/package/package_json.hpp"

namespace {

using namespace hoist::package;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto package = PackageJson::parse(text, "package.json");
  if (!package) {
    require(package.error().code == "EJSONPARSE");
    return 0;
  }
  const std::string printed = package->to_string();
  const auto again = PackageJson::parse(printed, "package.json");
  // An indentation of stranger characters, or a line break cut from a longer run, does not survive; valid JSON does.
  const bool plain = package->style().indent.find_first_not_of(" \t") == std::string::npos;
  require(again.has_value() || !plain);
  if (again && plain) require(again->document() == package->document());
  require(package->manifest().has_value());

  StringMap map{{"b", "1"}, {"a", "2"}};
  package->set_dependencies("dependencies", map);
  package->set_dependencies("optionalDependencies", {{"a", "2"}});
  const Manifest manifest = package->manifest().value();
  require(find(manifest.dependencies, "a") == nullptr && find(manifest.optional_dependencies, "a") != nullptr);
  return 0;
}
