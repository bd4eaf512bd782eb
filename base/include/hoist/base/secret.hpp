#pragma once
/// Primitives for secrets: random bytes, comparison in constant time, password hashing, message authentication.

#include <cstdint>
#include <string>
#include <string_view>

#include "hoist/base/integrity.hpp"
#include "hoist/base/result.hpp"

namespace hoist {

/// `count` bytes from the system's generator. Throws std::runtime_error when it has none to give.
[[nodiscard]] std::string random_bytes(std::size_t count);

/// Equality whose time depends on the lengths only.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

/// Cost of one scrypt: memory is 128 · block_size · cost bytes.
struct ScryptCost {
  std::uint64_t cost = 1U << 15U;  ///< N, a power of two
  std::uint32_t block_size = 8;    ///< r
  std::uint32_t parallel = 1;      ///< p
};

/// RFC 7914. EINVAL for parameters outside the algorithm's bounds or beyond 256 MiB of memory.
[[nodiscard]] Result<std::string> scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                                         std::size_t length);

/// The raw MD5. Broken: only to verify what old password files hold.
[[nodiscard]] std::string md5(std::string_view bytes);

/// RFC 2104; the raw code.
[[nodiscard]] std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view message);

}  // namespace hoist
