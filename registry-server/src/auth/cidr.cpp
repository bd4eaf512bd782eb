#include "auth/cidr.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace hoist::registry {
namespace {

bool has_prefix(const IpAddress& address, const IpAddress& network, unsigned bits) noexcept {
  const unsigned whole = bits / 8;
  if (!std::equal(network.bytes.begin(), network.bytes.begin() + whole, address.bytes.begin())) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xffU << (8U - rest));
  return (network.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

constexpr std::string_view kPrivate[] = {"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10",   "127.0.0.0/8",
                                         "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",
                                         "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
                                         "224.0.0.0/3",    "::/127",        "64:ff9b::/96",    "2001:db8::/32",
                                         "fc00::/7",       "fe80::/10",     "ff00::/8"};

const std::vector<Cidr>& private_networks() {
  static const std::vector<Cidr> networks = [] {
    std::vector<Cidr> all;
    for (const auto text : kPrivate) all.push_back(Cidr::parse(text).value());
    return all;
  }();
  return networks;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string owned(text);
  IpAddress address;
  if (!text.contains('\0') && inet_pton(AF_INET, owned.c_str(), address.bytes.data()) == 1) {
    address.is_v4 = true;
    return address;
  }
  if (text.contains('\0') || inet_pton(AF_INET6, owned.c_str(), address.bytes.data()) != 1) {
    return fail("EINVAL", fmt::format("not an IP address: \"{}\"", text.substr(0, 64)));
  }
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) {
    IpAddress plain;
    plain.is_v4 = true;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), plain.bytes.begin());
    return plain;
  }
  return address;
}

bool IpAddress::is_private() const noexcept { return contains_address(private_networks(), *this); }

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

Result<Cidr> Cidr::parse(std::string_view text) {
  Cidr cidr;
  cidr.text_ = text;
  const auto slash = text.find('/');
  HOIST_TRY(cidr.network_, IpAddress::parse(text.substr(0, slash)));
  const unsigned widest = cidr.network_.is_v4 ? 32 : 128;
  cidr.prefix_ = widest;
  if (slash == std::string_view::npos) return cidr;
  const std::string_view digits = text.substr(slash + 1);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cidr.prefix_);
  if (error != std::errc() || stop != digits.data() + digits.size() || cidr.prefix_ > widest) {
    return fail("EINVAL", fmt::format("not a network: \"{}\"", text.substr(0, 64)));
  }
  return cidr;
}

bool Cidr::contains(const IpAddress& address) const noexcept {
  return address.is_v4 == network_.is_v4 && has_prefix(address, network_, prefix_);
}

bool contains_address(std::span<const Cidr> networks, const IpAddress& address) noexcept {
  return std::ranges::any_of(networks, [&](const Cidr& network) { return network.contains(address); });
}

Result<std::vector<Cidr>> parse_cidrs(const std::vector<std::string>& texts) {
  std::vector<Cidr> networks;
  for (const std::string& text : texts) {
    HOIST_TRY(Cidr network, Cidr::parse(text));
    networks.push_back(std::move(network));
  }
  return networks;
}

}  // namespace hoist::registry
