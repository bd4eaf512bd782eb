#pragma once
/// The 512-byte header of tar and the records of pax. Private to the tar reader.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist::package {

inline constexpr std::size_t kTarBlock = 512;

struct TarHeader {
  std::string path;
  std::string link;
  std::uint32_t mode = 0;
  std::uint64_t size = 0;
  char type = '0';  ///< NUL is read as '0'
};

[[nodiscard]] bool is_null_block(std::string_view block) noexcept;

/// EBADTAR when the checksum or the size field is wrong.
[[nodiscard]] Result<TarHeader> parse_tar_header(std::string_view block);

struct PaxFields {
  std::optional<std::string> path, link;
  std::optional<std::uint64_t> size;
};
/// `<length> <key>=<value>\n` records. EBADTAR when a length is wrong.
[[nodiscard]] Result<PaxFields> parse_pax(std::string_view text);

}  // namespace hoist::package
