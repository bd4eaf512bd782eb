#pragma once
/// The process environment as a value: read once, passed on, replaced in tests.

#include <map>
#include <string>
#include <string_view>

namespace hoist::cli {

class Environment {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;
  Environment() = default;
  explicit Environment(Map values) : values_(std::move(values)) {}
  /// From the C `environ` array; entries without `=` are skipped.
  static Environment from(const char* const* environ_block);

  /// nullptr when the variable does not exist.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// The value, or an empty text.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  void set(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  [[nodiscard]] const Map& values() const noexcept { return values_; }

 private:
  Map values_;
};

/// Replaces `${NAME}`, `${NAME?}` (nothing when unset) and `${NAME-text}` / `${NAME:-text}` (text when unset). An unset
/// `${NAME}` stays as it is; a backslash in front keeps the braces literal. Rules of @npmcli/config's env-replace, plus
/// the forms with a default.
[[nodiscard]] std::string expand_variables(std::string_view text, const Environment& environment);

/// Continuous integration, as ci-info tells it: the service's name in lower case with dashes, "" when unknown.
struct CiStatus {
  bool active = false;
  std::string name;
};
[[nodiscard]] CiStatus detect_ci(const Environment& environment);

}  // namespace hoist::cli
