#include "publish/base64_stream.hpp"

#include <array>
#include <cstdint>

namespace hoist::registry {
namespace {

constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kBad);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}
constexpr auto kTable = make_table();

std::uint32_t value_of(char c) { return kTable[static_cast<unsigned char>(c)]; }

}  // namespace

bool Base64Stream::take_group(const char* group, std::string& out) {
  if (ended_) return false;
  const std::uint32_t a = value_of(group[0]), b = value_of(group[1]), c = value_of(group[2]), d = value_of(group[3]);
  if (((a | b | c | d) & 0x80U) == 0) {
    const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U) | d;
    const char bytes[3] = {static_cast<char>(bits >> 16U), static_cast<char>(bits >> 8U), static_cast<char>(bits)};
    out.append(bytes, 3);
    return true;
  }
  if (((a | b) & 0x80U) != 0 || group[3] != '=') return false;
  ended_ = true;
  out += static_cast<char>((a << 2U) | (b >> 4U));
  if (group[2] == '=') return (b & 0x0fU) == 0;
  out += static_cast<char>((b << 4U) | (c >> 2U));
  return (c & 0x80U) == 0 && (c & 0x03U) == 0;
}

bool Base64Stream::feed(std::string_view text, std::string& out) {
  while (pending_ > 0 && !text.empty()) {
    group_[pending_++] = text.front();
    text.remove_prefix(1);
    if (pending_ < 4) continue;
    pending_ = 0;
    if (!take_group(group_, out)) return false;
  }
  while (text.size() >= 4) {
    if (!take_group(text.data(), out)) return false;
    text.remove_prefix(4);
  }
  for (const char c : text) group_[pending_++] = c;
  return true;
}

}  // namespace hoist::registry
