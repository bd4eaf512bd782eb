#include "spec_file.hpp"

#include <cstdlib>

#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"
#include "js_text.hpp"

namespace hoist::package::spec_detail {
namespace {

constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) noexcept {
  if (text.size() < lower_prefix.size()) return false;
  for (std::size_t i = 0; i < lower_prefix.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower_prefix[i]) return false;
  }
  return true;
}

/// node's `path.posix.resolve` of an absolute path: lexical, no trailing slash.
std::string normalize_absolute(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      kept.push_back(part);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const std::string_view part : kept) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

std::string resolve_path(std::string_view base, std::string_view path) {
  if (path.starts_with('/')) return normalize_absolute(path);
  return normalize_absolute(std::string(base) + '/' + std::string(path));
}

/// node's `path.posix.relative` of two normalised absolute paths.
std::string relative_path(std::string_view from, std::string_view to) {
  const auto parts_of = [](std::string_view path) {
    return path == "/" ? std::vector<std::string_view>() : split(path.substr(1), '/');
  };
  const auto a = parts_of(from), b = parts_of(to);
  std::size_t common = 0;
  while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
  std::vector<std::string> out(a.size() - common, "..");
  out.insert(out.end(), b.begin() + static_cast<std::ptrdiff_t>(common), b.end());
  return join(out, "/");
}

/// A path as the text of a `file:` URL. npm encodes exactly these characters, the percent sign among them: a spec is a
/// path, not an encoded URL.
std::string to_file_url(std::string_view path) {
  constexpr std::string_view encoded("\0\t\n\r \"#%?[\\]^|~", 15);
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    if (encoded.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out.starts_with("file:") ? out : "file:" + out;
}

/// npm's leniency towards what people write: `file://x` is the absolute path `/x`, `file:/../x` is relative.
std::string repair_file_url(std::string url) {
  if (!url.starts_with("file:/")) return url;
  if (url.starts_with("file://") && url.size() > 7 && url[7] != '/') url.insert(5, 1, '/');
  std::size_t slashes = 5;
  while (slashes < url.size() && url[slashes] == '/') ++slashes;
  if (slashes - 5 > 3) return url;
  std::string_view rest = std::string_view(url).substr(slashes);
  if (!rest.starts_with('.')) return url;
  rest.remove_prefix(rest.starts_with("..") ? 2 : 1);
  if (rest.empty() || rest.starts_with('/')) url.erase(5, slashes - 5);
  return url;
}

std::string home_directory() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? home : "/";
}

std::string decoded_path(const WhatwgUrl& url) {
  std::string out;
  if (!percent_decode(url.path, out)) return url.path;
  return out;
}

}  // namespace

bool has_tarball_suffix(std::string_view text) noexcept {
  for (const std::string_view suffix : {".tgz", ".tar.gz", ".tar"})
    if (text.size() >= suffix.size() && starts_with_ignoring_case(text.substr(text.size() - suffix.size()), suffix))
      return true;
  return false;
}

bool is_file_spec(std::string_view spec) noexcept {
  if (spec.empty()) return false;
  if (spec[0] == '.' || spec[0] == '/' || spec.starts_with("~/")) return true;
  return (spec.size() > 1 && spec[1] == ':' && is_alpha(spec[0])) || starts_with_ignoring_case(spec, "file:");
}

Result<void> resolve_file_spec(PackageSpec& spec, const std::filesystem::path& where) {
  spec.type = has_tarball_suffix(spec.raw_spec) ? SpecType::kFile : SpecType::kDirectory;
  if (spec.raw_spec.find('\0') != std::string::npos) return fail("EINVALIDSPEC", "A path may not hold a NUL character");
  const std::string base =
      normalize_absolute((where.is_absolute() ? where : std::filesystem::current_path() / where).string());
  const std::string text = repair_file_url(to_file_url(spec.raw_spec));
  HOIST_TRY(const WhatwgUrl base_url, WhatwgUrl::parse(to_file_url(base) + '/'));
  HOIST_TRY(const WhatwgUrl resolved_url, WhatwgUrl::parse(text, base_url));
  HOIST_TRY(const WhatwgUrl own_url, WhatwgUrl::parse(text));
  const std::string own = decoded_path(own_url);
  std::string resolved = decoded_path(resolved_url);

  if (own == "/~" || own.starts_with("/~/")) {
    // The home directory is kept as written, so that a package.json can be shared.
    spec.save_spec = "file:" + own.substr(1);
    resolved = resolve_path(home_directory(), own.size() > 3 ? std::string_view(own).substr(3) : std::string_view());
  } else if (text.size() > 5 && text[5] == '/') {
    spec.save_spec = "file:" + normalize_absolute(resolved);
  } else {
    spec.save_spec = "file:" + relative_path(base, normalize_absolute(resolved));
  }
  spec.fetch_spec = resolve_path(base, resolved);
  spec.save_spec = replace_all(std::move(spec.save_spec), "\\", "/");
  return {};
}

}  // namespace hoist::package::spec_detail
