#include "hoist/base/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace hoist {
namespace {

constexpr std::uint64_t kMaxScryptMemory = 256ULL << 20U;

const EVP_MD* digest_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1:
      return EVP_sha1();
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("no random numbers to be had from the system");
  }
  return bytes;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<std::string> scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                           std::size_t length) {
  std::string key(length, '\0');
  const int done =
      EVP_PBE_scrypt(password.data(), password.size(), bytes_of(salt), salt.size(), cost.cost, cost.block_size,
                     cost.parallel, kMaxScryptMemory, reinterpret_cast<unsigned char*>(key.data()), key.size());
  if (done != 1) return fail("EINVAL", "scrypt parameters out of bounds");
  return key;
}

std::string md5(std::string_view bytes) {
  std::string digest(16, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_md5(), nullptr);
  return digest;
}

std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view message) {
  std::string code(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(digest_of(algorithm), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(),
       reinterpret_cast<unsigned char*>(code.data()), &size);
  code.resize(size);
  return code;
}

}  // namespace hoist
