// .npmrc files: any bytes parse, can be written and read again, and every value finds a type.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/config/config.hpp"
#include "cli/config/ini.hpp"
#include "cli/config/value.hpp"

using namespace hoist;
using namespace hoist::cli;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Environment environment(Environment::Map{{"HOME", "/home/x"}, {"TOKEN", "secret"}, {"EMPTY", ""}});
  const PathBase base{"/home/x", "/work"};

  const Json parsed = parse_ini(text);
  require(parsed.is_object());
  // What is written is an .npmrc again, whatever was read.
  require(parse_ini(stringify_ini(parsed)).is_object());

  for (const auto& [key, value] : parsed.items()) {
    const std::string expanded = expand_variables(key, environment);
    require(expanded.size() <= key.size() + 16 * (key.size() + 1));
    const auto* definition = find_definition(expanded);
    const auto field = parse_field(value, definition, environment, base);
    if (!field || definition == nullptr) continue;
    const auto cleaned = clean_value(*field, definition, base);
    if (!cleaned) continue;
    // A clean value is clean.
    require(clean_value(*cleaned, definition, base) == cleaned);
    if (definition->types == kBoolean && definition->values.empty()) require(cleaned->is_boolean());
    if (definition->types == kPath) require(cleaned->get_ref<const std::string&>().starts_with('/'));
  }
  (void)is_protected_key(text);
  return 0;
}
