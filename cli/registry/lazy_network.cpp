#include "cli/registry/lazy_network.hpp"

#include "cli/config/runtime.hpp"

namespace hoist::cli {

Network& LazyNetwork::get() {
  if (network_ == nullptr) {
    const auto& config = session_.config;
    network_ = std::make_unique<Network>(config, std::filesystem::path(config.inputs().cwd),
                                         node_version(config.inputs().node, config.get_string("cache")),
                                         session_.command, session_.console, session_.clock);
  }
  return *network_;
}

}  // namespace hoist::cli
