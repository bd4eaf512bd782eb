#include "cli/output/streams.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace hoist::cli {
namespace {

/// A closed pipe or a full disk must not stop an install; there is nobody left to tell.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void ProcessStreams::out(std::string_view text) { write_all(STDOUT_FILENO, text); }
void ProcessStreams::err(std::string_view text) { write_all(STDERR_FILENO, text); }
bool ProcessStreams::out_is_terminal() const { return isatty(STDOUT_FILENO) == 1; }
bool ProcessStreams::err_is_terminal() const { return isatty(STDERR_FILENO) == 1; }

int ProcessStreams::columns() const {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace hoist::cli
