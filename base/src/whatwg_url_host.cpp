#include "whatwg_url_host.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "hoist/base/text.hpp"

namespace hoist::url_detail {
namespace {

constexpr std::string_view kForbiddenHost = "\t\n\r #/:<>?@[\\]^|";

bool is_forbidden(char c, bool domain) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\0' || kForbiddenHost.find(c) != std::string_view::npos) return true;
  return domain && (byte <= 0x20 || c == '%' || byte >= 0x7F);
}

/// A number of an IPv4 address: decimal, octal with a leading zero, hexadecimal with `0x`.
std::optional<std::uint64_t> parse_ipv4_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    base = 16;
  } else if (text.size() >= 2 && text[0] == '0') {
    text.remove_prefix(1);
    base = 8;
  }
  if (text.empty()) return 0;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return UINT64_MAX;
  return value;
}

bool ends_in_number(std::string_view host) {
  auto parts = split(host, '.');
  if (parts.back().empty()) {
    if (parts.size() == 1) return false;
    parts.pop_back();
  }
  const std::string_view last = parts.back();
  if (!last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos) return true;
  return last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X') &&
         last.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

std::optional<std::string> parse_ipv4(std::string_view host) {
  auto parts = split(host, '.');
  if (parts.back().empty() && parts.size() > 1) parts.pop_back();
  if (parts.size() > 4) return std::nullopt;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_ipv4_number(parts[i]);
    if (!number) return std::nullopt;
    if (i + 1 < parts.size()) {
      if (*number > 255) return std::nullopt;
      address |= *number << (8 * (3 - i));
    } else {
      if (*number >= (1ULL << (8 * (5 - parts.size())))) return std::nullopt;
      address |= *number;
    }
  }
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255);
}

using Pieces = std::array<std::uint16_t, 8>;

/// The dotted tail of an IPv6 address, into the two pieces from `piece` on.
bool parse_ipv4_tail(std::string_view text, Pieces& pieces, std::size_t& piece) {
  const auto parts = split(text, '.');
  if (piece > 6 || parts.size() != 4) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string_view part = parts[i];
    unsigned value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || error != std::errc() || end != part.data() + part.size() || value > 255) return false;
    if (part.size() > 1 && part[0] == '0') return false;
    pieces[piece] = static_cast<std::uint16_t>(pieces[piece] << 8 | value);
    if (i == 1) ++piece;
  }
  ++piece;
  return true;
}

std::optional<Pieces> parse_ipv6(std::string_view text) {
  Pieces pieces{};
  std::size_t piece = 0;
  std::optional<std::size_t> compress;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return std::nullopt;
    text.remove_prefix(2);
    compress = ++piece;
  }
  while (!text.empty()) {
    if (piece == 8) return std::nullopt;
    if (text[0] == ':') {
      if (compress) return std::nullopt;
      text.remove_prefix(1);
      compress = ++piece;
      continue;
    }
    const std::size_t digits = std::min(text.find_first_not_of("0123456789abcdefABCDEF"), text.size());
    if (digits < text.size() && text[digits] == '.' && digits > 0) {
      if (!parse_ipv4_tail(text, pieces, piece)) return std::nullopt;
      text = {};
      break;
    }
    if (digits == 0 || digits > 4) return std::nullopt;
    std::from_chars(text.data(), text.data() + digits, pieces[piece], 16);
    text.remove_prefix(digits);
    if (text.starts_with(':')) {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
    } else if (!text.empty()) {
      return std::nullopt;
    }
    ++piece;
  }
  if (compress) {
    std::size_t swaps = piece - *compress;
    piece = 7;
    while (piece != 0 && swaps > 0) {
      std::swap(pieces[piece], pieces[*compress + swaps - 1]);
      --piece;
      --swaps;
    }
  } else if (piece != 8) {
    return std::nullopt;
  }
  return pieces;
}

std::string print_ipv6(const Pieces& pieces) {
  // The first longest run of two or more zeros is written `::`.
  std::size_t best = 8, best_length = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && pieces[end] == 0) ++end;
    if (end - i > best_length) {
      best = i;
      best_length = end - i;
    }
    i = end + 1;
  }
  std::string out = "[";
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += i == 0 ? "::" : ":";
      i += best_length - 1;
      continue;
    }
    out += fmt::format("{:x}", pieces[i]);
    if (i != 7) out += ':';
  }
  return out + ']';
}

}  // namespace

bool must_encode(unsigned char byte, EncodeSet set) noexcept {
  if (byte < 0x20 || byte > 0x7E) return true;
  const auto in = [c = static_cast<char>(byte)](std::string_view set_text) {
    return set_text.find(c) != std::string_view::npos;
  };
  switch (set) {
    case EncodeSet::kControl:
      return false;
    case EncodeSet::kFragment:
      return in(" \"<>`");
    case EncodeSet::kQuery:
      return in(" \"#<>");
    case EncodeSet::kSpecialQuery:
      return in(" \"#<>'");
    case EncodeSet::kPath:
      return in(" \"#<>?`{}");
    case EncodeSet::kUserinfo:
      return in(" \"#<>?`{}/:;=@[\\]^|");
  }
  return false;
}

void append_encoded(std::string& out, unsigned char byte, EncodeSet set) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (!must_encode(byte, set)) {
    out += static_cast<char>(byte);
    return;
  }
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

std::string encode(std::string_view text, EncodeSet set) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) append_encoded(out, static_cast<unsigned char>(c), set);
  return out;
}

std::optional<std::string> parse_host(std::string_view text, bool special) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || text.size() < 2) return std::nullopt;
    const auto pieces = parse_ipv6(text.substr(1, text.size() - 2));
    return pieces ? std::optional(print_ipv6(*pieces)) : std::nullopt;
  }
  if (!special) {
    for (const char c : text)
      if (is_forbidden(c, false)) return std::nullopt;
    return encode(text, EncodeSet::kControl);
  }
  std::string domain;
  // A malformed escape leaves a percent sign behind, which no domain may hold.
  if (!percent_decode(text, domain)) return std::nullopt;
  domain = to_lower(domain);
  for (const char c : domain)
    if (is_forbidden(c, true)) return std::nullopt;
  if (domain.empty()) return std::nullopt;
  return ends_in_number(domain) ? parse_ipv4(domain) : std::optional(domain);
}

}  // namespace hoist::url_detail
