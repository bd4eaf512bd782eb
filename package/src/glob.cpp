#include "hoist/package/glob.hpp"

#include "glob_segment.hpp"
#include "hoist/base/text.hpp"

namespace hoist::package {
namespace {

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  if (a.size() != b.size()) return false;
  if (!ignore_case) return a == b;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (fold(a[i]) != fold(b[i])) return false;
  }
  return true;
}

/// Split at runs of slashes.
std::vector<std::string> split_segments(std::string_view pattern) {
  std::vector<std::string> out{""};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '/') {
      out.back() += pattern[i];
    } else if (i + 1 == pattern.size() || pattern[i + 1] != '/') {
      out.emplace_back();
    }
  }
  return out;
}

/// minimatch's first level of optimisation: repeated `**` are one, `x/..` is nothing.
std::vector<std::string> simplify(std::vector<std::string> parts) {
  std::vector<std::string> out;
  for (auto& part : parts) {
    if (part == "**" && !out.empty() && out.back() == "**") continue;
    if (part == ".." && !out.empty() && !out.back().empty() && out.back() != ".." && out.back() != "." &&
        out.back() != "**") {
      out.pop_back();
      continue;
    }
    out.push_back(std::move(part));
  }
  if (out.empty()) out.emplace_back();
  return out;
}

/// The rest of a path against the rest of a pattern. Both are short and `**` is rare, so plain recursion does; it is
/// bounded because patterns with many `**` meet a step limit.
class PathMatch {
 public:
  PathMatch(std::span<const std::string_view> path, const std::vector<GlobSegment>& pattern)
      : path_(path), pattern_(pattern) {}

  bool run() { return match(0, 0); }

  /// Whether the pattern could go on to match something below the path.
  bool run_partial() const {
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
      if (pattern_[i].is_globstar() || i >= path_.size()) return true;
      if (!pattern_[i].matches(path_[i])) return false;
    }
    return path_.size() == pattern_.size() || (path_.size() == pattern_.size() + 1 && path_.back().empty());
  }

 private:
  bool match(std::size_t p, std::size_t f) {
    if (++steps_ > kMaxSteps) return false;
    if (p == pattern_.size()) return f == path_.size() || (f + 1 == path_.size() && path_[f].empty());
    if (pattern_[p].is_globstar()) {
      if (p + 1 == pattern_.size()) return f < path_.size();
      for (std::size_t to = f; to <= path_.size(); ++to)
        if (match(p + 1, to)) return true;
      return false;
    }
    return f < path_.size() && pattern_[p].matches(path_[f]) && match(p + 1, f + 1);
  }

  static constexpr int kMaxSteps = 100'000;
  std::span<const std::string_view> path_;
  const std::vector<GlobSegment>& pattern_;
  int steps_ = 0;
};

}  // namespace

GlobSegment::GlobSegment(std::string text, bool ignore_case)
    : text_(std::move(text)), kind_(Kind::kGeneral), ignore_case_(ignore_case) {
  if (text_ == "**") {
    kind_ = Kind::kGlobstar;
  } else if (!has_glob_magic(text_)) {
    kind_ = Kind::kLiteral;
    literal_ = text_;
  } else if (text_ == "*") {
    kind_ = Kind::kStar;
  } else if (text_[0] == '*' && text_.size() > 1 && text_[1] != '(' && !has_glob_magic(text_.substr(1))) {
    kind_ = Kind::kSuffix;
    literal_ = text_.substr(1);
  }
}

bool GlobSegment::matches(std::string_view name) const {
  switch (kind_) {
    case Kind::kLiteral:
      return equal(name, literal_, ignore_case_);
    case Kind::kStar:
      return !name.empty() && name != "." && name != "..";
    case Kind::kSuffix:
      return name.size() >= literal_.size() &&
             equal(name.substr(name.size() - literal_.size()), literal_, ignore_case_);
    case Kind::kGeneral:
      return match_glob_segment(text_, name, ignore_case_);
    case Kind::kGlobstar:
      break;
  }
  return true;
}

IgnoreRule::IgnoreRule(std::string_view rule) {
  while (rule.starts_with('!')) {
    negated_ = !negated_;
    rule.remove_prefix(1);
  }
  for (const auto& plain : expand_braces(rule)) {
    const auto parts = simplify(split_segments(plain));
    relative_ = relative_ || parts.size() <= (parts.back().empty() ? 2U : 1U);
    auto& set = sets_.emplace_back();
    for (const auto& part : parts) set.emplace_back(part, true);
  }
}

bool IgnoreRule::matches(std::span<const std::string_view> path, bool partial) const {
  for (const auto& set : sets_) {
    auto compared = path;
    if (set.size() == 1) {
      // A pattern without a slash is about the last name, wherever it is.
      std::size_t last = path.size() - 1;
      while (last > 0 && path[last].empty()) --last;
      compared = path.subspan(last, 1);
    }
    PathMatch match(compared, set);
    if (partial ? match.run_partial() : match.run()) return true;
  }
  return false;
}

}  // namespace hoist::package
