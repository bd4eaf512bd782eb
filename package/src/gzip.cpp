#include "hoist/package/gzip.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace hoist::package {
namespace {

constexpr std::size_t kMinimumMember = 18;            // header of 10 bytes, an empty block, trailer of 8
constexpr std::uint64_t kRatioFrom = 1U << 20U;       // short runs of equal bytes reach any ratio
constexpr std::size_t kChunk = 256U << 10U;           // output piece when streaming
constexpr std::uint64_t kDeflateMaximumRatio = 1032;  // what deflate can reach at all

std::unexpected<Error> bad(std::string_view reason) {
  return fail("EBADGZIP", fmt::format("the gzip data is damaged: {}", reason),
              "The download may be incomplete, or this is no gzip archive.");
}

std::unexpected<Error> too_large(std::uint64_t limit) {
  return fail("ETARTOOLARGE", fmt::format("the archive inflates to more than {} bytes", limit));
}

/// How many bytes a member says it holds (the last four bytes, modulo 2^32).
std::uint32_t trailer_size(std::string_view bytes) noexcept {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[bytes.size() - 4 + i])) << (8 * i);
  return size;
}

}  // namespace

bool is_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1f\x8b"); }

struct Inflater::State {
  libdeflate_decompressor* fast = libdeflate_alloc_decompressor();
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { libdeflate_free_decompressor(fast); }

  void reserve(std::size_t size) {
    if (size <= capacity) return;
    buffer = std::make_unique_for_overwrite<char[]>(size);
    capacity = size;
  }

  /// The most output that limits allow for this much input.
  static std::uint64_t ceiling(std::uint64_t input, const GzipLimits& limits) noexcept {
    return std::min(limits.max_output, std::max(kRatioFrom, input * limits.max_ratio));
  }

  /// One member with libdeflate, which needs the whole output at once. `used` stays 0 when the buffer was too small.
  Result<void> inflate_whole(std::string_view bytes, std::uint64_t left, const Sink& sink, std::size_t& used,
                             std::uint64_t& produced) {
    const std::uint64_t hint = std::max<std::uint64_t>(trailer_size(bytes), 4096);
    const std::uint64_t possible = std::min<std::uint64_t>(kMaxInflateBuffer, bytes.size() * kDeflateMaximumRatio + 1);
    if (hint > possible || fast == nullptr) return {};
    reserve(static_cast<std::size_t>(hint));
    std::size_t in = 0;
    std::size_t out = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(fast, bytes.data(), bytes.size(), buffer.get(),
                                                                   static_cast<std::size_t>(hint), &in, &out);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return {};
    if (result != LIBDEFLATE_SUCCESS) return bad("it does not inflate, or its checksum differs");
    used = in;
    produced = out;
    if (out > left) return {};  // the caller reports the limit
    return sink({buffer.get(), out});
  }

  /// One member in pieces of kChunk.
  Result<void> inflate_streaming(std::string_view bytes, std::uint64_t left, const Sink& sink, std::size_t& used,
                                 std::uint64_t& produced) {
    reserve(kChunk);
    z_stream stream{};
    if (::inflateInit2(&stream, 15 + 16) != Z_OK) return fail("ENOMEM", "not enough memory to inflate an archive");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, ::inflateEnd);
    std::size_t given = 0;
    for (;;) {
      if (stream.avail_in == 0 && given < bytes.size()) {
        const std::size_t piece = std::min<std::size_t>(bytes.size() - given, 1U << 30U);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + given));
        stream.avail_in = static_cast<uInt>(piece);
        given += piece;
      }
      stream.next_out = reinterpret_cast<Bytef*>(buffer.get());
      stream.avail_out = static_cast<uInt>(kChunk);
      const int status = ::inflate(&stream, Z_NO_FLUSH);
      const std::size_t size = kChunk - stream.avail_out;
      produced += size;
      if (status != Z_OK && status != Z_STREAM_END)
        return bad(status == Z_BUF_ERROR ? "it ends too early" : "it does not inflate");
      if (produced > left) return {};
      if (size > 0) HOIST_CHECK(sink({buffer.get(), size}));
      if (status == Z_STREAM_END) break;
      if (size == 0 && stream.avail_in == 0 && given == bytes.size()) return bad("it ends too early");
    }
    used = given - stream.avail_in;
    return {};
  }
};

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Result<void> Inflater::inflate(std::string_view bytes, const GzipLimits& limits, const Sink& sink) {
  if (!is_gzip(bytes)) return bad("it does not start like gzip");
  const std::uint64_t ceiling = State::ceiling(bytes.size(), limits);
  std::uint64_t total = 0;
  bool first = true;
  while (first || is_gzip(bytes)) {
    if (bytes.size() < kMinimumMember) return bad("it ends too early");
    first = false;
    std::size_t used = 0;
    std::uint64_t produced = 0;
    const std::uint64_t left = ceiling - total;
    HOIST_CHECK(state_->inflate_whole(bytes, left, sink, used, produced));
    if (used == 0) HOIST_CHECK(state_->inflate_streaming(bytes, left, sink, used, produced));
    if (produced > left) return too_large(ceiling);
    total += produced;
    bytes.remove_prefix(used);
  }
  return {};
}

Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits) {
  std::string out;
  Inflater inflater;
  HOIST_CHECK(inflater.inflate(bytes, limits, [&](std::string_view piece) -> Result<void> {
    out.append(piece);
    return {};
  }));
  return out;
}

}  // namespace hoist::package
