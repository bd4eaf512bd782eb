#include "config/yaml_reader.hpp"

#include <charconv>

#include "hoist/base/text.hpp"

namespace hoist::registry {

void YamlReader::complain(const YAML::Node& node, std::string message) {
  if (error_) return;
  const YAML::Mark mark = node.Mark();
  error_ = Error{"ECONFIG", std::move(message), {}, {}, {file_, mark.line + 1, mark.column + 1}};
}

void YamlReader::warn(const YAML::Node& node, std::string_view message) {
  const YAML::Mark mark = node.Mark();
  warnings_.push_back(fmt::format("{}:{}:{}: {}", file_, mark.line + 1, mark.column + 1, message));
}

void YamlReader::for_each(const YAML::Node& node, std::string_view section,
                          const std::function<void(const std::string&, const YAML::Node&)>& each) {
  if (!node || node.IsNull()) return;
  if (!node.IsMap()) return complain(node, fmt::format("{} must be a map", section));
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return complain(entry.first, fmt::format("{} has a key that is no text", section));
    each(entry.first.Scalar(), entry.second);
  }
}

void YamlReader::read_map(const YAML::Node& node, std::string_view section, const Fields& fields) {
  for_each(node, section, [&](const std::string& key, const YAML::Node& value) {
    const auto field = fields.find(key);
    if (field == fields.end()) {
      warn(value, fmt::format("{}: \"{}\" is ignored", section, printable(key)));
    } else if (field->second) {
      field->second(value);
    }
  });
}

std::string YamlReader::text(const YAML::Node& node) {
  if (node.IsNull()) return {};
  if (!node.IsScalar()) {
    complain(node, "expected text");
    return {};
  }
  return node.Scalar();
}

bool YamlReader::boolean(const YAML::Node& node) {
  bool value = false;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value)) complain(node, "expected true or false");
  return value;
}

unsigned YamlReader::number(const YAML::Node& node) {
  const std::string digits = text(node);
  unsigned value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stop != digits.data() + digits.size()) complain(node, "expected a number");
  return value;
}

std::uint64_t YamlReader::size(const YAML::Node& node) {
  const auto value = parse_size(text(node));
  if (!value) complain(node, value.error().message);
  return value.value_or(0);
}

std::chrono::milliseconds YamlReader::duration(const YAML::Node& node) {
  const auto value = parse_duration(text(node));
  if (!value) complain(node, value.error().message);
  return value.value_or(std::chrono::milliseconds(0));
}

std::chrono::seconds YamlReader::seconds(const YAML::Node& node) {
  return std::chrono::ceil<std::chrono::seconds>(duration(node));
}

std::vector<std::string> YamlReader::list(const YAML::Node& node) {
  std::vector<std::string> entries;
  const auto add_words = [&entries](std::string_view words) {
    for (const auto word : split(words, ' ')) {
      if (!trim(word).empty()) entries.emplace_back(trim(word));
    }
  };
  if (node.IsNull()) return entries;
  if (node.IsSequence()) {
    for (const auto& entry : node) entries.push_back(text(entry));
  } else {
    add_words(text(node));
  }
  return entries;
}

}  // namespace hoist::registry
