#include "tar_header.hpp"

#include <charconv>

namespace hoist::package {
namespace {

std::string_view field(std::string_view block, std::size_t offset, std::size_t length) noexcept {
  return block.substr(offset, length);
}

std::string_view text_field(std::string_view block, std::size_t offset, std::size_t length) noexcept {
  const std::string_view raw = field(block, offset, length);
  return raw.substr(0, raw.find('\0'));
}

/// Octal with blanks around, or GNU's base 256. nullopt when it is neither, negative, or above 2^53.
std::optional<std::uint64_t> parse_number(std::string_view raw) noexcept {
  std::uint64_t value = 0;
  if (!raw.empty() && (static_cast<unsigned char>(raw.front()) & 0x80U) != 0) {
    if (static_cast<unsigned char>(raw.front()) != 0x80U) return std::nullopt;
    for (const char c : raw.substr(1)) {
      if (value >> 45U) return std::nullopt;
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  std::size_t at = raw.find_first_not_of(" ");
  bool digits = false;
  for (; at < raw.size() && raw[at] >= '0' && raw[at] <= '7'; ++at) {
    if (value >> 50U) return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(raw[at] - '0');
    digits = true;
  }
  if (at < raw.size() && raw[at] != ' ' && raw[at] != '\0') return std::nullopt;
  return digits ? std::optional(value) : std::nullopt;
}

/// Old packers summed signed bytes.
bool checksum_matches(std::string_view block, std::uint64_t expected) noexcept {
  std::int64_t as_unsigned = 0;
  std::int64_t as_signed = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : block[i];
    as_unsigned += static_cast<unsigned char>(c);
    as_signed += static_cast<signed char>(c);
  }
  return as_unsigned == static_cast<std::int64_t>(expected) || as_signed == static_cast<std::int64_t>(expected);
}

}  // namespace

bool is_null_block(std::string_view block) noexcept { return block.find_first_not_of('\0') == std::string_view::npos; }

Result<TarHeader> parse_tar_header(std::string_view block) {
  const auto checksum = parse_number(field(block, 148, 8));
  if (!checksum || !checksum_matches(block, *checksum))
    return fail("EBADTAR", "a header of the archive is damaged (its checksum differs)",
                "This is probably not a package.");
  TarHeader header;
  header.type = block[156] == '\0' ? '0' : block[156];
  header.path = text_field(block, 0, 100);
  header.link = text_field(block, 157, 100);
  header.mode = static_cast<std::uint32_t>(parse_number(field(block, 100, 8)).value_or(0) & 07777U);
  const std::string_view size_field = field(block, 124, 12);
  const bool blank = size_field.find_first_not_of(std::string_view(" \0", 2)) == std::string_view::npos;
  const auto size = blank ? std::optional<std::uint64_t>(0) : parse_number(size_field);
  if (!size) return fail("EBADTAR", "a header of the archive has no valid size");
  header.size = *size;
  if (field(block, 257, 5) == "ustar" && block[262] == '\0') {
    // node-tar: 155 bytes of prefix, or 130 when the xstar times follow.
    const std::string_view prefix = text_field(block, 345, block[475] != '\0' ? 155 : 130);
    if (!prefix.empty()) header.path = std::string(prefix) + '/' + header.path;
  }
  return header;
}

Result<PaxFields> parse_pax(std::string_view text) {
  PaxFields fields;
  while (!text.empty() && text.front() != '\0') {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || digits >= text.size() || *end != ' ' || length < digits + 2 || length > text.size() ||
        text[length - 1] != '\n')
      return fail("EBADTAR", "an extended header of the archive is damaged");
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    text.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = record.substr(0, equals);
    std::string_view value = record.substr(equals + 1);
    value = value.substr(0, value.find('\0'));
    if (key == "path") fields.path = value;
    if (key == "linkpath") fields.link = value;
    if (key == "size") {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size())
        return fail("EBADTAR", "an extended header of the archive has no valid size");
      fields.size = size;
    }
  }
  return fields;
}

}  // namespace hoist::package
