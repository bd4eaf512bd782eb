#include "hoist/registry/path.hpp"

#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail("E400", fmt::format("bad request path: {}", why));
}
std::unexpected<Error> nowhere() { return fail("E404", "not found"); }

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// `@scope/name`, with exactly one slash.
bool is_scoped_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !text.starts_with('@')) return false;
  return is_plain_segment(text.substr(1, slash - 1)) && is_plain_segment(text.substr(slash + 1));
}

}  // namespace

bool is_plain_segment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find_first_of("/\\") == std::string_view::npos &&
         !has_control_character(text);
}

Result<std::vector<std::string>> decode_path(std::string_view path) {
  if (!path.starts_with('/')) return malformed("it must begin with a slash");
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> segments;
  if (path.empty()) return segments;
  for (const auto raw : split(path, '/')) {
    std::string decoded;
    if (!percent_decode(raw, decoded)) return malformed("malformed percent escape");
    if (decoded.empty()) return malformed("empty segment");
    if (has_control_character(decoded)) return malformed("control character");
    if (decoded == "." || decoded == "..") return malformed("dot segment");
    segments.push_back(std::move(decoded));
  }
  return segments;
}

Result<std::string> take_package(std::span<const std::string>& segments) {
  if (segments.empty()) return nowhere();
  const std::string& first = segments.front();
  if (!first.starts_with('@')) {
    if (!is_plain_segment(first) || first == "-") return malformed("package name");
    std::string name = first;
    segments = segments.subspan(1);
    return name;
  }
  if (is_scoped_name(first)) {
    std::string name = first;
    segments = segments.subspan(1);
    return name;
  }
  if (segments.size() < 2) return first.contains('/') ? Result<std::string>(malformed("package name")) : nowhere();
  std::string name = first + "/" + segments[1];
  if (!is_scoped_name(name)) return malformed("package name");
  segments = segments.subspan(2);
  return name;
}

std::string query_value(std::string_view query, std::string_view name) {
  for (const auto pair : split(query, '&')) {
    const auto equals = pair.find('=');
    std::string key, value;
    if (!percent_decode(replace_all(std::string(pair.substr(0, equals)), "+", " "), key) || key != name) continue;
    if (equals == std::string_view::npos) return {};
    if (!percent_decode(replace_all(std::string(pair.substr(equals + 1)), "+", " "), value)) continue;
    return value;
  }
  return {};
}

}  // namespace hoist::registry
