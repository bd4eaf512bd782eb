#pragma once
/// The rules of RFC 9110 that decide between 200, 206, 304 and 416: pure functions.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace hoist::registry {

/// True when `header` (If-None-Match) lists `etag` or is `*`. Compared weakly, as RFC 9110 13.1.2 says.
[[nodiscard]] bool etag_matches(std::string_view header, std::string_view etag);

/// True when `header` (Accept-Encoding) allows `wanted` (`gzip`, `br`, `zstd`): named, or covered by `*`, with a
/// quality above zero.
[[nodiscard]] bool accepts_encoding(std::string_view header, std::string_view wanted);

/// True when `header` (Accept-Encoding) allows gzip: named, or covered by `*`, with a quality above zero.
[[nodiscard]] bool accepts_gzip(std::string_view header);

/// `Mon, 01 Jan 2024 00:00:00 GMT`.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds time);

/// A part of a body: `length` bytes from `first`.
struct ByteRange {
  std::size_t first = 0;
  std::size_t length = 0;
  bool operator==(const ByteRange&) const = default;
};
struct WholeBody {
  bool operator==(const WholeBody&) const = default;
};
struct Unsatisfiable {
  bool operator==(const Unsatisfiable&) const = default;
};
using RangeDecision = std::variant<WholeBody, ByteRange, Unsatisfiable>;

/// What a Range header asks of a body of `size` bytes. Several ranges, other units and malformed headers are ignored
/// (WholeBody), which RFC 9110 14.2 allows.
[[nodiscard]] RangeDecision decide_range(std::string_view header, std::size_t size);

}  // namespace hoist::registry
