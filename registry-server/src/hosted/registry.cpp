#include "hosted/registry.hpp"

#include <malloc.h>

namespace hoist::registry {
namespace {

/// The key that signs every version: made once, and the same on every node that shares the store.
Result<SigningKey> open_signing_key(MetadataStore& store) {
  constexpr std::string_view setting = "signing_key";
  HOIST_TRY(auto pem, store.find_setting(setting));
  if (!pem) {
    HOIST_TRY(const SigningKey fresh, SigningKey::generate());
    HOIST_TRY(pem, store.setting_or_insert(setting, fresh.private_pem()));
  }
  return SigningKey::from_pem(*pem);
}

}  // namespace

Registry::Registry(Storage& storage, RegistryOptions options, RegistryParts parts, SigningKey key)
    : key_(std::move(key)),
      views_(storage.metadata(), {.public_url = std::move(options.public_url),
                                  .memory_bytes = options.view_bytes,
                                  .directory = storage.views_directory().string()}),
      workers_(options.workers),
      gate_(views_, parts.policy, workers_, parts.clock),
      read_(gate_, storage.metadata(), storage.blobs(), parts.fallback),
      publish_(gate_, storage.metadata(), storage.blobs(), key_, options.publish),
      unpublish_(gate_, storage.metadata()),
      tags_(gate_, storage.metadata()),
      owners_(gate_, storage.metadata()),
      search_(gate_, storage.metadata()),
      service_routes_(gate_, storage.metadata(), storage.blobs(), key_, metrics_),
      service_(routes_, parts.authenticator, workers_, metrics_, std::move(parts.log)) {
  read_.add_routes(routes_);
  publish_.add_routes(routes_);
  unpublish_.add_routes(routes_);
  tags_.add_routes(routes_);
  owners_.add_routes(routes_);
  search_.add_routes(routes_);
  service_routes_.add_routes(routes_);
  if (ReadFallback* fallback = parts.fallback) {
    routes_.add(
        "POST", "/-/npm/v1/security/advisories/bulk",
        [fallback](Exchange& exchange) { return fallback->audit(exchange); }, Login::kNone);
  }
}

Result<std::unique_ptr<Registry>> Registry::make(Storage& storage, RegistryOptions options, RegistryParts parts) {
  // One arena for each of dozens of threads would hold on to more memory than the registry itself needs.
  ::mallopt(M_ARENA_MAX, 4);
  HOIST_TRY(SigningKey key, open_signing_key(storage.metadata()));
  return std::unique_ptr<Registry>(new Registry(storage, std::move(options), std::move(parts), std::move(key)));
}

}  // namespace hoist::registry
