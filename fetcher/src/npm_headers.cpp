#include "npm_headers.hpp"

#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

/// The version of npm 12's pacote: registries and proxies have been seen to look at it.
constexpr const char* kPacoteVersion = "22.0.0";
constexpr const char* kAbbreviated = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

}  // namespace

Headers packument_headers(std::string_view name, bool full) {
  Headers headers;
  headers.add("accept", full ? "application/json" : kAbbreviated);
  headers.add("pacote-version", kPacoteVersion);
  headers.add("pacote-req-type", "packument");
  headers.add("pacote-pkg-id", fmt::format("registry:{}", name));
  return headers;
}

Headers tarball_headers(std::string_view package_id, const std::optional<Integrity>& integrity) {
  Headers headers;
  headers.add("pacote-version", kPacoteVersion);
  headers.add("pacote-req-type", "tarball");
  headers.add("pacote-pkg-id", std::string(package_id));
  if (integrity) headers.add("pacote-integrity", integrity->to_string());
  return headers;
}

bool is_requestable_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 1024) return false;
  std::string_view bare = name;
  if (name.front() == '@') {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos || slash == 1) return false;
    bare = name.substr(slash + 1);
  }
  if (bare.empty() || bare.front() == '.' || bare.find('/') != std::string_view::npos) return false;
  return std::ranges::all_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '\\' && c != '%' && c != '#' && c != '?';
  });
}

std::string escape_name(std::string_view name) {
  constexpr std::string_view kAsIs = "@!~*'()";
  std::string out;
  for (const char c : name) {
    if (c == '/') {
      out += "%2f";
    } else if (kAsIs.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += percent_encode_component({&c, 1});
    }
  }
  return out;
}

}  // namespace hoist::fetcher
