#pragma once
/// Typed access to a YAML tree, with the place of whatever is wrong. Private: includes yaml-cpp.

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>

#include "hoist/registry/config.hpp"

namespace hoist::registry {

/// Reads fields and collects the first error and all warnings, so that the code that reads a section stays a list of
/// its keys.
class YamlReader {
 public:
  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  using Setter = std::function<void(const YAML::Node&)>;
  using Fields = std::map<std::string, Setter, std::less<>>;
  /// Calls the setter of every key of a map. A key that is not in `fields` is a warning; a section that is null is
  /// empty.
  void read_map(const YAML::Node& node, std::string_view section, const Fields& fields);
  /// Calls `each` for every entry of a map, in the file's order.
  void for_each(const YAML::Node& node, std::string_view section,
                const std::function<void(const std::string& key, const YAML::Node& value)>& each);

  [[nodiscard]] std::string text(const YAML::Node& node);
  [[nodiscard]] bool boolean(const YAML::Node& node);
  [[nodiscard]] unsigned number(const YAML::Node& node);
  [[nodiscard]] std::uint64_t size(const YAML::Node& node);
  [[nodiscard]] std::chrono::milliseconds duration(const YAML::Node& node);
  [[nodiscard]] std::chrono::seconds seconds(const YAML::Node& node);
  /// A sequence, or one text split at blanks (Verdaccio's `access: alice bob`).
  [[nodiscard]] std::vector<std::string> list(const YAML::Node& node);

  void complain(const YAML::Node& node, std::string message);
  void warn(const YAML::Node& node, std::string_view message);
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
  std::optional<Error> error_;
  std::vector<std::string> warnings_;
};

/// One section of the file each.
void read_uplinks(YamlReader& reader, const YAML::Node& node, Config& config);
void read_packages(YamlReader& reader, const YAML::Node& node, Config& config);
void read_filters(YamlReader& reader, const YAML::Node& node, FilterOptions& filters);

}  // namespace hoist::registry
