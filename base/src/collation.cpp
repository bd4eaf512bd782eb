#include "hoist/base/collation.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hoist {
namespace {

/// Primary weights of ASCII in root collation order: punctuation, symbols, digits, letters. 0 = ignorable (control
/// characters).
constexpr std::array<std::uint8_t, 128> make_weights() {
  std::array<std::uint8_t, 128> weights{};
  std::uint8_t next = 1;
  for (const char c : std::string_view("\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"))
    weights[static_cast<std::size_t>(c)] = next++;
  for (char c = 'a'; c <= 'z'; ++c) {
    weights[static_cast<std::size_t>(c)] = next;
    weights[static_cast<std::size_t>(c - 'a' + 'A')] = next++;
  }
  return weights;
}

constexpr auto kWeights = make_weights();

/// One collation element after the other, ignorable characters skipped.
class Elements {
 public:
  explicit Elements(std::string_view text) noexcept : text_(text) {}

  /// The next primary weight; 0 at the end. `upper()` then tells the case.
  std::uint32_t next() noexcept {
    while (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte >= 0x80) return next_code_point();
      ++at_;
      upper_ = byte >= 'A' && byte <= 'Z';
      if (kWeights[byte] != 0) return kWeights[byte];
    }
    upper_ = false;
    return 0;
  }
  [[nodiscard]] bool upper() const noexcept { return upper_; }

 private:
  /// Beyond ASCII the code point is the weight, above all of ASCII. A malformed byte stands for itself.
  std::uint32_t next_code_point() noexcept {
    const auto lead = static_cast<unsigned char>(text_[at_++]);
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    std::uint32_t code = more == 0 ? lead : lead & (0x3FU >> static_cast<unsigned>(more));
    for (int i = 0; i < more && at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80; ++i)
      code = code << 6U | (static_cast<unsigned char>(text_[at_++]) & 0x3FU);
    upper_ = false;
    return 0x80 + code;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool upper_ = false;
};

}  // namespace

int locale_compare(std::string_view a, std::string_view b) noexcept {
  // Paths share long beginnings, which say nothing; the cut stands after an ASCII byte, never inside a code point.
  auto same = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  while (same > 0 && static_cast<unsigned char>(a[same - 1]) >= 0x80) --same;
  Elements left(a.substr(same)), right(b.substr(same));
  int by_case = 0;  // counts only when no letter differs
  for (;;) {
    const auto x = left.next(), y = right.next();
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) return by_case;
    if (by_case == 0 && left.upper() != right.upper()) by_case = left.upper() ? 1 : -1;
  }
}

}  // namespace hoist
