#include "hoist/base/url.hpp"

#include <charconv>

#include "hoist/base/text.hpp"

namespace hoist {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_slash(char c) { return c == '/' || c == '\\'; }

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

/// Length of `scheme` when the text starts with `scheme:`; 0 when it is a relative reference.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_alpha(text[0])) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return i;
    if (!is_alpha(text[i]) && !is_digit(text[i]) && text[i] != '+' && text[i] != '-' && text[i] != '.') return 0;
  }
  return 0;
}

std::string encode(std::string_view text, std::string_view also) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && also.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

bool is_single_dot(std::string_view segment) { return segment == "." || to_lower(segment) == "%2e"; }
bool is_double_dot(std::string_view segment) {
  const std::string lower = to_lower(segment);
  return lower == ".." || lower == ".%2e" || lower == "%2e." || lower == "%2e%2e";
}

std::string normalise_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t start = (!path.empty() && is_slash(path[0])) ? 1 : 0;
  for (;;) {
    const std::size_t end = path.find_first_of("/\\", start);
    const bool last = end == std::string_view::npos;
    const std::string_view segment = path.substr(start, last ? std::string_view::npos : end - start);
    if (is_double_dot(segment)) {
      if (!kept.empty()) kept.pop_back();
      if (last) kept.emplace_back();
    } else if (is_single_dot(segment)) {
      if (last) kept.emplace_back();
    } else {
      kept.push_back(segment);
    }
    if (last) break;
    start = end + 1;
  }
  std::string out;
  for (const auto segment : kept) {
    out += '/';
    out += encode(segment, "\"<>`{}");
  }
  return out.empty() ? "/" : out;
}

/// Splits `path?query#fragment` into the URL's parts.
void set_tail(Url& url, std::string_view tail) {
  const std::size_t hash = tail.find('#');
  url.fragment = hash == std::string_view::npos ? "" : "#" + encode(tail.substr(hash + 1), "\"<>`");
  tail = tail.substr(0, hash);
  const std::size_t question = tail.find('?');
  url.query = question == std::string_view::npos ? "" : "?" + encode(tail.substr(question + 1), "\"<>'");
  url.path = normalise_path(tail.substr(0, question));
}

std::unexpected<Error> invalid(std::string_view text, std::string_view why) {
  return fail("EINVALIDURL", fmt::format("Invalid URL {}: {}", printable(redact(text)), why));
}

Result<void> set_host(Url& url, std::string_view host, std::string_view text) {
  if (host.empty()) return invalid(text, "it names no host");
  const bool bracketed = host.front() == '[';
  if (bracketed && (host.back() != ']' || host.find_first_not_of("0123456789abcdefABCDEF:.", 1) != host.size() - 1)) {
    return invalid(text, "the IPv6 address is malformed");
  }
  if (!bracketed && host.find_first_of(" []<>^|%\"`{}:") != std::string_view::npos) {
    return invalid(text, "the host has a forbidden character");
  }
  url.host = to_lower(host);
  return {};
}

Result<void> set_authority(Url& url, std::string_view authority, std::string_view text) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    url.username = encode(user.substr(0, colon), "\"#<>?`{}/:;=@[\\]^|");
    if (colon != std::string_view::npos) url.password = encode(user.substr(colon + 1), "\"#<>?`{}/:;=@[\\]^|");
    authority.remove_prefix(at + 1);
  }
  url.port = default_port(url.scheme);
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (!digits.empty()) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
      if (error != std::errc{} || end != digits.data() + digits.size())
        return invalid(text, "the port is no number up to 65535");
    }
  }
  return set_host(url, authority, text);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  text = trim(text);
  // A URL longer than this is an attack or a mistake; servers stop far earlier.
  if (text.size() > 64U * 1024U) return fail("EINVALIDURL", "Invalid URL: it is longer than 64 KiB");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return invalid(text, "it has a control character");
  }
  const std::size_t length = scheme_length(text);
  if (length == 0) return invalid(text, "it is not absolute");
  Url url;
  url.scheme = to_lower(text.substr(0, length));
  if (url.scheme != "http" && url.scheme != "https") {
    return fail("EUNSUPPORTEDPROTOCOL",
                fmt::format("Unsupported URL Type \"{}:\": {}", url.scheme, printable(redact(text))));
  }
  std::string_view rest = text.substr(length + 1);
  while (!rest.empty() && is_slash(rest[0])) rest.remove_prefix(1);
  const std::size_t end = rest.find_first_of("/\\?#");
  HOIST_CHECK(set_authority(url, rest.substr(0, end), text));
  set_tail(url, end == std::string_view::npos ? std::string_view{} : rest.substr(end));
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  reference = trim(reference);
  if (scheme_length(reference) != 0) return parse(reference);
  if (reference.size() >= 2 && is_slash(reference[0]) && is_slash(reference[1])) {
    return parse(fmt::format("{}:{}", scheme, reference));
  }
  const std::string base = fmt::format("{}://{}", scheme, host_and_port());
  Result<Url> result;
  if (!reference.empty() && is_slash(reference[0])) {
    result = parse(base + std::string(reference));
  } else if (reference.empty() || reference[0] == '#') {
    result = parse(base + path + query + std::string(reference));
  } else if (reference[0] == '?') {
    result = parse(base + path + std::string(reference));
  } else {
    result = parse(base + path.substr(0, path.rfind('/') + 1) + std::string(reference));
  }
  return result;
}

std::string Url::host_and_port() const {
  return port == default_port(scheme) ? host : fmt::format("{}:{}", host, port);
}

std::string Url::origin() const { return fmt::format("{}://{}", scheme, host_and_port()); }

std::string Url::to_string() const {
  std::string user;
  if (!username.empty() || !password.empty()) {
    user = username + (password.empty() ? "" : ":" + password) + "@";
  }
  return fmt::format("{}://{}{}{}{}{}", scheme, user, host_and_port(), path, query, fragment);
}

std::string Url::request_url() const { return origin() + path + query; }

namespace {

/// The `user:password@` after a `://`, made safe, appended to `out`; returns how many bytes of `text` it stood for.
std::size_t redact_userinfo(std::string_view text, std::string& out) {
  const std::size_t end = text.find_first_of(" \t\r\n\"'<>/\\?#");
  const std::string_view authority = text.substr(0, end);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return 0;
  const std::size_t colon = authority.find(':');
  // Without a password the user name itself is the secret (a token), unless it is the `git` of ssh URLs.
  if (colon < at) {
    out += authority.substr(0, colon);
    out += ":***@";
  } else {
    out += authority.substr(0, at) == "git" ? "git@" : "***@";
  }
  return at + 1;
}

std::size_t token_length(std::string_view text) {
  std::size_t prefix = 0;
  if (text.starts_with("npm_")) prefix = 4;
  if (text.starts_with("npms_")) prefix = 5;
  if (prefix == 0) return 0;
  std::size_t length = prefix;
  while (length < text.size() && (is_alpha(text[length]) || is_digit(text[length]))) ++length;
  return length - prefix >= 36 ? length : 0;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("://")) {
      out += "://";
      i += 3;
      i += redact_userinfo(text.substr(i), out);
    } else if (const std::size_t length = text[i] == 'n' ? token_length(text.substr(i)) : 0; length != 0) {
      out += "npm_***";
      i += length;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace hoist
