#pragma once
/// Inflating gzip from memory, with hard limits. Sizes inside the data are hints, never trusted.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist::package {

/// The largest buffer that holds a whole inflated member; what is larger is inflated in pieces, so that memory stays
/// bounded whatever the data claims.
inline constexpr std::size_t kMaxInflateBuffer = 64U << 20U;

struct GzipLimits {
  std::uint64_t max_output = 4ULL << 30U;  ///< all members together
  /// Output per input byte. node-tar refuses above 1000; deflate itself ends at 1032. Checked from 1 MiB of output on.
  std::uint64_t max_ratio = 1000;
};

/// True when the bytes start like a gzip member.
[[nodiscard]] bool is_gzip(std::string_view bytes) noexcept;

/// Inflates gzip data, member after member. Keeps its buffers between calls: one per thread, used for many tarballs.
/// Not thread-safe.
class Inflater {
 public:
  /// Takes a piece of output; the view is valid during the call only. Returning an error ends the inflating.
  using Sink = std::function<Result<void>(std::string_view)>;

  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  /// A member of up to kMaxInflateBuffer arrives in one piece. Bytes after the last member that start no other member
  /// are ignored, as node's zlib does. EBADGZIP for damaged or truncated data, ETARTOOLARGE past a limit.
  [[nodiscard]] Result<void> inflate(std::string_view bytes, const GzipLimits& limits, const Sink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole output in one string; for small data.
[[nodiscard]] Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits = {});

}  // namespace hoist::package
