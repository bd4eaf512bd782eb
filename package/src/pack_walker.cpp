#include "pack_walker.hpp"

#include <algorithm>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::package {
namespace {

namespace fs = std::filesystem;

std::string_view file_of(RuleSource source) {
  switch (source) {
    case RuleSource::kPackage:
      return "package.json";
    case RuleSource::kNpmIgnore:
      return ".npmignore";
    case RuleSource::kGitIgnore:
      return ".gitignore";
    default:
      return {};
  }
}

/// The ways one path is shown to a rule: `/a/b`, `a/b`, and as folders `/a/b/`, `a/b/`.
class Shapes {
 public:
  explicit Shapes(std::string_view path) {
    parts_.emplace_back();
    for (const auto part : split(path, '/'))
      if (!part.empty() || parts_.size() == 1) parts_.push_back(part);
    if (path.ends_with('/')) parts_.emplace_back();
    folder_ = parts_;
    if (!folder_.back().empty()) folder_.emplace_back();
  }
  bool plain(const IgnoreRule& rule, bool partial) const {
    return rule.matches(parts_, partial) || rule.matches(std::span(parts_).subspan(1), partial);
  }
  bool as_folder(const IgnoreRule& rule) const {
    return rule.matches(folder_, false) || rule.matches(std::span(folder_).subspan(1), false);
  }

 private:
  std::vector<std::string_view> parts_, folder_;
};

Result<std::vector<std::string>> list_folder(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error) return std::unexpected(errno_error(error.value(), "cannot list", path));
  std::ranges::sort(names);
  return names;
}

}  // namespace

PackFolder::PackFolder(const PackFolder& parent, std::string name, bool exact)
    : walk_(parent.walk_),
      path_(parent.path_ / name),
      relative_(parent.relative_ + name + '/'),
      name_(std::move(name)),
      parent_(&parent),
      exact_(exact),
      sources_{RuleSource::kDefault, RuleSource::kNpmIgnore, RuleSource::kGitIgnore, RuleSource::kStrict} {
  if (walk_.has_workspaces) sources_.insert(sources_.begin() + 1, RuleSource::kPackage);
  static const auto defaults = std::make_shared<const IgnoreRules>(default_ignore_rules());
  static const auto strict = std::make_shared<const IgnoreRules>(folder_ignore_rules());
  set_rules(RuleSource::kDefault, defaults);
  set_rules(RuleSource::kStrict, strict);
}

bool PackFolder::uses(RuleSource source) const { return std::ranges::find(sources_, source) != sources_.end(); }

Result<void> PackFolder::read_rules(const std::vector<std::string>& names) {
  for (const auto source : {RuleSource::kPackage, RuleSource::kNpmIgnore, RuleSource::kGitIgnore}) {
    const auto file = file_of(source);
    if (!uses(source) || std::ranges::find(names, file) == names.end()) continue;
    if (source == RuleSource::kPackage && package_ != nullptr) {
      IgnoreRules rules;
      if (files_rules(*package_, path_, rules))
        set_rules(source, std::make_shared<const IgnoreRules>(std::move(rules)));
      set_rules(RuleSource::kStrict, std::make_shared<const IgnoreRules>(strict_rules(*package_, project_root_)));
      continue;
    }
    HOIST_TRY(const auto text, read_file(path_ / file));
    set_rules(source, std::make_shared<const IgnoreRules>(parse_ignore_rules(text)));
  }
  return {};
}

/// `files` silences both ignore files, .npmignore silences .gitignore.
void PackFolder::settle_rules() {
  const auto has = [this](RuleSource source) { return rules_[static_cast<std::size_t>(source)] != nullptr; };
  if (has(RuleSource::kPackage)) {
    set_rules(RuleSource::kNpmIgnore, nullptr);
    set_rules(RuleSource::kGitIgnore, nullptr);
  } else if (has(RuleSource::kNpmIgnore)) {
    set_rules(RuleSource::kGitIgnore, nullptr);
  } else if (has(RuleSource::kGitIgnore) && parent_ == nullptr && walk_.reporter != nullptr) {
    walk_.reporter->log(LogLevel::kWarn, "gitignore-fallback",
                        "No .npmignore file found, using .gitignore for file exclusion. Consider creating a "
                        ".npmignore file to explicitly control published files.");
  }
}

Result<void> PackFolder::collect(std::set<std::string>& out) {
  HOIST_TRY(const auto names, list_folder(path_));
  HOIST_CHECK(read_rules(names));
  settle_rules();
  for (const auto& name : names) {
    const bool as_file = includes(name, false);
    const bool as_folder = includes(name, true);
    // A name with a star cannot be unpacked on every system.
    if ((!as_file && !as_folder) || name.find('*') != std::string::npos) continue;
    std::error_code error;
    const auto type = fs::symlink_status(path_ / name, error).type();
    if (error) return std::unexpected(errno_error(error.value(), "cannot read", path_ / name));
    if (type == fs::file_type::regular && as_file) out.insert(relative_ + name);
    if (type != fs::file_type::directory || !as_folder) continue;
    PackFolder child(*this, name, as_file || includes(name + '/', false));
    HOIST_CHECK(child.collect(out));
  }
  return {};
}

bool PackFolder::includes(const std::string& entry, bool partial, const std::string* base) const {
  bool included = true;
  if (parent_ != nullptr) {
    included = parent_->includes(name_ + '/' + entry, partial, base != nullptr ? base : &entry);
    if (!included && !exact_) return false;
  }
  for (const auto source : sources_) {
    const auto& rules = rules_[static_cast<std::size_t>(source)];
    if (rules == nullptr) continue;
    for (const auto& rule : *rules)
      if (rule.negated() != included && applies(rule, entry, partial, base)) included = rule.negated();
  }
  return included;
}

bool PackFolder::applies(const IgnoreRule& rule, const std::string& entry, bool partial,
                         const std::string* base) const {
  const Shapes shapes(entry);
  if (shapes.plain(rule, false)) return true;
  if (!partial) return false;
  if (shapes.as_folder(rule) || (rule.negated() && shapes.plain(rule, true))) return true;
  if (base == nullptr || !rule.is_relative()) return false;
  const Shapes last(*base);
  return last.as_folder(rule) || (rule.negated() && last.plain(rule, true));
}

}  // namespace hoist::package
