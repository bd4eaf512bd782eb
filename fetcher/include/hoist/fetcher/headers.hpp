#pragma once
/// HTTP header fields, their names compared without regard to case.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hoist::fetcher {

/// Fields in the order they were added. A name may occur more than once.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value);
  /// Replaces every field of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  void clear() noexcept { fields_.clear(); }

  /// The first value; nullptr when there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// The first value, or an empty text.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  /// All values of that name joined by ", ", as HTTP lets them be.
  [[nodiscard]] std::string joined(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }

 private:
  std::vector<Field> fields_;
};

}  // namespace hoist::fetcher
