#pragma once
/// ECDSA over P-256 with SHA-256: what npm calls `ecdsa-sha2-nistp256`.

#include <memory>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist {

class SigningKey {
 public:
  static Result<SigningKey> generate();
  /// A private key as private_pem() writes it. EINVALIDKEY for anything else, other curves included.
  static Result<SigningKey> from_pem(std::string_view pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  [[nodiscard]] std::string private_pem() const;
  /// Base64 of the public key as SubjectPublicKeyInfo in DER.
  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }
  /// `SHA256:` and the base64 of the digest of that DER.
  [[nodiscard]] const std::string& keyid() const noexcept { return keyid_; }
  /// Base64 of the DER signature; another one each time. Thread safe.
  [[nodiscard]] Result<std::string> sign(std::string_view text) const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::string public_key_, keyid_;
};

/// Whether `signature` (base64 DER) is one of `text` by the holder of `public_key` (base64 SPKI).
[[nodiscard]] bool verify_signature(std::string_view public_key, std::string_view text, std::string_view signature);

}  // namespace hoist
