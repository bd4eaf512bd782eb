#pragma once
/// A packument: all versions of a name. Version keys are read at once, manifests when asked for.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/version.hpp"

namespace hoist::package {

/// Immutable once parsed; manifests are hydrated on first use. One thread at a time may call the non-const parts:
/// manifest() memoizes under a lock, so sharing between threads is safe.
class Packument {
 public:
  /// One key of `versions`.
  struct Entry {
    std::string key;                 ///< as written
    std::optional<Version> version;  ///< nullopt when the key is no (loose) version
  };

  /// Parses full and abbreviated documents with simdjson. EJSONPARSE when it is no JSON object or nests too deep;
  /// EPACKUMENTNAME when its name is not `expected_name` (an empty expectation accepts all).
  static Result<std::shared_ptr<const Packument>> parse(std::string body, std::string_view expected_name);

  virtual ~Packument() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// In document order.
  [[nodiscard]] virtual std::span<const Entry> versions() const = 0;
  [[nodiscard]] virtual const StringMap& dist_tags() const = 0;
  /// nullptr when there is no such version or its manifest is no object. Lives as long as the packument.
  [[nodiscard]] virtual const Manifest* manifest(std::string_view version) const = 0;
  /// Whether the document has a `time` map (full documents).
  [[nodiscard]] virtual bool has_times() const = 0;
  /// Publish time of a version.
  [[nodiscard]] virtual std::optional<std::chrono::system_clock::time_point> published(
      std::string_view version) const = 0;
  /// The whole document, for `view` and diagnostics. Costs a full parse.
  [[nodiscard]] virtual Result<Json> document() const = 0;
};

/// ISO 8601 as registries write it (`2024-01-31T12:00:00.000Z`); nullopt when it is not.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_iso_time(std::string_view text);

}  // namespace hoist::package
