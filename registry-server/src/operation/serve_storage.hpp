#pragma once
/// A registry from its configuration: every object of it, wired, until it is told to stop.

#include "hoist/registry/config.hpp"
#include "hoist/registry/server.hpp"
#include "hosted/hosted_service.hpp"

namespace hoist::registry {

/// Opens the storage, imports the htpasswd file, connects the uplinks and serves until SIGTERM. Prints
/// `listening URL` when clients can come. `access_log` may be empty.
[[nodiscard]] Result<void> serve_registry(const Config& config, ServerOptions options, LogSink access_log);

}  // namespace hoist::registry
