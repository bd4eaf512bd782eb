#pragma once
/// Colours, or nothing.

#include <string>
#include <string_view>

namespace hoist::cli {

/// Wraps text in SGR codes when enabled.
class Palette {
 public:
  explicit Palette(bool enabled = false) : enabled_(enabled) {}
  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", "22", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", "22", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", "39", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", "39", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", "39", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return wrap("34", "39", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", "39", text); }
  [[nodiscard]] std::string magenta(std::string_view text) const { return wrap("35", "39", text); }
  [[nodiscard]] std::string underline(std::string_view text) const { return wrap("4", "24", text); }
  [[nodiscard]] std::string bright_red(std::string_view text) const { return wrap("91", "39", text); }
  [[nodiscard]] std::string bright_blue(std::string_view text) const { return wrap("94", "39", text); }
  [[nodiscard]] std::string bright_cyan(std::string_view text) const { return wrap("96", "39", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view on, std::string_view off, std::string_view text) const {
    if (!enabled_ || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out.append(on).append("m").append(text).append("\x1b[").append(off).append("m");
    return out;
  }
  bool enabled_;
};

}  // namespace hoist::cli
