#pragma once
/// What another client's lockfile chose, as the resolver can ask for it.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hoist::lockfile {

/// One version that a foreign lockfile names.
struct Pin {
  std::string name;     ///< the package's own, where the dependency is an alias
  std::string version;  ///< empty for what is no registry package
  std::string resolved;
  std::string integrity;  ///< of npm's kind; empty when the lock has none
};

/// `name@version`, as lists of pins and messages spell it.
[[nodiscard]] std::string pin_id(const Pin& pin);

/// Pins by who asks. Cheap to ask: two lookups.
class Pins {
 public:
  /// Another version of the same name is not good enough, even where the range would accept it. False: pins say what to
  /// load, and what is there already may do, which is how far npm goes with a yarn.lock.
  bool strict = false;

  /// Whoever asks for `name@spec` gets this.
  void add_for_spec(std::string_view name, std::string_view spec, Pin pin);
  /// The package `name@version` or the importer at a location (see importer) gets this for its dependency `name`. The
  /// same package may stand in a lock more than once, with different dependencies: every pin is kept.
  void add_for_dependent(std::string_view dependent, std::string_view name, Pin pin);

  /// The key of the root ("") and of workspaces among dependents.
  [[nodiscard]] static std::string importer(std::string_view location);

  /// Candidates for the dependency `name@spec` of `dependent`, the most specific first.
  [[nodiscard]] std::vector<const Pin*> find(std::string_view dependent, std::string_view name,
                                             std::string_view spec) const;
  [[nodiscard]] bool empty() const noexcept { return by_spec_.empty() && by_dependent_.empty(); }
  /// Every pinned registry version, `name@version`.
  [[nodiscard]] const std::set<std::string, std::less<>>& versions() const noexcept { return versions_; }
  /// Entries that pin nothing, as the lock calls them, and why: git and tarballs, what the client added by itself.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& others() const noexcept { return others_; }
  void add_other(std::string_view what, std::string_view why = kNotRegistry) { others_.emplace(what, why); }
  static constexpr std::string_view kNotRegistry =
      "it is no package of a registry; what package.json says is resolved anew";
  /// A version the lock lists, whether or not something asks for it.
  void add_version(const Pin& pin);

 private:
  std::map<std::string, Pin, std::less<>> by_spec_;
  std::map<std::string, std::vector<Pin>, std::less<>> by_dependent_;
  std::set<std::string, std::less<>> versions_;
  std::map<std::string, std::string, std::less<>> others_;
};

}  // namespace hoist::lockfile
