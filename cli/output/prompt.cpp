#include "cli/output/prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr std::size_t kLongestAnswer = 64 * 1024;

/// Keeps what is typed off the screen for as long as it lives.
class HiddenInput {
 public:
  explicit HiddenInput(bool wanted) : active_(wanted && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!active_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(STDIN_FILENO, TCSANOW, &hidden) == 0;
  }
  ~HiddenInput() {
    if (active_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  [[nodiscard]] bool active() const noexcept { return active_; }

 private:
  termios before_{};
  bool active_;
};

/// Byte by byte, so that the next question finds the rest of a piped input.
Result<std::string> read_line() {
  std::string line;
  for (;;) {
    char c = 0;
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (!line.empty()) return line;
      return fail("ECANCELED", "canceled");
    }
    if (c == '\n') break;
    if (line.size() >= kLongestAnswer) return fail("ECANCELED", "the answer is too long");
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

bool is_interactive(Console& console) { return isatty(STDIN_FILENO) == 1 && console.streams().out_is_terminal(); }

Result<std::string> ask(Console& console, std::string_view question, bool secret) {
  console.end_progress();
  // Hidden before it is asked for: whoever answers at once must not see it either.
  const HiddenInput hidden(secret);
  console.streams().err(question);
  auto line = read_line();
  if (hidden.active() || !line) console.streams().err("\n");
  return line;
}

Result<std::string> ask_password(Console& console, std::string_view question) {
  for (;;) {
    HOIST_TRY(auto answer, ask(console, question, true));
    if (!answer.empty()) return answer;
  }
}

Result<std::string> ask_one_time_password(Console& console, std::string_view question) {
  for (;;) {
    HOIST_TRY(auto answer, ask(console, question));
    const bool digits = !answer.empty() && answer.find_first_not_of("0123456789 ") == std::string::npos;
    const bool recovery =
        answer.size() == 64 && answer.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (digits || recovery) return replace_all(answer, " ", "");
  }
}

}  // namespace hoist::cli
