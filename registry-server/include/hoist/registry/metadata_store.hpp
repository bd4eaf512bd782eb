#pragma once
/// All rows of a registry behind one door. tests/unit/registry/metadata_conformance.hpp holds what every implementation
/// must pass.

#include "hoist/registry/account_store.hpp"
#include "hoist/registry/package_store.hpp"

namespace hoist::registry {

/// Rows with an end, shared by all nodes.
class EphemeralStore {
 public:
  virtual ~EphemeralStore() = default;
  /// Adds or replaces.
  [[nodiscard]] virtual Result<void> put_ephemeral(const EphemeralRow& row) = 0;
  /// nullopt when there is none or it ended before `now`.
  [[nodiscard]] virtual Result<std::optional<EphemeralRow>> find_ephemeral(std::string_view kind, std::string_view key,
                                                                           Time now) = 0;
  /// Finds and removes in one step: of two callers, one gets it.
  [[nodiscard]] virtual Result<std::optional<EphemeralRow>> take_ephemeral(std::string_view kind, std::string_view key,
                                                                           Time now) = 0;
  /// Replaces only when the value is still `expected` (nullopt: when there is none). False otherwise.
  [[nodiscard]] virtual Result<bool> exchange_ephemeral(const EphemeralRow& row,
                                                        const std::optional<std::string>& expected, Time now) = 0;
  [[nodiscard]] virtual Result<void> remove_expired_ephemerals(Time now) = 0;
};

class MetadataStore : public PackageStore, public AccountStore, public EphemeralStore {
 public:
  [[nodiscard]] virtual Result<std::optional<std::string>> find_setting(std::string_view key) = 0;
  /// The value that is there, or `value` after storing it: all callers on all nodes get the same.
  [[nodiscard]] virtual Result<std::string> setting_or_insert(std::string_view key, std::string_view value) = 0;
  [[nodiscard]] virtual Result<void> put_setting(std::string_view key, std::string_view value) = 0;

  /// Whether reading and writing work now: what `/-/ready` tells.
  [[nodiscard]] virtual Result<void> check_ready() = 0;
  /// Structural damage, one line each; empty when all is well.
  [[nodiscard]] virtual Result<std::vector<std::string>> check_integrity() = 0;
  /// A consistent copy as of some moment during the call, while others go on reading and writing.
  [[nodiscard]] virtual Result<void> backup_to(const std::string& path) = 0;
};

}  // namespace hoist::registry
