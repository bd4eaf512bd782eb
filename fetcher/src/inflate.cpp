#include <libdeflate.h>

#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/http_client.hpp"

namespace hoist::fetcher {
namespace {

/// Upper bound of a first reservation. The size in a gzip trailer comes from a stranger: buffers may grow past this,
/// never start past it.
constexpr std::uint64_t kMaxUntrustedReserve = 64ULL << 20U;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* pointer) const { libdeflate_free_decompressor(pointer); }
};

/// The size a gzip stream claims in its last four bytes, within what deflate can make of so many bytes (1032:1).
std::uint64_t claimed_size(std::string_view compressed) {
  std::uint64_t size = 0;
  for (int i = 0; i < 4; ++i) {
    size |= static_cast<std::uint64_t>(
                static_cast<unsigned char>(compressed[compressed.size() - 4 + static_cast<std::size_t>(i)]))
            << (8U * static_cast<unsigned>(i));
  }
  return std::min(size, compressed.size() * 1032);
}

enum class Outcome { kDone, kDamaged, kTooLarge };

/// Appends one gzip member to `out` and takes it off `input`.
Outcome inflate_member(libdeflate_decompressor* decompressor, std::string_view& input, std::string& out,
                       std::uint64_t limit) {
  const std::size_t start = out.size();
  std::uint64_t room = std::clamp<std::uint64_t>(claimed_size(input), 1024, kMaxUntrustedReserve);
  for (;;) {
    room = std::min(room, limit - start);
    std::size_t consumed = 0;
    std::size_t produced = 0;
    libdeflate_result result = LIBDEFLATE_BAD_DATA;
    out.resize_and_overwrite(start + room, [&](char* buffer, std::size_t size) {
      result = libdeflate_gzip_decompress_ex(decompressor, input.data(), input.size(), buffer + start, size - start,
                                             &consumed, &produced);
      return start + (result == LIBDEFLATE_SUCCESS ? produced : 0);
    });
    if (result == LIBDEFLATE_SUCCESS) {
      input.remove_prefix(consumed);
      return Outcome::kDone;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return Outcome::kDamaged;
    if (room >= limit - start) return Outcome::kTooLarge;
    room *= 4;
  }
}

Outcome inflate(std::string_view input, std::string& out, std::uint64_t limit) {
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(libdeflate_alloc_decompressor());
  if (decompressor == nullptr) return Outcome::kTooLarge;
  do {
    if (input.size() < 18) return Outcome::kDamaged;  // shorter than the smallest gzip member
    const Outcome outcome = inflate_member(decompressor.get(), input, out, limit);
    if (outcome != Outcome::kDone) return outcome;
  } while (!input.empty());
  return Outcome::kDone;
}

}  // namespace

Result<void> inflate_body(HttpResponse& response, std::uint64_t limit) {
  const std::string encoding = to_lower(response.headers.joined("content-encoding"));
  if (encoding.empty() || encoding == "identity" || response.body.empty()) return {};
  const std::string url = printable(redact(response.url));
  if (encoding != "gzip" && encoding != "x-gzip") {
    return fail("EBADENCODING", fmt::format("response from {} has content-encoding {}, which was not asked for", url,
                                            printable(encoding)));
  }
  std::string out;
  switch (inflate(response.body, out, limit)) {
    case Outcome::kDone:
      break;
    case Outcome::kDamaged:
      return fail("EBADENCODING", fmt::format("response from {} is no valid gzip", url));
    case Outcome::kTooLarge:
      return fail("EBADSIZE", fmt::format("content size at {} over limit: {}", url, limit));
  }
  response.body = std::move(out);
  response.headers.remove("content-encoding");
  response.headers.remove("content-length");
  return {};
}

}  // namespace hoist::fetcher
