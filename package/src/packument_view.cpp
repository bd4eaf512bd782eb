#include "packument_view.hpp"

#include <simdjson.h>

#include "hoist/base/json.hpp"
#include "json_outline.hpp"
#include "manifest_reader.hpp"

namespace hoist::package {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

Json to_json(const element& value) {
  switch (value.type()) {
    case element_type::OBJECT: {
      Json out = Json::object();
      for (const auto& [key, member] : simdjson::dom::object(value)) out[std::string(key)] = to_json(member);
      return out;
    }
    case element_type::ARRAY: {
      Json out = Json::array();
      for (const element item : simdjson::dom::array(value)) out.push_back(to_json(item));
      return out;
    }
    case element_type::STRING:
      return std::string(std::string_view(value));
    case element_type::INT64:
      return std::int64_t(value);
    case element_type::UINT64:
      return std::uint64_t(value);
    case element_type::DOUBLE:
      return double(value);
    case element_type::BOOL:
      return bool(value);
    case element_type::NULL_VALUE:
      break;
  }
  return nullptr;
}

/// The view of simdjson's tree. Types are checked before values are taken, so nothing throws.
class DomView {
 public:
  explicit DomView(element value) : value_(value) {}
  [[nodiscard]] bool is_object() const { return value_.is_object(); }
  [[nodiscard]] bool is_array() const { return value_.is_array(); }
  [[nodiscard]] bool is_null() const { return value_.is_null(); }
  [[nodiscard]] std::optional<std::string_view> text() const {
    std::string_view text;
    return value_.get(text) == simdjson::SUCCESS ? std::optional(text) : std::nullopt;
  }
  [[nodiscard]] std::optional<bool> boolean() const {
    bool boolean = false;
    return value_.get(boolean) == simdjson::SUCCESS ? std::optional(boolean) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> number() const {
    double number = 0;
    return value_.get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
  }
  [[nodiscard]] Json json() const { return to_json(value_); }
  template <class F>
  void for_each_member(F visit) const {
    for (const auto& [key, member] : simdjson::dom::object(value_)) visit(key, DomView(member));
  }
  template <class F>
  void for_each_element(F visit) const {
    for (const element item : simdjson::dom::array(value_)) visit(DomView(item));
  }

 private:
  element value_;
};

/// simdjson parses up to the depth that the rest of hoist can follow.
std::optional<element> parse(simdjson::dom::parser& parser, std::string_view text) {
  if (parser.allocate(text.size(), kMaxJsonDepth) != simdjson::SUCCESS) return std::nullopt;
  element root;
  if (parser.parse(text.data(), text.size(), false).get(root) != simdjson::SUCCESS) return std::nullopt;
  return root;
}

}  // namespace

std::optional<std::string> json_text(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  simdjson::dom::parser parser;
  const auto root = parse(parser, text);
  if (!root) return std::nullopt;
  const auto value = DomView(*root).text();
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::optional<Manifest> read_version_manifest(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  simdjson::dom::parser parser;
  const auto root = parse(parser, text);
  if (!root) {
    // simdjson refuses integers beyond 64 bits, which JavaScript rounds: rare enough for the slow way.
    const auto document = parse_json(text, "manifest");
    if (!document) return std::nullopt;
    auto manifest = manifest_from_json(*document);
    return manifest ? std::optional(std::move(*manifest)) : std::nullopt;
  }
  return manifest_detail::Reader<DomView>().read(DomView(*root));
}

}  // namespace hoist::package
