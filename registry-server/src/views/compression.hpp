#pragma once
/// The encodings in which documents are served.

#include <array>
#include <string>
#include <string_view>

namespace hoist::registry {

enum class Encoding { kIdentity, kGzip, kBrotli, kZstd };
inline constexpr std::array kEncodings = {Encoding::kIdentity, Encoding::kGzip, Encoding::kBrotli, Encoding::kZstd};

/// The value of Content-Encoding; empty for identity.
[[nodiscard]] std::string_view content_encoding(Encoding encoding) noexcept;

/// The smallest that a client accepts, as its Accept-Encoding says.
[[nodiscard]] Encoding choose_encoding(std::string_view accept_encoding);

/// The same bytes for the same input.
[[nodiscard]] std::string encode(Encoding encoding, std::string_view bytes);

}  // namespace hoist::registry
