#include "hoist/package/package_name.hpp"

#include <algorithm>
#include <array>

#include "hoist/base/text.hpp"
#include "js_text.hpp"

namespace hoist::package {
namespace {

/// Modules of Node.js that a new package may not shadow, as validate-npm-package-name 7 lists them; sorted.
constexpr auto kCoreModules = std::to_array<std::string_view>({"_http_agent",
                                                               "_http_client",
                                                               "_http_common",
                                                               "_http_incoming",
                                                               "_http_outgoing",
                                                               "_http_server",
                                                               "_stream_duplex",
                                                               "_stream_passthrough",
                                                               "_stream_readable",
                                                               "_stream_transform",
                                                               "_stream_wrap",
                                                               "_stream_writable",
                                                               "_tls_common",
                                                               "_tls_wrap",
                                                               "assert",
                                                               "assert/strict",
                                                               "async_hooks",
                                                               "buffer",
                                                               "child_process",
                                                               "cluster",
                                                               "console",
                                                               "constants",
                                                               "crypto",
                                                               "dgram",
                                                               "diagnostics_channel",
                                                               "dns",
                                                               "dns/promises",
                                                               "domain",
                                                               "events",
                                                               "fs",
                                                               "fs/promises",
                                                               "http",
                                                               "http2",
                                                               "https",
                                                               "inspector",
                                                               "inspector/promises",
                                                               "module",
                                                               "net",
                                                               "node:sea",
                                                               "node:sqlite",
                                                               "node:test",
                                                               "node:test/reporters",
                                                               "os",
                                                               "path",
                                                               "path/posix",
                                                               "path/win32",
                                                               "perf_hooks",
                                                               "process",
                                                               "punycode",
                                                               "querystring",
                                                               "readline",
                                                               "readline/promises",
                                                               "repl",
                                                               "stream",
                                                               "stream/consumers",
                                                               "stream/promises",
                                                               "stream/web",
                                                               "string_decoder",
                                                               "sys",
                                                               "timers",
                                                               "timers/promises",
                                                               "tls",
                                                               "trace_events",
                                                               "tty",
                                                               "url",
                                                               "util",
                                                               "util/types",
                                                               "v8",
                                                               "vm",
                                                               "wasi",
                                                               "worker_threads",
                                                               "zlib"});
static_assert(std::ranges::is_sorted(kCoreModules));

constexpr std::array<std::string_view, 2> kReserved = {"node_modules", "favicon.ico"};

struct Parts {
  std::string_view scope;  ///< without the at sign; empty when unscoped
  std::string_view bare;
};

/// `@scope/name` or a text without a slash; nullopt for anything else.
std::optional<Parts> split_name(std::string_view name) noexcept {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return name.empty() ? std::nullopt : std::optional(Parts{{}, name});
  const std::string_view bare = name.substr(slash + 1);
  if (name[0] != '@' || slash < 2 || bare.empty() || bare.find('/') != std::string_view::npos) return std::nullopt;
  return Parts{name.substr(1, slash - 1), bare};
}

void find_warnings(std::string_view name, const std::string& lower, std::vector<std::string>& warnings) {
  if (std::ranges::binary_search(kCoreModules, std::string_view(lower)))
    warnings.push_back(std::string(name) + " is a core module name");
  if (js::length(name) > 214) warnings.emplace_back("name can no longer contain more than 214 characters");
  if (lower != name) warnings.emplace_back("name can no longer contain capital letters");
  const std::size_t slash = name.rfind('/');
  if (name.substr(slash == std::string_view::npos ? 0 : slash + 1).find_first_of("~'!()*") != std::string_view::npos)
    warnings.emplace_back("name can no longer contain special characters (\"~'!()*\")");
}

void find_errors(std::string_view name, const std::string& lower, std::vector<std::string>& errors) {
  if (name.empty()) errors.emplace_back("name length must be greater than zero");
  if (name.starts_with('.')) errors.emplace_back("name cannot start with a period");
  if (name.starts_with('-')) errors.emplace_back("name cannot start with a hyphen");
  if (name.starts_with('_')) errors.emplace_back("name cannot start with an underscore");
  if (js::trim(name) != name) errors.emplace_back("name cannot contain leading or trailing spaces");
  for (const std::string_view reserved : kReserved)
    if (lower == reserved) errors.push_back(std::string(reserved) + " is not a valid package name");
  if (js::is_uri_component(name)) return;
  if (const auto parts = split_name(name)) {
    if (parts->bare.starts_with('.')) errors.emplace_back("name cannot start with a period");
    if (!parts->scope.empty() && js::is_uri_component(parts->scope) && js::is_uri_component(parts->bare)) return;
  }
  errors.emplace_back("name can only contain URL-friendly characters");
}

}  // namespace

NameValidity validate_package_name(std::string_view text) {
  NameValidity validity;
  const std::string lower = to_lower(text);
  find_errors(text, lower, validity.errors);
  find_warnings(text, lower, validity.warnings);
  validity.valid_for_old_packages = validity.errors.empty();
  validity.valid_for_new_packages = validity.valid_for_old_packages && validity.warnings.empty();
  return validity;
}

bool is_valid_for_old_packages(std::string_view text) noexcept {
  if (text.empty()) return false;
  std::string_view bare = text;
  if (text[0] == '@') {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash < 2 || !js::is_uri_component(text.substr(1, slash - 1))) return false;
    bare = text.substr(slash + 1);
    return !bare.empty() && bare[0] != '.' && js::is_uri_component(bare);
  }
  if (bare[0] == '.' || bare[0] == '-' || bare[0] == '_' || !js::is_uri_component(bare)) return false;
  if (bare.size() != kReserved[0].size() && bare.size() != kReserved[1].size()) return true;
  return std::ranges::find(kReserved, to_lower(bare)) == kReserved.end();
}

Result<PackageName> PackageName::parse(std::string_view text) {
  if (!is_valid_for_old_packages(text)) {
    const NameValidity validity = validate_package_name(text);
    return fail("EINVALIDPACKAGENAME",
                fmt::format("Invalid package name \"{}\": {}.", printable(text), join(validity.errors, "; ")));
  }
  PackageName name;
  name.text_ = text;
  // npm lets these two pass; as a folder below node_modules the first would read as a nested node_modules.
  if (to_lower(name.bare()) == "node_modules")
    return fail("EINVALIDPACKAGENAME",
                fmt::format("Invalid package name \"{}\": node_modules is not a valid package name.", text));
  if (name.scope() == "@." || name.scope() == "@..")
    return fail("EINVALIDPACKAGENAME", fmt::format("Invalid package name \"{}\": the scope is no name.", text));
  return name;
}

std::string_view PackageName::scope() const noexcept {
  if (!text_.starts_with('@')) return {};
  return std::string_view(text_).substr(0, text_.find('/'));
}

std::string_view PackageName::bare() const noexcept {
  const std::size_t slash = text_.find('/');
  return slash == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

std::string PackageName::escaped() const {
  std::string out = text_;
  if (const std::size_t slash = out.find('/'); slash != std::string::npos) out.replace(slash, 1, "%2f");
  return out;
}

}  // namespace hoist::package
