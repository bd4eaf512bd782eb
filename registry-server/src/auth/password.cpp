#include "auth/password.hpp"

#include <crypt.h>

#include <charconv>

#include "auth/apr1.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kPrefix = "$scrypt$";
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kKeySize = 32;

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && stop == text.data() + text.size();
}

bool verify_scrypt(std::string_view stored, std::string_view password) {
  const auto parts = split(stored.substr(kPrefix.size()), '$');
  ScryptCost cost;
  std::string salt;
  std::string key;
  if (parts.size() != 5 || !parse_number(parts[0], cost.cost) || !parse_number(parts[1], cost.block_size) ||
      !parse_number(parts[2], cost.parallel) || !base64_decode(parts[3], salt) || !base64_decode(parts[4], key) ||
      key.empty()) {
    return false;
  }
  const auto actual = scrypt(password, salt, cost, key.size());
  return actual && constant_time_equal(*actual, key);
}

bool verify_crypt(const std::string& stored, const std::string& password) {
  // crypt reads up to a NUL: what stands behind it would not count.
  if (password.contains('\0')) return false;
  const auto data = std::make_unique<crypt_data>();
  const char* actual = crypt_r(password.c_str(), stored.c_str(), data.get());
  return actual != nullptr && actual[0] != '*' && constant_time_equal(actual, stored);
}

}  // namespace

Result<std::string> hash_password(std::string_view password, const ScryptCost& cost) {
  if (password.empty()) return fail("EINVAL", "the password is empty");
  if (password.size() > kMaxPasswordLength) return fail("EINVAL", "the password is too long");
  const std::string salt = random_bytes(kSaltSize);
  HOIST_TRY(const std::string key, scrypt(password, salt, cost, kKeySize));
  return fmt::format("{}{}${}${}${}${}", kPrefix, cost.cost, cost.block_size, cost.parallel, base64_encode(salt),
                     base64_encode(key));
}

bool verify_password(std::string_view stored, std::string_view password) {
  if (stored.empty() || password.empty() || password.size() > kMaxPasswordLength) return false;
  if (stored.starts_with(kPrefix)) return verify_scrypt(stored, password);
  if (stored.starts_with("{SHA}")) {
    return constant_time_equal(base64_encode(hash(HashAlgorithm::kSha1, password)), stored.substr(5));
  }
  if (stored.starts_with("$apr1$")) return constant_time_equal(apr1_crypt(password, stored), stored);
  return verify_crypt(std::string(stored), std::string(password));
}

bool is_outdated_hash(std::string_view stored) noexcept { return !stored.starts_with(kPrefix); }

const std::string& decoy_hash() {
  static const std::string decoy = hash_password(hex_encode(random_bytes(16))).value_or(std::string());
  return decoy;
}

}  // namespace hoist::registry
