#include "hoist/base/signing.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::unexpected<Error> bad_key(const char* why) { return fail("EINVALIDKEY", why); }

std::string public_der(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

struct SigningKey::State {
  Key key{nullptr, &EVP_PKEY_free};
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {
  const std::string der = public_der(state_->key.get());
  public_key_ = base64_encode(der);
  keyid_ = "SHA256:" + base64_encode(hash(HashAlgorithm::kSha256, der));
}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Result<SigningKey> SigningKey::generate() {
  auto state = std::make_unique<State>();
  state->key.reset(EVP_EC_gen("P-256"));
  if (!state->key) return bad_key("cannot make a signing key");
  return SigningKey(std::move(state));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  auto state = std::make_unique<State>();
  // The empty password keeps OpenSSL from asking the terminal for one.
  state->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (!state->key) return bad_key("not a private key in PEM");
  std::array<char, 32> curve{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(state->key.get(), curve.data(), curve.size(), &size) != 1 ||
      std::string_view(curve.data(), size) != "prime256v1") {
    return bad_key("not a key on the curve P-256");
  }
  return SigningKey(std::move(state));
}

std::string SigningKey::private_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return {};
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Result<std::string> SigningKey::sign(std::string_view text) const {
  const Digest context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, raw(text), text.size()) != 1) {
    return bad_key("cannot sign");
  }
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, raw(text), text.size()) != 1) return bad_key("cannot sign");
  signature.resize(size);
  return base64_encode(signature);
}

bool verify_signature(std::string_view public_key, std::string_view text, std::string_view signature) {
  std::string der, bytes;
  if (!base64_decode(public_key, der) || !base64_decode(signature, bytes)) return false;
  const unsigned char* position = raw(der);
  const Key key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())), &EVP_PKEY_free);
  if (!key) return false;
  const Digest context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(bytes), bytes.size(), raw(text), text.size()) == 1;
}

}  // namespace hoist
