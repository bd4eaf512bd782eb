#pragma once
/// A whole registry on one storage: every object of it, wired.

#include <filesystem>

#include "hosted/hosted_service.hpp"
#include "hosted/owner_handlers.hpp"
#include "hosted/publish_handlers.hpp"
#include "hosted/read_handlers.hpp"
#include "hosted/search_handlers.hpp"
#include "hosted/service_handlers.hpp"
#include "hosted/tag_handlers.hpp"
#include "hosted/unpublish_handlers.hpp"
#include "storage/storage.hpp"

namespace hoist::registry {

struct RegistryOptions {
  std::string public_url;  ///< ends with a slash
  PublishLimits publish;
  std::size_t view_bytes = 12U << 20U;
  unsigned workers = 16;  ///< threads for blocking work, started when they are needed
};

/// What may differ from one registry to another. All of it outlives the registry.
struct RegistryParts {
  Authenticator& authenticator;
  AccessPolicy& policy;
  const Clock& clock;
  ReadFallback* fallback = nullptr;
  LogSink log;
};

class Registry {
 public:
  /// `storage` outlives the registry.
  static Result<std::unique_ptr<Registry>> make(Storage& storage, RegistryOptions options, RegistryParts parts);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] HostedService& service() noexcept { return service_; }
  [[nodiscard]] ThreadPool& workers() noexcept { return workers_; }
  [[nodiscard]] PackageGate& gate() noexcept { return gate_; }

 private:
  Registry(Storage& storage, RegistryOptions options, RegistryParts parts, SigningKey key);

  SigningKey key_;
  Metrics metrics_;
  ViewCache views_;
  ThreadPool workers_;  // after what its jobs use: it is joined first
  PackageGate gate_;
  ReadHandlers read_;
  PublishHandlers publish_;
  UnpublishHandlers unpublish_;
  TagHandlers tags_;
  OwnerHandlers owners_;
  SearchHandlers search_;
  ServiceHandlers service_routes_;
  RouteTable routes_;
  HostedService service_;
};

}  // namespace hoist::registry
