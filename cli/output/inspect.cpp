#include "cli/output/inspect.hpp"

#include <algorithm>
#include <cmath>

#include "cli/config/value.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

// node's defaults: lines of 80 characters, up to three levels on one line.
constexpr std::size_t kBreakLength = 80;
constexpr int kCompact = 3;
constexpr int kDepth = 5;
constexpr std::size_t kGroupFrom = 7, kMaxColumns = 15;

/// Length without colours, in characters.
std::size_t visible_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) {
      ++length;
    }
  }
  return length;
}

std::string in_quotes(std::string_view text) {
  char quote = '\'';
  if (text.find('\'') != std::string_view::npos) {
    if (text.find('"') == std::string_view::npos)
      quote = '"';
    else if (text.find('`') == std::string_view::npos && text.find("${") == std::string_view::npos)
      quote = '`';
  }
  std::string out(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\')
      out.append("\\").append(1, c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\b')
      out += "\\b";
    else if (c == '\f')
      out += "\\f";
    else if (c == '\v')
      out += "\\v";
    else if (byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\x{:02X}", byte);
    else
      out += c;
  }
  return out + quote;
}

bool is_identifier(std::string_view key) {
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !key.empty() && word(key[0]) &&
         std::ranges::all_of(key, [&](char c) { return word(c) || (c >= '0' && c <= '9'); });
}

class Inspector {
 public:
  explicit Inspector(const Palette& colors) : colors_(colors) {}

  std::string format(const Json& value, int level) {
    if (value.is_string()) return text(value.get<std::string>());
    if (value.is_null()) return colors_.bold("null");
    if (!value.is_structured()) return colors_.yellow(display_text(value));
    if (level > kDepth) return colors_.cyan(value.is_array() ? "[Array]" : "[Object]");
    depth_reached_ = level;
    std::vector<std::string> parts;
    if (value.is_array()) {
      for (const auto& item : value) parts.push_back(indented(item, level));
    } else {
      for (const auto& [key, member] : value.items())
        parts.push_back((is_identifier(key) ? key : colors_.green(in_quotes(key))) + ": " + indented(member, level));
    }
    if (parts.empty()) return value.is_array() ? "[]" : "{}";
    return join_parts(std::move(parts), value, level);
  }

 private:
  std::string indented(const Json& value, int level) {
    indentation_ += 2;
    auto out = format(value, level + 1);
    indentation_ -= 2;
    return out;
  }

  /// A long text of several lines is shown line by line.
  std::string text(std::string_view value) const {
    constexpr std::size_t kMinWidth = 16;
    const std::size_t length = visible_length(value);
    if (length <= kMinWidth || length + indentation_ + 4 <= kBreakLength || value.find('\n') == std::string_view::npos)
      return colors_.green(in_quotes(value));
    std::string out;
    while (!value.empty()) {
      const auto end = std::min(value.find('\n'), value.size() - 1) + 1;
      if (!out.empty()) out += " +\n" + std::string(indentation_ + 2, ' ');
      out += colors_.green(in_quotes(value.substr(0, end)));
      value.remove_prefix(end);
    }
    return out;
  }

  std::string join_parts(std::vector<std::string> parts, const Json& value, int level) const {
    const char* open = value.is_array() ? "[" : "{";
    const char* close = value.is_array() ? "]" : "}";
    const std::size_t entries = parts.size();
    if (value.is_array() && entries >= kGroupFrom) parts = grouped(std::move(parts), value);
    if (depth_reached_ - level < kCompact && entries == parts.size()) {
      std::size_t total = parts.size() + parts.size() + indentation_ + 1 + 10;
      bool fits = true;
      for (const auto& part : parts) {
        total += visible_length(part);
        fits = fits && part.find('\n') == std::string::npos;
      }
      if (fits && total <= kBreakLength) return fmt::format("{} {} {}", open, join(parts, ", "), close);
    }
    const std::string line = '\n' + std::string(indentation_, ' ');
    return fmt::format("{}{}  {}{}{}", open, line, join(parts, ',' + line + "  "), line, close);
  }

  /// Short elements of a long list stand in columns.
  std::vector<std::string> grouped(std::vector<std::string> parts, const Json& value) const {
    constexpr std::size_t kSeparator = 2;
    std::vector<std::size_t> lengths;
    std::size_t total = 0, longest = 0;
    for (const auto& part : parts) {
      lengths.push_back(visible_length(part));
      total += lengths.back() + kSeparator;
      longest = std::max(longest, lengths.back());
    }
    const std::size_t width = longest + kSeparator;
    const auto average = static_cast<double>(total) / static_cast<double>(width);
    if (width * 3 + indentation_ >= kBreakLength || !(average > 5 || longest <= 6)) return parts;
    const auto count = static_cast<double>(parts.size());
    const double bias = std::sqrt(static_cast<double>(width) - static_cast<double>(total) / count);
    const double biased = std::max(static_cast<double>(width) - 3 - bias, 1.0);
    const auto wanted = static_cast<std::size_t>(std::floor(std::sqrt(2.5 * biased * count) / biased + 0.5));
    const std::size_t columns =
        std::min({wanted, (kBreakLength - indentation_) / width, static_cast<std::size_t>(kCompact) * 4, kMaxColumns});
    if (columns <= 1) return parts;
    std::vector<std::size_t> widths(columns, 0);
    for (std::size_t i = 0; i < parts.size(); ++i)
      widths[i % columns] = std::max(widths[i % columns], lengths[i] + kSeparator);
    const bool numbers = std::ranges::all_of(value, [](const Json& item) { return item.is_number(); });
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < parts.size(); i += columns) rows.push_back(row(parts, lengths, widths, i, numbers));
    return rows;
  }

  static std::string row(const std::vector<std::string>& parts, const std::vector<std::size_t>& lengths,
                         const std::vector<std::size_t>& widths, std::size_t from, bool numbers) {
    std::string out;
    const std::size_t end = std::min(from + widths.size(), parts.size());
    for (std::size_t i = from; i < end; ++i) {
      const bool last = i + 1 == end;
      const std::size_t used = lengths[i] + 2;
      const std::string gap(widths[i - from] > used ? widths[i - from] - used : 0, ' ');
      const std::string cell = last ? parts[i] : parts[i] + ", ";
      if (numbers)
        out += gap + cell;
      else
        out += last ? cell : cell + gap;
    }
    return out;
  }

  const Palette& colors_;
  std::size_t indentation_ = 0;
  int depth_reached_ = 0;
};

}  // namespace

std::string inspect(const Json& value, const Palette& colors) { return Inspector(colors).format(value, 0); }

}  // namespace hoist::cli
