#pragma once
/// Every configuration key of npm 12, with its type, default and meaning, and hoist's own `compat`.

#include <span>
#include <string>
#include <string_view>

namespace hoist::cli {

/// What a value may be. A key has any number of these, and words of its own (`Definition::values`).
enum TypeBit : unsigned {
  kString = 1U << 0U,
  kBoolean = 1U << 1U,
  kNumber = 1U << 2U,
  kPath = 1U << 3U,
  kUrl = 1U << 4U,
  kDate = 1U << 5U,
  kSemver = 1U << 6U,
  kUmask = 1U << 7U,
  kNull = 1U << 8U,
  kArray = 1U << 9U,   ///< may be given several times
  kFalse = 1U << 10U,  ///< the literal false
  kEmpty = 1U << 11U,  ///< the empty text
};

enum DefinitionBit : unsigned {
  kDeprecated = 1U << 0U,
  kNotExported = 1U << 1U,  ///< not handed to child processes as npm_config_*
  kComputed = 1U << 2U,     ///< the default depends on the environment
};

struct Definition {
  std::string_view name;
  unsigned types;
  std::string_view values;        ///< literal words, separated by `|`
  std::string_view default_json;  ///< JSON text; empty when computed
  std::string_view shorts;        ///< one-letter flags
  std::string_view hint;          ///< for usage lines; empty = `<name>` or `<number>`
  std::string_view exclusive;     ///< keys it may not be combined with, separated by spaces
  unsigned bits;
  std::string_view description;

  [[nodiscard]] bool has(TypeBit bit) const noexcept { return (types & bit) != 0; }
  [[nodiscard]] bool is(DefinitionBit bit) const noexcept { return (bits & bit) != 0; }
  /// Whether `word` is one of the literal words.
  [[nodiscard]] bool allows_word(std::string_view word) const noexcept;
};

/// Sorted by name.
[[nodiscard]] std::span<const Definition> definitions() noexcept;
/// nullptr for a key nobody knows.
[[nodiscard]] const Definition* find_definition(std::string_view name) noexcept;

/// A flag that stands for others (`-D`, `--silent`, `-ws`).
struct Shorthand {
  std::string_view name;
  std::string_view flag;   ///< with its dashes
  std::string_view value;  ///< empty = none
};
[[nodiscard]] std::span<const Shorthand> shorthands() noexcept;

/// Keys that may stand behind `//host/:`.
[[nodiscard]] bool is_credential_key(std::string_view base_key) noexcept;

/// `-D|--save-dev`, `--omit <dev|optional|peer> [--omit <dev|optional|peer> ...]`: how a usage text shows the flag.
[[nodiscard]] std::string usage_of(const Definition& definition);
/// `"hoisted", "nested", or "linked"`, `null or String (can be set multiple times)`.
[[nodiscard]] std::string describe_type(const Definition& definition);

}  // namespace hoist::cli
