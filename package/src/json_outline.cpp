#include "json_outline.hpp"

#include <simdjson.h>

#include <array>
#include <bitset>

#include "hoist/base/json.hpp"

namespace hoist::package {
namespace {

static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);

using Parser = simdjson::internal::dom_parser_implementation;

std::unexpected<Error> malformed(std::string_view reason, std::size_t offset) {
  return fail("EJSONPARSE", fmt::format("not valid JSON: {} at byte {}", reason, offset));
}

bool may_start_scalar(char c) noexcept {
  return c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

/// Walks over the structural characters once, with a stack of bits for what is open.
class Walker {
 public:
  Walker(std::string_view text, const Parser& parser, const std::vector<std::string_view>& open)
      : text_(text),
        parser_(parser),
        indexes_(parser.structural_indexes.get(), parser.n_structural_indexes),
        open_(open) {
    outline_.opened.resize(open.size());
  }

  Result<JsonOutline> run() {
    if (indexes_.empty() || at(0) != '{') return fail("EJSONPARSE", "not a JSON object");
    Expect expect = Expect::kValue;
    for (i_ = 0; i_ < indexes_.size(); ++i_) {
      const char c = at(i_);
      if (depth_ == 0 && i_ > 0) return malformed("text after the document", indexes_[i_]);
      switch (expect) {
        case Expect::kFirstKeyOrEnd:
          if (c == '}') {
            expect = close();
            break;
          }
          [[fallthrough]];
        case Expect::kKey:
          if (c != '"') return malformed("a key is missing", indexes_[i_]);
          key_index_ = i_;
          expect = Expect::kColon;
          break;
        case Expect::kColon:
          if (c != ':') return malformed("a colon is missing", indexes_[i_]);
          expect = Expect::kValue;
          break;
        case Expect::kFirstValueOrEnd:
          if (c == ']') {
            expect = close();
            break;
          }
          [[fallthrough]];
        case Expect::kValue:
          if (c == '{' || c == '[') {
            if (depth_ == kMaxJsonDepth)
              return malformed(fmt::format("nested deeper than {} levels", kMaxJsonDepth), indexes_[i_]);
            expect = open_container(c == '{');
          } else if (may_start_scalar(c)) {
            begin_value();
            expect = end_value();
          } else {
            return malformed("a value is missing", indexes_[i_]);
          }
          break;
        case Expect::kCommaOrEnd:
          if (c == ',')
            expect = in_object() ? Expect::kKey : Expect::kValue;
          else if (c == (in_object() ? '}' : ']'))
            expect = close();
          else
            return malformed("a comma is missing", indexes_[i_]);
          break;
      }
    }
    if (depth_ != 0) return malformed("the document ends early", text_.size());
    if (bad_key_) return malformed("a key has a malformed escape", *bad_key_);
    return std::move(outline_);
  }

 private:
  enum class Expect { kValue, kKey, kFirstKeyOrEnd, kFirstValueOrEnd, kColon, kCommaOrEnd };

  [[nodiscard]] char at(std::size_t i) const noexcept { return text_[indexes_[i]]; }
  [[nodiscard]] bool in_object() const noexcept { return is_object_[static_cast<std::size_t>(depth_ - 1)]; }

  /// Where the member whose value ends goes; nullptr when nobody asked.
  std::vector<JsonMember>* target() noexcept {
    if (depth_ == 1) return &outline_.members;
    return depth_ == 2 && opened_ != nullptr ? opened_ : nullptr;
  }

  std::string decode(std::size_t i) {
    const std::size_t start = indexes_[i] + 1;
    std::size_t end = start;
    while (end < text_.size() && text_[end] != '"') {
      if (text_[end] == '\\') return decode_escaped(start);
      ++end;
    }
    return std::string(text_.substr(start, end - start));
  }

  std::string decode_escaped(std::size_t start) {
    std::size_t end = start;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    // Unescaping never lengthens; simdjson writes whole blocks.
    std::string out(end - start + 2 * simdjson::SIMDJSON_PADDING, '\0');
    auto* const first = reinterpret_cast<std::uint8_t*>(out.data());
    const std::uint8_t* last = parser_.parse_string(reinterpret_cast<const std::uint8_t*>(text_.data() + start), first);
    if (last == nullptr) bad_key_ = start;
    out.resize(last == nullptr ? 0 : static_cast<std::size_t>(last - first));
    return out;
  }

  void begin_value() {
    if (depth_ < 1 || depth_ > 2 || !in_object()) return;
    auto* const members = target();
    if (members == nullptr) return;
    members->push_back({decode(key_index_), {indexes_[i_], 0}});
    if (depth_ == 1) opened_ = opened_member(members->back().key);
  }

  /// Where the members of the root's member `key` go. A repeated key starts anew: the last one counts.
  std::vector<JsonMember>* opened_member(std::string_view key) noexcept {
    for (std::size_t k = 0; k < open_.size(); ++k)
      if (open_[k] == key) {
        outline_.opened[k].clear();
        return &outline_.opened[k];
      }
    return nullptr;
  }

  Expect end_value() {
    if (depth_ >= 1 && depth_ <= 2 && in_object())
      if (auto* const members = target()) finish(members->back());
    return depth_ == 0 ? Expect::kValue : Expect::kCommaOrEnd;
  }

  /// Up to the next structural character; trailing white space belongs to nobody.
  void finish(JsonMember& member) const noexcept {
    std::size_t end = i_ + 1 < indexes_.size() ? indexes_[i_ + 1] : text_.size();
    while (end > member.value.start && static_cast<unsigned char>(text_[end - 1]) <= ' ') --end;
    member.value.size = static_cast<std::uint32_t>(end - member.value.start);
  }

  Expect open_container(bool object) {
    begin_value();
    is_object_[static_cast<std::size_t>(depth_)] = object;
    ++depth_;
    return object ? Expect::kFirstKeyOrEnd : Expect::kFirstValueOrEnd;
  }

  Expect close() {
    --depth_;
    return end_value();
  }

  std::string_view text_;
  const Parser& parser_;
  std::span<const std::uint32_t> indexes_;
  const std::vector<std::string_view>& open_;
  JsonOutline outline_;
  std::vector<JsonMember>* opened_ = nullptr;
  std::bitset<kMaxJsonDepth + 1> is_object_;
  std::optional<std::size_t> bad_key_;
  int depth_ = 0;
  std::size_t i_ = 0;
  std::size_t key_index_ = 0;
};

}  // namespace

Result<JsonOutline> outline_json(std::string_view text, const std::vector<std::string_view>& open) {
  if (text.size() >= UINT32_MAX) return fail("EJSONPARSE", "the document is too large");
  std::unique_ptr<Parser> parser;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(text.size(), 1, parser) !=
      simdjson::SUCCESS)
    return fail("EJSONPARSE", "the document is too large");
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (const auto error = parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular); error != simdjson::SUCCESS)
    return fail("EJSONPARSE", fmt::format("not valid JSON: {}", simdjson::error_message(error)));
  return Walker(text, *parser, open).run();
}

}  // namespace hoist::package
