#pragma once
/// Subresource integrity as npm writes it (`sha512-<base64>`, several separated by spaces), and hashing.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist {

/// Ordered by strength; the strongest algorithm present decides a check (ssri's rule).
enum class HashAlgorithm { kSha1, kSha256, kSha384, kSha512 };

[[nodiscard]] std::string_view to_string(HashAlgorithm algorithm) noexcept;

/// One or more digests of one content. Never empty once parsed.
class Integrity {
 public:
  struct Digest {
    HashAlgorithm algorithm;
    std::string bytes;  ///< raw, not encoded
    bool operator==(const Digest&) const = default;
  };

  /// Unknown algorithms are skipped; an integrity without any known, well-formed digest is an error
  /// (EINVALIDINTEGRITY).
  static Result<Integrity> parse(std::string_view text);
  /// From a hexadecimal sha1, as `dist.shasum` holds it.
  static Result<Integrity> from_sha1_hex(std::string_view hex);
  static Integrity from_digest(HashAlgorithm algorithm, std::string raw);

  [[nodiscard]] HashAlgorithm strongest() const noexcept;
  /// Any digest of the strongest algorithm equals the other's digest of that algorithm.
  [[nodiscard]] bool matches(const Integrity& actual) const;
  /// The canonical text; the digests in the order they were given.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const std::vector<Digest>& digests() const noexcept { return digests_; }
  bool operator==(const Integrity&) const = default;

 private:
  std::vector<Digest> digests_;
};

/// Hashes a stream piece by piece.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::string_view bytes);
  /// The raw digest; the hasher may not be used afterwards.
  [[nodiscard]] std::string finish();
  [[nodiscard]] HashAlgorithm algorithm() const noexcept { return algorithm_; }

 private:
  struct Context;
  HashAlgorithm algorithm_;
  std::unique_ptr<Context> context_;
};

/// The raw digest of `bytes`.
[[nodiscard]] std::string hash(HashAlgorithm algorithm, std::string_view bytes);

}  // namespace hoist
