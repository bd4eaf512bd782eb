#include "auth/apr1.hpp"

#include "hoist/base/secret.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kMagic = "$apr1$";
constexpr std::size_t kMaxSalt = 8;
constexpr int kRounds = 1000;

/// crypt's base 64: its own alphabet, least significant digit first.
void append_base64(std::string& out, unsigned value, int digits) {
  constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (; digits > 0; --digits, value >>= 6U) out += alphabet[value & 0x3fU];
}

std::string first_digest(std::string_view password, std::string_view salt) {
  const std::string inner = md5(std::string(password) + std::string(salt) + std::string(password));
  std::string text = std::string(password) + std::string(kMagic) + std::string(salt);
  for (std::size_t i = 0; i < password.size(); ++i) text += inner[i % inner.size()];
  // The algorithm's oddity, kept because every stored value has it: a NUL or the password's first byte per bit.
  for (std::size_t bits = password.size(); bits != 0; bits >>= 1U) text += (bits & 1U) != 0 ? '\0' : password[0];
  return md5(text);
}

std::string encode(std::string_view digest) {
  constexpr unsigned char order[5][3] = {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(digest[at])); };
  std::string out;
  for (const auto& group : order) {
    append_base64(out, (byte(group[0]) << 16U) | (byte(group[1]) << 8U) | byte(group[2]), 4);
  }
  append_base64(out, byte(11), 2);
  return out;
}

}  // namespace

std::string apr1_crypt(std::string_view password, std::string_view setting) {
  if (password.empty() || !setting.starts_with(kMagic)) return {};
  std::string_view salt = setting.substr(kMagic.size());
  salt = salt.substr(0, std::min(salt.find('$'), kMaxSalt));
  std::string digest = first_digest(password, salt);
  for (int round = 0; round < kRounds; ++round) {
    const bool odd = round % 2 != 0;
    std::string text(odd ? password : std::string_view(digest));
    if (round % 3 != 0) text += salt;
    if (round % 7 != 0) text += password;
    text += odd ? std::string_view(digest) : password;
    digest = md5(text);
  }
  return fmt::format("{}{}${}", kMagic, salt, encode(digest));
}

}  // namespace hoist::registry
