#pragma once
/// Networks as tokens and trusted proxies name them: `10.0.0.0/8`, `2001:db8::/32`, a single address.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::registry {

/// An IPv4 or IPv6 address. An IPv4 address mapped into IPv6 (`::ffff:1.2.3.4`) is the IPv4 address.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  /// EINVAL for anything but a numeric address; brackets and a zone are not part of one.
  static Result<IpAddress> parse(std::string_view text);
  /// Loopback, private, link-local, carrier-grade NAT, unique local, unspecified, multicast, documentation: not a place
  /// on the public internet.
  [[nodiscard]] bool is_private() const noexcept;
  [[nodiscard]] std::string to_string() const;
  bool operator==(const IpAddress&) const = default;
};

class Cidr {
 public:
  /// EINVAL for anything else. Host bits may be set; they are ignored.
  static Result<Cidr> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  IpAddress network_;
  unsigned prefix_ = 0;
  std::string text_;
};

/// True when any network contains the address.
[[nodiscard]] bool contains_address(std::span<const Cidr> networks, const IpAddress& address) noexcept;
/// All of them, or the first error.
[[nodiscard]] Result<std::vector<Cidr>> parse_cidrs(const std::vector<std::string>& texts);

}  // namespace hoist::registry
