#pragma once
/// Starting one shell command and waiting for it.

#include <filesystem>
#include <string>

#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::installer {

struct ShellCommand {
  std::string shell;  ///< looked for in our PATH when it is a bare name
  std::string script;
  std::filesystem::path directory;
  package::StringMap environment;
  bool foreground = false;
};

struct ShellResult {
  int exit_code = 0, signal = 0, interrupted = 0;
  std::string output, errors;
};

/// `shell -c script`. In the background output is read until both streams are closed, as npm does, and the last
/// kMaxKeptOutput bytes of each are kept.
[[nodiscard]] Result<ShellResult> run_shell(const ShellCommand& command);

inline constexpr std::size_t kMaxKeptOutput = 4U << 20U;

}  // namespace hoist::installer
