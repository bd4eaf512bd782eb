#pragma once
/// Standard output and error as an interface, so that tests read what would be printed.

#include <string>
#include <string_view>

namespace hoist::cli {

class Streams {
 public:
  virtual ~Streams() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  [[nodiscard]] virtual bool out_is_terminal() const = 0;
  [[nodiscard]] virtual bool err_is_terminal() const = 0;
  /// Width of the terminal on standard error; 80 when unknown.
  [[nodiscard]] virtual int columns() const = 0;
};

/// File descriptors 1 and 2, unbuffered.
class ProcessStreams final : public Streams {
 public:
  void out(std::string_view text) override;
  void err(std::string_view text) override;
  [[nodiscard]] bool out_is_terminal() const override;
  [[nodiscard]] bool err_is_terminal() const override;
  [[nodiscard]] int columns() const override;
};

/// Keeps everything.
class MemoryStreams final : public Streams {
 public:
  void out(std::string_view text) override { output += text; }
  void err(std::string_view text) override { errors += text; }
  [[nodiscard]] bool out_is_terminal() const override { return terminal; }
  [[nodiscard]] bool err_is_terminal() const override { return terminal; }
  [[nodiscard]] int columns() const override { return 80; }

  std::string output;
  std::string errors;
  bool terminal = false;
};

}  // namespace hoist::cli
