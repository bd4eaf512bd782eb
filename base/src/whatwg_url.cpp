#include "hoist/base/whatwg_url.hpp"

#include <charconv>

#include "hoist/base/text.hpp"
#include "whatwg_url_host.hpp"

namespace hoist {
namespace {

using url_detail::append_encoded;
using url_detail::encode;
using url_detail::EncodeSet;

bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Zero for schemes without a default; `special` schemes are those the URL standard lists.
std::uint16_t default_port(std::string_view scheme) noexcept {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "ftp") return 21;
  return 0;
}

bool is_special(std::string_view scheme) noexcept { return default_port(scheme) != 0 || scheme == "file"; }

/// `C:` or `C|`.
bool is_drive_letter(std::string_view text) noexcept {
  return text.size() == 2 && is_alpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) noexcept {
  return text.size() >= 2 && is_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

bool is_dot(std::string_view segment) { return segment == "." || to_lower(segment) == "%2e"; }

bool is_dot_dot(std::string_view segment) {
  const std::string lower = to_lower(segment);
  return lower == ".." || lower == ".%2e" || lower == "%2e." || lower == "%2e%2e";
}

/// The input without surrounding controls and spaces and without any tab or newline.
std::string clean_input(std::string_view text) {
  const auto edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && edge(text.front())) text.remove_prefix(1);
  while (!text.empty() && edge(text.back())) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  return out;
}

/// One parse: takes the input apart from the left.
class Parser {
 public:
  Parser(std::string input, const WhatwgUrl* base) : input_(std::move(input)), rest_(input_), base_(base) {}

  bool run() {
    if (take_scheme()) return after_scheme();
    if (base_ == nullptr) return false;
    if (base_->opaque_path) {
      if (!rest_.starts_with('#')) return false;
      url_ = *base_;
      return take_fragment();
    }
    url_.scheme = base_->scheme;
    return url_.scheme == "file" ? file() : relative();
  }

  WhatwgUrl take() { return std::move(url_); }

 private:
  [[nodiscard]] bool special() const noexcept { return is_special(url_.scheme); }
  [[nodiscard]] bool is_slash(char c) const noexcept { return c == '/' || (c == '\\' && special()); }
  [[nodiscard]] bool at_slash(std::size_t i = 0) const noexcept { return i < rest_.size() && is_slash(rest_[i]); }

  bool take_scheme() {
    if (rest_.empty() || !is_alpha(rest_[0])) return false;
    std::size_t end = 1;
    while (end < rest_.size() && (is_alpha(rest_[end]) || is_digit(rest_[end]) || rest_[end] == '+' ||
                                  rest_[end] == '-' || rest_[end] == '.'))
      ++end;
    if (end == rest_.size() || rest_[end] != ':') return false;
    url_.scheme = to_lower(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool after_scheme() {
    if (url_.scheme == "file") return file();
    if (special()) {
      if (base_ != nullptr && base_->scheme == url_.scheme && !rest_.starts_with("//")) return relative();
      while (at_slash()) rest_.remove_prefix(1);
      return authority() && path_start();
    }
    if (rest_.starts_with("//")) {
      rest_.remove_prefix(2);
      return authority() && path_start();
    }
    if (rest_.starts_with('/')) return path_start();
    const std::size_t end = std::min(rest_.find_first_of("?#"), rest_.size());
    url_.opaque_path = true;
    url_.path = encode(rest_.substr(0, end), EncodeSet::kControl);
    rest_.remove_prefix(end);
    return take_query();
  }

  /// A reference without scheme, or one that repeats the base's special scheme.
  bool relative() {
    if (at_slash() && at_slash(1)) {
      rest_.remove_prefix(2);
      while (special() && at_slash()) rest_.remove_prefix(1);
      return authority() && path_start();
    }
    url_.user = base_->user;
    url_.password = base_->password;
    url_.host = base_->host;
    url_.port = base_->port;
    if (at_slash()) return path_start();
    return merge_with_base_path();
  }

  bool merge_with_base_path() {
    url_.path = base_->path;
    if (rest_.empty() || rest_[0] == '?' || rest_[0] == '#') {
      if (!rest_.starts_with('?')) url_.query = base_->query;
      return take_query();
    }
    pop_segment();
    return take_path();
  }

  bool file() {
    url_.host = "";
    if (at_slash()) {
      rest_.remove_prefix(1);
      if (at_slash()) {
        rest_.remove_prefix(1);
        return file_host();
      }
      if (base_ != nullptr && base_->scheme == "file") {
        url_.host = base_->host;
        // A path from the root keeps the base's drive.
        if (!starts_with_drive_letter(rest_) && base_->path.size() >= 3 &&
            is_drive_letter(std::string_view(base_->path).substr(1, 2)) &&
            (base_->path.size() == 3 || base_->path[3] == '/'))
          url_.path = base_->path.substr(0, 3);
      }
      return take_path();
    }
    if (base_ != nullptr && base_->scheme == "file") {
      url_.host = base_->host;
      if (!rest_.empty() && rest_[0] != '?' && rest_[0] != '#' && starts_with_drive_letter(rest_)) return take_path();
      return merge_with_base_path();
    }
    return take_path();
  }

  bool file_host() {
    const std::size_t end = std::min(rest_.find_first_of("/\\?#"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    if (is_drive_letter(text)) return take_path();
    if (!text.empty()) {
      auto host = url_detail::parse_host(text, true);
      if (!host) return false;
      url_.host = *host == "localhost" ? std::string() : std::move(*host);
    }
    rest_.remove_prefix(end);
    return path_start();
  }

  bool authority() {
    const std::size_t end = std::min(rest_.find_first_of(special() ? "/\\?#" : "/?#"), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    const std::size_t at = text.rfind('@');
    if (at != std::string_view::npos) {
      const std::string_view credentials = text.substr(0, at);
      text.remove_prefix(at + 1);
      if (text.empty()) return false;
      const std::size_t colon = credentials.find(':');
      url_.user = encode(credentials.substr(0, colon), EncodeSet::kUserinfo);
      if (colon != std::string_view::npos) url_.password = encode(credentials.substr(colon + 1), EncodeSet::kUserinfo);
    }
    return host_and_port(text);
  }

  bool host_and_port(std::string_view text) {
    std::size_t colon = std::string_view::npos;
    bool inside = false;
    for (std::size_t i = 0; i < text.size() && colon == std::string_view::npos; ++i) {
      if (text[i] == '[') inside = true;
      if (text[i] == ']') inside = false;
      if (text[i] == ':' && !inside) colon = i;
    }
    const std::string_view host_text = text.substr(0, colon);
    if (host_text.empty() && (special() || colon != std::string_view::npos)) return false;
    auto host = url_detail::parse_host(host_text, special());
    if (!host) return false;
    url_.host = std::move(*host);
    return colon == std::string_view::npos || take_port(text.substr(colon + 1));
  }

  bool take_port(std::string_view text) {
    if (text.empty()) return true;
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return false;
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    std::uint16_t port = 0;
    if (!text.empty() && std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc()) return false;
    const std::uint16_t usual = default_port(url_.scheme);
    if (usual == 0 || port != usual) url_.port = port;
    return true;
  }

  /// After the authority: an unknown scheme may have no path at all.
  bool path_start() {
    if (special()) {
      if (at_slash()) rest_.remove_prefix(1);
      return take_path();
    }
    if (rest_.empty() || rest_[0] == '?' || rest_[0] == '#') return take_query();
    rest_.remove_prefix(1);
    return take_path();
  }

  void pop_segment() {
    if (url_.scheme == "file" && url_.path.size() == 3 && is_drive_letter(std::string_view(url_.path).substr(1)) &&
        url_.path[2] == ':')
      return;
    const std::size_t slash = url_.path.rfind('/');
    url_.path.erase(slash == std::string::npos ? 0 : slash);
  }

  void push_segment(std::string_view segment) {
    url_.path += '/';
    if (url_.scheme == "file" && url_.path.size() == 1 && is_drive_letter(segment)) {
      url_.path += segment[0];
      url_.path += ':';
      return;
    }
    for (const char c : segment) append_encoded(url_.path, static_cast<unsigned char>(c), EncodeSet::kPath);
  }

  /// Segments up to the query; the slash before the first is already gone.
  bool take_path() {
    for (;;) {
      std::size_t end = 0;
      while (end < rest_.size() && rest_[end] != '?' && rest_[end] != '#' && !is_slash(rest_[end])) ++end;
      const std::string_view segment = rest_.substr(0, end);
      const bool more = end < rest_.size() && is_slash(rest_[end]);
      if (is_dot_dot(segment)) {
        pop_segment();
        if (!more) url_.path += '/';
      } else if (is_dot(segment)) {
        if (!more) url_.path += '/';
      } else {
        push_segment(segment);
      }
      rest_.remove_prefix(end + (more ? 1 : 0));
      if (!more) return take_query();
    }
  }

  bool take_query() {
    if (rest_.starts_with('?')) {
      const std::size_t end = std::min(rest_.find('#'), rest_.size());
      url_.query = encode(rest_.substr(1, end - 1), special() ? EncodeSet::kSpecialQuery : EncodeSet::kQuery);
      rest_.remove_prefix(end);
    }
    return take_fragment();
  }

  bool take_fragment() {
    if (rest_.starts_with('#')) url_.fragment = encode(rest_.substr(1), EncodeSet::kFragment);
    return true;
  }

  std::string input_;
  std::string_view rest_;
  const WhatwgUrl* base_;
  WhatwgUrl url_;
};

Result<WhatwgUrl> parse_url(std::string_view text, const WhatwgUrl* base) {
  Parser parser(clean_input(text), base);
  if (!parser.run()) return fail("ERR_INVALID_URL", fmt::format("Invalid URL: {}", printable(text)));
  return parser.take();
}

}  // namespace

Result<WhatwgUrl> WhatwgUrl::parse(std::string_view text) { return parse_url(text, nullptr); }
Result<WhatwgUrl> WhatwgUrl::parse(std::string_view text, const WhatwgUrl& base) { return parse_url(text, &base); }

std::string WhatwgUrl::host_and_port() const {
  std::string out = host.value_or("");
  if (port) out += fmt::format(":{}", *port);
  return out;
}

std::string WhatwgUrl::origin() const { return scheme + "://" + host_and_port(); }

std::uint16_t WhatwgUrl::effective_port() const noexcept {
  if (port) return *port;
  if (scheme == "ssh" || scheme == "git+ssh") return 22;
  if (scheme == "git") return 9418;
  return default_port(scheme.starts_with("git+") ? std::string_view(scheme).substr(4) : std::string_view(scheme));
}

std::string WhatwgUrl::to_string() const {
  std::string out = scheme + ':';
  if (host) {
    out += "//";
    if (!user.empty() || !password.empty()) {
      out += user;
      if (!password.empty()) out += ':' + password;
      out += '@';
    }
    out += host_and_port();
  } else if (!opaque_path && path.starts_with("//")) {
    // Else the path would read as an authority.
    out += "/.";
  }
  out += path;
  if (query) out += '?' + *query;
  if (fragment) out += '#' + *fragment;
  return out;
}

}  // namespace hoist
