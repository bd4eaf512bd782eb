#pragma once
/// The network of a command that may not need one.

#include <memory>

#include "cli/commands/command.hpp"
#include "cli/install/network.hpp"

namespace hoist::cli {

/// Made when first asked for.
class LazyNetwork {
 public:
  explicit LazyNetwork(Session& session) : session_(session) {}
  [[nodiscard]] Network& get();

 private:
  Session& session_;
  std::unique_ptr<Network> network_;
};

}  // namespace hoist::cli
