#pragma once
/// `devEngines` of the project: what npm checks before install, ci and run.

#include "cli/commands/command.hpp"

namespace hoist::cli {

/// What this machine is, in devEngines' words.
struct EngineFacts {
  std::string cpu, libc, os, os_version, npm_version, node_version;
};

/// One engine that does not fit: what the developer wanted, and whether it stops the run.
struct EngineFailure {
  std::string message;
  bool error = true;
};

/// Compares; an error (no code) when the field itself is malformed.
[[nodiscard]] Result<std::vector<EngineFailure>> compare_dev_engines(const Json& dev_engines, const EngineFacts& facts);

/// Reads the project's package.json, warns, and fails with EBADDEVENGINES. Without the field nothing is asked of the
/// system.
[[nodiscard]] Result<void> check_dev_engines(Session& session);

}  // namespace hoist::cli
