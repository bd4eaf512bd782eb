#pragma once
/// The node that scripts will run with, and other programs.

#include <string>
#include <string_view>
#include <vector>

#include "cli/config/environment.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

struct NodeBinary {
  std::string path;    ///< absolute, links resolved; empty when there is no node in PATH
  std::string prefix;  ///< the folder above its bin, where global packages live; /usr/local without node
};

/// Searches PATH. `PREFIX` and `DESTDIR` of the environment change the prefix, as in npm.
[[nodiscard]] NodeBinary find_node(const Environment& environment);

/// `22.12.0`. Starting node takes 40 ms, so the answer is remembered in `<cache>/_hoist/node-version`, keyed by path,
/// size and time of the binary. Empty when there is no node or it does not say.
[[nodiscard]] std::string node_version(const NodeBinary& node, const std::string& cache);

/// node's names: linux, darwin · x64, arm64, … · glibc, musl.
[[nodiscard]] std::string_view node_platform() noexcept;
[[nodiscard]] std::string_view node_arch() noexcept;

/// Absolute path of a program in PATH; empty when it is not there.
[[nodiscard]] std::string find_program(std::string_view name, const Environment& environment);

/// Runs `editor` (a command line split at spaces) on the file and waits; its exit code.
[[nodiscard]] Result<int> run_editor(const std::string& editor, const std::string& file);

}  // namespace hoist::cli
