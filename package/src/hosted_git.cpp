/// Git hosts that npm knows by name (hosted-git-info 9).

#include <array>

#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"
#include "hoist/package/package_spec.hpp"
#include "js_text.hpp"

namespace hoist::package {
namespace {

using Text = std::string_view;

struct Host {
  Text type;
  Text domain;
  Text protocols;  ///< each followed by a space
};

constexpr std::array<Host, 5> kHosts = {{
    {"github", "github.com", "git http git+ssh git+https ssh https "},
    {"bitbucket", "bitbucket.org", "git+ssh git+https ssh https "},
    {"gitlab", "gitlab.com", "git+ssh git+https ssh https "},
    {"gist", "gist.github.com", "git git+ssh git+https ssh https "},
    {"sourcehut", "git.sr.ht", "git+ssh https "},
}};

const Host* find_by_shortcut(Text scheme) noexcept {
  for (const Host& host : kHosts)
    if (host.type == scheme) return &host;
  return nullptr;
}

const Host* find_by_domain(Text domain) noexcept {
  if (domain.starts_with("www.")) domain.remove_prefix(4);
  for (const Host& host : kHosts)
    if (host.domain == domain) return &host;
  return nullptr;
}

bool speaks(const Host& host, Text scheme) noexcept {
  for (std::size_t at = 0; (at = host.protocols.find(scheme, at)) != Text::npos; at += scheme.size()) {
    const bool starts = at == 0 || host.protocols[at - 1] == ' ';
    if (starts && host.protocols.substr(at + scheme.size()).starts_with(' ')) return true;
  }
  return false;
}

bool is_known_protocol(Text scheme) noexcept {
  constexpr std::array<Text, 7> protocols = {"git+ssh", "ssh", "git+https", "git", "http", "https", "git+http"};
  for (const Text protocol : protocols)
    if (protocol == scheme) return true;
  return find_by_shortcut(scheme) != nullptr;
}

/// `user/repo`, optionally with `#…`: no scheme, no scope, no path.
bool is_github_shorthand(Text text) noexcept {
  const std::size_t hash = text.find('#');
  const Text head = text.substr(0, hash);
  const std::size_t slash = head.find('/');
  if (slash == Text::npos || slash == 0) return false;
  if (head.find('/', slash + 1) != Text::npos || head.ends_with('/') || head.starts_with('.')) return false;
  return head.find_first_of(":@") == Text::npos && js::find_space(head) == Text::npos;
}

/// `git:github.com:user/repo` and the like get the `//` that a URL needs.
std::string correct_protocol(Text text) {
  const std::size_t colon = text.find(':');
  if (colon != Text::npos && is_known_protocol(text.substr(0, colon))) return std::string(text);
  if (colon != Text::npos && text.substr(colon).starts_with("://")) return std::string(text);
  const std::size_t at = text.find('@');
  if (at != Text::npos) {
    // `user:password@host…` is an address without scheme, `git@host:path` needs more than a scheme.
    return colon == Text::npos || at > colon ? "git+ssh://" + std::string(text) : std::string(text);
  }
  const std::size_t after = colon == Text::npos ? 0 : colon + 1;
  return std::string(text.substr(0, after)) + "//" + std::string(text.substr(after));
}

/// Makes a URL of an scp-style address: the last colon before the fragment starts the path.
std::string correct_scp(std::string text) {
  const auto last_before_hash = [&](char c) {
    const std::size_t hash = text.find('#');
    return text.rfind(c, hash);
  };
  const std::size_t at = last_before_hash('@');
  const std::size_t colon = last_before_hash(':');
  if (colon != std::string::npos && (at == std::string::npos || colon > at)) text[colon] = '/';
  if (last_before_hash(':') == std::string::npos && text.find("//") == std::string::npos) text = "git+ssh://" + text;
  return text;
}

std::optional<WhatwgUrl> parse_git_url(Text text) {
  std::string corrected = correct_protocol(text);
  if (auto url = WhatwgUrl::parse(corrected)) return std::move(*url);
  if (auto url = WhatwgUrl::parse(correct_scp(std::move(corrected)))) return std::move(*url);
  return std::nullopt;
}

Text without_git_suffix(Text project) noexcept {
  if (project.ends_with(".git")) project.remove_suffix(4);
  return project;
}

struct Segments {
  Text user, project, committish;
};

/// GitHub's `/tree/<ref>` names a committish; any other third segment is no repository.
std::optional<Segments> extract_github(const std::vector<Text>& parts, Text hash) {
  const Text type = parts.size() > 3 ? parts[3] : Text();
  if (!type.empty() && type != "tree") return std::nullopt;
  if (!type.empty()) hash = parts.size() > 4 ? parts[4] : Text();
  if (parts.size() < 3) return std::nullopt;
  const Segments found{parts[1], without_git_suffix(parts[2]), hash};
  if (found.user.empty() || found.project.empty()) return std::nullopt;
  return found;
}

/// `/user/project`, unless the third segment says that this is a download.
std::optional<Segments> extract_plain(const std::vector<Text>& parts, Text hash, Text download) {
  if (parts.size() > 3 && parts[3] == download) return std::nullopt;
  if (parts.size() < 3) return std::nullopt;
  const Segments found{parts[1], without_git_suffix(parts[2]), hash};
  if (found.user.empty() || found.project.empty()) return std::nullopt;
  return found;
}

/// GitLab has groups in groups: all but the last segment is the user.
std::optional<Segments> extract_gitlab(Text path, Text hash) {
  if (!path.empty()) path.remove_prefix(1);
  if (path.find("/-/") != Text::npos || path.find("/archive.tar.gz") != Text::npos) return std::nullopt;
  const std::size_t slash = path.rfind('/');
  if (slash == Text::npos) return std::nullopt;
  const Segments found{path.substr(0, slash), without_git_suffix(path.substr(slash + 1)), hash};
  if (found.user.empty() || found.project.empty()) return std::nullopt;
  return found;
}

std::optional<Segments> extract_gist(const std::vector<Text>& parts, Text hash) {
  if (parts.size() > 3 && parts[3] == "raw") return std::nullopt;
  Text user = parts.size() > 1 ? parts[1] : Text();
  Text project = parts.size() > 2 ? parts[2] : Text();
  if (project.empty()) std::swap(user, project);
  if (project.empty()) return std::nullopt;
  return Segments{user, without_git_suffix(project), hash};
}

std::optional<Segments> extract(const Host& host, Text path, Text hash) {
  const std::vector<Text> parts = split(path, '/');
  if (host.type == "github") return extract_github(parts, hash);
  if (host.type == "gitlab") return extract_gitlab(path, hash);
  if (host.type == "gist") return extract_gist(parts, hash);
  return extract_plain(parts, hash, host.type == "bitbucket" ? "get" : "archive");
}

/// hosted-git-info's name for the template that prints what was written.
std::string representation_of(Text scheme) {
  if (scheme == "git+ssh" || scheme == "ssh") return "sshurl";
  if (scheme == "git+https") return "https";
  return std::string(scheme);
}

std::optional<HostedGit> from_shortcut(const Host& host, const WhatwgUrl& url) {
  HostedGit hosted{std::string(host.type), std::string(host.domain), {}, {}, {}, "shortcut", {}};
  Text path = url.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  // Credentials mean nothing in a shortcut.
  if (const std::size_t at = path.find('@'); at != Text::npos) path.remove_prefix(at + 1);
  const std::size_t slash = path.rfind('/');
  auto user = js::decode_uri_component(slash == Text::npos ? Text() : path.substr(0, slash));
  auto project = js::decode_uri_component(slash == Text::npos ? path : path.substr(slash + 1));
  auto committish = js::decode_uri_component(url.fragment.value_or(""));
  if (!user || !project || !committish) return std::nullopt;
  // npm would go on with a user called "null".
  if (user->empty() && host.type != "gist") return std::nullopt;
  hosted.user = std::move(*user);
  hosted.project = without_git_suffix(*project);
  hosted.committish = std::move(*committish);
  return hosted;
}

std::optional<HostedGit> from_address(const Host& host, const WhatwgUrl& url) {
  if (!speaks(host, url.scheme)) return std::nullopt;
  const std::string hash = url.fragment.value_or("");
  const auto segments = extract(host, url.path, hash);
  if (!segments) return std::nullopt;
  auto user = js::decode_uri_component(segments->user);
  auto project = js::decode_uri_component(segments->project);
  auto committish = js::decode_uri_component(segments->committish);
  if (!user || !project || !committish) return std::nullopt;
  HostedGit hosted{std::string(host.type),
                   std::string(host.domain),
                   std::move(*user),
                   std::move(*project),
                   std::move(*committish),
                   representation_of(url.scheme),
                   {}};
  const bool keeps_auth = url.scheme != "git+ssh" && url.scheme != "ssh";
  if (keeps_auth && (!url.user.empty() || !url.password.empty()))
    hosted.auth = url.password.empty() ? url.user : url.user + ':' + url.password;
  return hosted;
}

std::string fragment_of(const HostedGit& hosted) {
  return hosted.committish.empty() ? std::string() : '#' + hosted.committish;
}

std::string repository_of(const HostedGit& hosted) {
  return hosted.type == "gist" ? hosted.project : hosted.user + '/' + hosted.project;
}

std::string auth_prefix(const HostedGit& hosted) { return hosted.auth.empty() ? std::string() : hosted.auth + '@'; }

std::string git_url(const HostedGit& hosted) {
  // The git protocol has no credentials for gists.
  const std::string auth = hosted.type == "github" ? auth_prefix(hosted) : std::string();
  return "git://" + auth + hosted.domain + '/' + repository_of(hosted) + ".git" + fragment_of(hosted);
}

}  // namespace

std::string HostedGit::ssh_url() const {
  return "git+ssh://git@" + domain + '/' + repository_of(*this) + ".git" + fragment_of(*this);
}

std::string HostedGit::https_url() const {
  if (type == "sourcehut") return "https://" + domain + '/' + repository_of(*this) + fragment_of(*this);
  const std::string credentials = type == "gist" ? std::string() : auth_prefix(*this);
  return "git+https://" + credentials + domain + '/' + repository_of(*this) + ".git" + fragment_of(*this);
}

std::string HostedGit::shortcut() const { return type + ':' + repository_of(*this) + fragment_of(*this); }

std::string HostedGit::tarball_url() const {
  const std::string reference = percent_encode_component(committish.empty() ? "HEAD" : committish);
  if (type == "github") return "https://codeload.github.com/" + user + '/' + project + "/tar.gz/" + reference;
  if (type == "bitbucket") return "https://bitbucket.org/" + user + '/' + project + "/get/" + reference + ".tar.gz";
  if (type == "gitlab")
    return "https://gitlab.com/api/v4/projects/" + percent_encode_component(user + '/' + project) +
           "/repository/archive.tar.gz?sha=" + reference;
  if (type == "gist") return "https://codeload.github.com/gist/" + project + "/tar.gz/" + reference;
  return "https://" + domain + '/' + user + '/' + project + "/archive/" + reference + ".tar.gz";
}

std::string HostedGit::to_string(bool git_plus, bool with_committish) const {
  HostedGit bare;
  const HostedGit* shown = this;
  if (!with_committish) {
    bare = *this;
    bare.committish.clear();
    shown = &bare;
  }
  std::string out;
  if (default_representation == "shortcut")
    out = shown->shortcut();
  else if (default_representation == "https")
    out = shown->https_url();
  else if (default_representation == "git")
    out = git_url(*shown);
  else
    out = shown->ssh_url();
  if (!git_plus && out.starts_with("git+")) out.erase(0, 4);
  return out;
}

std::optional<HostedGit> parse_hosted_git(std::string_view url) {
  if (url.empty()) return std::nullopt;
  const auto parsed = is_github_shorthand(url) ? parse_git_url("github:" + std::string(url)) : parse_git_url(url);
  if (!parsed) return std::nullopt;
  if (const Host* host = find_by_shortcut(parsed->scheme)) return from_shortcut(*host, *parsed);
  const Host* host = find_by_domain(parsed->host.value_or(""));
  return host != nullptr ? from_address(*host, *parsed) : std::nullopt;
}

}  // namespace hoist::package
