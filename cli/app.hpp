#pragma once
/// One run of the program, from arguments to exit code.

#include <string>
#include <vector>

#include "cli/config/environment.hpp"
#include "cli/output/streams.hpp"

namespace hoist::cli {

struct Invocation {
  std::string program;                 ///< argv[0]
  std::vector<std::string> arguments;  ///< the rest
  Environment environment;
  std::string cwd;  ///< absolute
};

/// Never throws: a bug becomes an error message and exit code 1.
[[nodiscard]] int run(const Invocation& invocation, Streams& streams);

}  // namespace hoist::cli
