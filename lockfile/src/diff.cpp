#include "hoist/lockfile/diff.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"

namespace hoist::lockfile {
namespace {

using RequesterMap = std::map<std::string, std::vector<Requester>, std::less<>>;

RequesterMap requesters_of(const Lockfile& lock) {
  RequesterMap requesters;
  for (const auto& [location, entry] : lock.packages) {
    const bool own = !is_in_node_modules(location);
    std::string who = location.empty() ? std::string("the project") : std::string(package_name_of(location, entry));
    if (!own && !entry.manifest.version.empty()) who += "@" + entry.manifest.version;
    for (const Edge& edge : edges_out(lock, location, entry))
      if (edge.to != nullptr) requesters[*edge.to].push_back({who, edge.spec, own});
  }
  return requesters;
}

std::string identity_of(const LockPackage& entry) {
  return entry.link ? "link to " + entry.resolved : entry.manifest.version;
}

/// What could be other bytes under the same version.
std::optional<std::pair<std::string, std::string>> content_change(const LockPackage& before, const LockPackage& after) {
  if (!before.integrity.empty() && !after.integrity.empty() && before.integrity != after.integrity)
    return std::pair(before.integrity, after.integrity);
  if (!before.integrity.empty() && after.integrity.empty()) return std::pair(before.integrity, std::string("(none)"));
  if (!before.resolved.empty() && !after.resolved.empty() && before.resolved != after.resolved)
    return std::pair(before.resolved, after.resolved);
  return std::nullopt;
}

bool same_flags(const LockPackage& a, const LockPackage& b) {
  return std::tie(a.dev, a.optional, a.dev_optional, a.peer, a.extraneous, a.in_bundle) ==
         std::tie(b.dev, b.optional, b.dev_optional, b.peer, b.extraneous, b.in_bundle);
}

/// Host of an http(s) or git address, with its scheme where that is none of the usual; empty for local things.
std::string host_of(const LockPackage& entry) {
  if (entry.link || entry.resolved.empty() || entry.resolved.starts_with("file:")) return {};
  const std::size_t scheme = entry.resolved.find("://");
  if (scheme == std::string::npos) return {};
  std::string_view rest = std::string_view(entry.resolved).substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return std::string(rest);
}

class Differ {
 public:
  Differ(const Lockfile& before, const Lockfile& after)
      : before_(before), after_(after), asked_before_(requesters_of(before)), asked_after_(requesters_of(after)) {}

  LockDiff run() {
    for (const auto& [location, entry] : before_.packages)
      if (!location.empty() && !after_.packages.contains(location))
        add(LockChange::Kind::kRemoved, location, entry, identity_of(entry), {});
    for (const auto& [location, entry] : after_.packages) {
      if (location.empty()) continue;
      const auto old = before_.packages.find(location);
      if (old == before_.packages.end())
        add(LockChange::Kind::kAdded, location, entry, {}, identity_of(entry));
      else
        compare(location, old->second, entry);
    }
    LockDiff diff;
    for (auto& [key, change] : changes_) diff.changes.push_back(std::move(change));
    diff.install_scripts = new_scripts();
    diff.hosts = new_hosts();
    return diff;
  }

 private:
  void compare(const std::string& location, const LockPackage& old, const LockPackage& now) {
    const std::string_view old_name = package_name_of(location, old), name = package_name_of(location, now);
    if (identity_of(old) != identity_of(now) || old_name != name) {
      std::string was = old_name == name ? identity_of(old) : std::string(old_name) + "@" + identity_of(old);
      add(LockChange::Kind::kVersion, location, now, std::move(was), identity_of(now));
    } else if (const auto content = content_change(old, now)) {
      add(LockChange::Kind::kContent, location, now, content->first, content->second);
    } else if (!same_flags(old, now)) {
      add(LockChange::Kind::kFlags, location, now, identity_of(old), identity_of(now));
    }
  }

  void add(LockChange::Kind kind, const std::string& location, const LockPackage& entry, std::string was,
           std::string is) {
    const std::string name(package_name_of(location, entry));
    LockChange& change = changes_[{kind, name, was, is}];
    change.kind = kind;
    change.name = name;
    change.before = std::move(was);
    change.after = std::move(is);
    change.locations.push_back(location);
    const RequesterMap& asked = kind == LockChange::Kind::kRemoved ? asked_before_ : asked_after_;
    if (const auto who = asked.find(location); who != asked.end())
      for (const Requester& requester : who->second)
        if (std::find(change.requesters.begin(), change.requesters.end(), requester) == change.requesters.end())
          change.requesters.push_back(requester);
    std::stable_sort(change.requesters.begin(), change.requesters.end(), [](const Requester& a, const Requester& b) {
      return std::tuple(!a.direct, a.name, a.spec) < std::tuple(!b.direct, b.name, b.spec);
    });
  }

  static std::set<std::string> scripted(const Lockfile& lock) {
    std::set<std::string> found;
    for (const auto& [location, entry] : lock.packages)
      if (entry.manifest.has_install_script && is_in_node_modules(location))
        found.insert(std::string(package_name_of(location, entry)) + "@" + entry.manifest.version);
    return found;
  }

  static std::set<std::string> hosts(const Lockfile& lock) {
    std::set<std::string> found;
    for (const auto& [location, entry] : lock.packages)
      if (std::string host = host_of(entry); !host.empty()) found.insert(std::move(host));
    return found;
  }

  static std::vector<std::string> only_in(const std::set<std::string>& now, const std::set<std::string>& before) {
    std::vector<std::string> fresh;
    std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(fresh));
    return fresh;
  }

  [[nodiscard]] std::vector<std::string> new_scripts() const { return only_in(scripted(after_), scripted(before_)); }
  [[nodiscard]] std::vector<std::string> new_hosts() const { return only_in(hosts(after_), hosts(before_)); }

  const Lockfile &before_, &after_;
  RequesterMap asked_before_, asked_after_;
  std::map<std::tuple<LockChange::Kind, std::string, std::string, std::string>, LockChange> changes_;
};

}  // namespace

std::string_view to_string(LockChange::Kind kind) noexcept {
  switch (kind) {
    case LockChange::Kind::kAdded:
      return "added";
    case LockChange::Kind::kRemoved:
      return "removed";
    case LockChange::Kind::kVersion:
      return "changed";
    case LockChange::Kind::kContent:
      return "content";
    case LockChange::Kind::kFlags:
      return "flags";
  }
  return "";
}

LockDiff diff_lockfiles(const Lockfile& before, const Lockfile& after) { return Differ(before, after).run(); }

}  // namespace hoist::lockfile
