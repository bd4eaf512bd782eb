#include "hoist/package/package_spec.hpp"

#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"
#include "hoist/package/package_name.hpp"
#include "js_text.hpp"
#include "spec_file.hpp"

namespace hoist::package {
namespace {

using Path = std::filesystem::path;
using Text = std::string_view;

Result<PackageSpec> parse_argument(Text argument, const Path& where, bool in_alias);

bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool starts_with_ignoring_case(Text text, Text prefix) { return to_lower(text.substr(0, prefix.size())) == prefix; }

/// `letters:` or `git+letters:`.
bool looks_like_url(Text text) {
  const auto letters_then_colon = [](Text part) {
    std::size_t end = 0;
    while (end < part.size() && is_alpha(part[end])) ++end;
    return end > 0 && end < part.size() && part[end] == ':';
  };
  return letters_then_colon(text) || (starts_with_ignoring_case(text, "git+") && letters_then_colon(text.substr(4)));
}

/// `git@host.tld:path`.
bool looks_like_scp(Text text) {
  const std::size_t at = text.find('@');
  if (at == Text::npos || at == 0) return false;
  const std::size_t dot = text.find_first_of(":.", at + 1);
  if (dot == Text::npos || dot == at + 1 || text[dot] != '.') return false;
  const std::size_t colon = text.find(':', dot + 1);
  if (colon == Text::npos || colon == dot + 1) return false;
  const Text path = text.substr(colon + 1);
  return !path.empty() && !js::has_line_terminator(path);
}

/// Whether some `:digits` is followed by a slash or the end: a port, then, and no scp-style path.
bool has_port(Text text) noexcept {
  for (std::size_t at = 0; (at = text.find(':', at)) != Text::npos;) {
    const std::size_t start = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at > start && (at == text.size() || text[at] == '/')) return true;
  }
  return false;
}

/// git takes an argument with a leading dash for an option, and ssh a host (`--upload-pack=…`, `-oProxyCommand=…`).
Result<void> refuse_option(Text text, Text raw) {
  if (!text.starts_with('-')) return {};
  return fail("EINVALIDSPEC",
              fmt::format("Refusing \"{}\": a git address or committish may not start with a dash", printable(raw)));
}

Result<void> add_git_subdir(PackageSpec& spec, Text value) {
  if (!spec.git_subdir.empty()) return fail("EINVALIDSPEC", fmt::format("\"{}\" names two paths", printable(spec.raw)));
  for (const Text segment : split(value, '/'))
    if (segment == ".." || segment.find('\0') != Text::npos)
      return fail("EINVALIDSPEC", fmt::format("Refusing \"{}\": the path leaves the repository", printable(spec.raw)));
  spec.git_subdir = '/' + std::string(value);
  return {};
}

/// `main`, `semver:^1.0.0`, `path:packages/a`, joined by `::`.
Result<void> set_git_attributes(PackageSpec& spec, Text fragment) {
  if (fragment.empty()) return {};
  for (std::size_t start = 0; start <= fragment.size();) {
    const std::size_t end = std::min(fragment.find("::", start), fragment.size());
    const Text part = fragment.substr(start, end - start);
    start = end + 2;
    const std::size_t colon = part.find(':');
    const Text key = part.substr(0, colon);
    if (colon == Text::npos || key == "semver") {
      if (!spec.git_range.empty() || !spec.git_committish.empty())
        return fail("EINVALIDSPEC", fmt::format("\"{}\" asks for two committishes", printable(spec.raw)));
    }
    if (colon == Text::npos) {
      HOIST_CHECK(refuse_option(part, spec.raw));
      spec.git_committish = part;
      continue;
    }
    const Text value = part.substr(colon + 1, part.find(':', colon + 1) - colon - 1);
    if (key == "semver") {
      auto range = js::decode_uri_component(value);
      if (!range) return fail("EINVALIDSPEC", fmt::format("\"{}\" holds a malformed range", printable(spec.raw)));
      spec.git_range = std::move(*range);
    } else if (key == "path") {
      HOIST_CHECK(add_git_subdir(spec, value));
    }
  }
  return {};
}

Result<void> resolve_hosted(PackageSpec& spec, HostedGit hosted) {
  spec.type = SpecType::kGit;
  spec.save_spec = hosted.to_string();
  if (hosted.default_representation != "shortcut") spec.fetch_spec = hosted.to_string(false, false);
  HOIST_CHECK(set_git_attributes(spec, hosted.committish));
  spec.hosted = std::move(hosted);
  return {};
}

/// `git+ssh://git@host:path#fragment` is no URL, but what git's scp syntax makes of one. False when it is a URL.
Result<bool> resolve_scp(PackageSpec& spec) {
  constexpr Text prefix = "git+ssh://";
  const Text text = spec.raw_spec;
  if (!text.starts_with("git+ssh:") || !text.starts_with(prefix)) return false;
  const std::size_t hash = text.find('#');
  const Text address = text.substr(prefix.size(), hash == Text::npos ? hash : hash - prefix.size());
  const std::size_t colon = address.find(':');
  if (colon == Text::npos || colon == 0 || colon + 1 == address.size() || has_port(address)) return false;
  const Text fragment = hash == Text::npos ? Text() : text.substr(hash + 1);
  if (js::has_line_terminator(fragment)) return false;
  HOIST_CHECK(refuse_option(address, spec.raw));
  spec.type = SpecType::kGit;
  HOIST_CHECK(set_git_attributes(spec, fragment));
  spec.fetch_spec = address;
  return true;
}

Result<void> resolve_git_url(PackageSpec& spec, WhatwgUrl url) {
  spec.type = SpecType::kGit;
  HOIST_CHECK(refuse_option(url.user.empty() ? url.host.value_or("") : url.user, spec.raw));
  HOIST_CHECK(refuse_option(url.host.value_or(""), spec.raw));
  HOIST_CHECK(set_git_attributes(spec, url.fragment.value_or("")));
  url.fragment.reset();
  const bool drive =
      url.scheme == "git+file" && spec.raw_spec.size() > 12 && is_alpha(spec.raw_spec[11]) && spec.raw_spec[12] == ':';
  spec.fetch_spec = drive ? "git+file://" + to_lower(url.host_and_port()) + ':' + url.path : url.to_string();
  if (spec.fetch_spec.starts_with("git+")) spec.fetch_spec.erase(0, 4);
  return {};
}

Result<void> resolve_url(PackageSpec& spec) {
  spec.save_spec = spec.raw_spec;
  HOIST_TRY(const bool scp, resolve_scp(spec));
  if (scp) return {};
  const bool git_file = spec.raw_spec.starts_with("git+file://");
  auto url = WhatwgUrl::parse(git_file ? replace_all(spec.raw_spec, "\\", "/") : spec.raw_spec);
  if (!url) return fail_from(std::move(url).error(), fmt::format("parsing the spec \"{}\"", printable(spec.raw)));
  for (const Text scheme : {"git", "git+http", "git+https", "git+rsync", "git+ftp", "git+file", "git+ssh"})
    if (url->scheme == scheme) return resolve_git_url(spec, std::move(*url));
  if (url->scheme != "http" && url->scheme != "https")
    return fail("EUNSUPPORTEDPROTOCOL",
                fmt::format("Unsupported URL Type \"{}:\": {}", url->scheme, printable(spec.raw_spec)));
  spec.type = SpecType::kRemote;
  spec.fetch_spec = spec.save_spec;
  return {};
}

Result<void> resolve_alias(PackageSpec& spec, const Path& where, bool in_alias) {
  if (in_alias) return fail("EINVALIDSPEC", fmt::format("nested aliases not supported: \"{}\"", printable(spec.raw)));
  HOIST_TRY(PackageSpec target, parse_argument(Text(spec.raw_spec).substr(4), where, true));
  if (!target.registry())
    return fail("EINVALIDSPEC", fmt::format("aliases only work for registry deps: \"{}\"", printable(spec.raw)));
  if (target.name.empty())
    return fail("EINVALIDSPEC", fmt::format("aliases must have a name: \"{}\"", printable(spec.raw)));
  spec.type = SpecType::kAlias;
  spec.sub_spec = std::make_shared<PackageSpec>(std::move(target));
  return {};
}

/// A word like `latest`: no need to try it as a range. `x`, `vx` and the like are ranges.
bool is_plain_tag(Text text) noexcept {
  if (text.empty() || text[0] == 'v' || text[0] == 'x') return false;
  for (const char c : text)
    if (c < 'a' || c > 'z') return false;
  return true;
}

Result<void> resolve_registry(PackageSpec& spec) {
  const Text wanted = js::trim(spec.raw_spec);
  spec.fetch_spec = wanted;
  if (is_plain_tag(wanted)) {
    spec.type = SpecType::kTag;
    return {};
  }
  constexpr SemverOptions loose{.loose = true};
  const bool may_be_version =
      !wanted.empty() && (wanted[0] == 'v' || wanted[0] == '=' || (wanted[0] >= '0' && wanted[0] <= '9'));
  if (may_be_version && Version::parse(wanted, loose)) {
    spec.type = SpecType::kVersion;
    return {};
  }
  if (auto range = Range::parse(wanted, loose)) {
    spec.type = SpecType::kRange;
    spec.range = std::move(*range);
    return {};
  }
  if (!js::is_uri_component(wanted))
    return fail("EINVALIDTAGNAME", fmt::format("Invalid tag name \"{}\" of package \"{}\": Tags may not have any "
                                               "characters that encodeURIComponent encodes.",
                                               printable(wanted), printable(spec.raw)));
  spec.type = SpecType::kTag;
  return {};
}

/// The common case, told apart by its characters: no URL, path, alias or hosted shorthand can be written without these.
bool is_plain_registry_spec(Text spec) noexcept {
  if (spec.starts_with('.')) return false;
  if (spec.find_first_of(":/@") != Text::npos) return false;
  return spec.empty() || (spec.back() | 0x20) < 'r' || !spec_detail::has_tarball_suffix(spec);
}

Result<void> resolve_kind(PackageSpec& spec, const Path& where, bool in_alias) {
  if (is_plain_registry_spec(spec.raw_spec)) return resolve_registry(spec);
  if (spec_detail::is_file_spec(spec.raw_spec)) return spec_detail::resolve_file_spec(spec, where);
  if (starts_with_ignoring_case(spec.raw_spec, "npm:")) return resolve_alias(spec, where, in_alias);
  if (auto hosted = parse_hosted_git(spec.raw_spec)) return resolve_hosted(spec, std::move(*hosted));
  if (looks_like_url(spec.raw_spec)) return resolve_url(spec);
  if (spec.raw_spec.find('/') != std::string::npos || spec_detail::has_tarball_suffix(spec.raw_spec))
    return spec_detail::resolve_file_spec(spec, where);
  return resolve_registry(spec);
}

Result<PackageSpec> resolve_named(Text name, std::string rest, std::string raw, const Path& where, bool in_alias) {
  PackageSpec spec;
  spec.raw = std::move(raw);
  spec.raw_spec = std::move(rest);
  if (!name.empty()) {
    if (!is_valid_for_old_packages(name))
      return fail("EINVALIDPACKAGENAME",
                  fmt::format("Invalid package name \"{}\" of package \"{}\": {}.", printable(name),
                              printable(spec.raw), join(validate_package_name(name).errors, "; ")));
    spec.name = name;
  }
  HOIST_CHECK(resolve_kind(spec, where, in_alias));
  return spec;
}

Result<PackageSpec> parse_argument(Text argument, const Path& where, bool in_alias) {
  std::string raw(argument);
  const std::size_t at = argument.find('@', 1);
  const Text name = argument.substr(0, at);
  if (looks_like_url(argument)) return resolve_named({}, raw, raw, where, in_alias);
  if (looks_like_scp(argument)) return resolve_named({}, "git+ssh://" + raw, raw, where, in_alias);
  if (!name.starts_with('@') && (name.find('/') != Text::npos || spec_detail::has_tarball_suffix(name)))
    return resolve_named({}, raw, raw, where, in_alias);
  if (at != Text::npos) {
    const Text rest = argument.substr(at + 1);
    return resolve_named(name, rest.empty() ? "*" : std::string(rest), std::move(raw), where, in_alias);
  }
  if (is_valid_for_old_packages(argument)) return resolve_named(argument, "*", std::move(raw), where, in_alias);
  return resolve_named({}, raw, raw, where, in_alias);
}

}  // namespace

std::string_view to_string(SpecType type) noexcept {
  switch (type) {
    case SpecType::kVersion:
      return "version";
    case SpecType::kRange:
      return "range";
    case SpecType::kTag:
      return "tag";
    case SpecType::kAlias:
      return "alias";
    case SpecType::kGit:
      return "git";
    case SpecType::kRemote:
      return "remote";
    case SpecType::kFile:
      return "file";
    case SpecType::kDirectory:
      return "directory";
  }
  return "";
}

bool PackageSpec::registry() const noexcept {
  return type == SpecType::kVersion || type == SpecType::kRange || type == SpecType::kTag || type == SpecType::kAlias;
}

std::string PackageSpec::to_string() const {
  const std::string& spec = !save_spec.empty() ? save_spec : !fetch_spec.empty() ? fetch_spec : raw_spec;
  if (name.empty()) return spec.empty() ? raw : spec;
  return spec.empty() ? name : name + '@' + spec;
}

Result<PackageSpec> parse_spec(std::string_view argument, const std::filesystem::path& where) {
  return parse_argument(argument, where, false);
}

Result<PackageSpec> resolve_spec(std::string_view name, std::string_view spec, const std::filesystem::path& where) {
  std::string raw = name.empty() ? std::string(spec) : fmt::format("{}@{}", name, spec);
  return resolve_named(name, std::string(spec), std::move(raw), where, false);
}

}  // namespace hoist::package
