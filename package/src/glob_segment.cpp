#include "glob_segment.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hoist::package {
namespace {

// Patterns come from packages of strangers: what exceeds these bounds matches nothing, or is read as plain text.
constexpr int kMaxSteps = 200'000;
constexpr int kMaxDepth = 2'000;
constexpr int kMaxNesting = 8;
constexpr std::size_t kMaxParseSteps = 100'000;

std::u32string decode(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    char32_t code = more == 0 ? lead : lead & (0x3FU >> more);
    for (unsigned k = 0; k < more && i < text.size(); ++k)
      code = code << 6U | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    out += code;
  }
  return out;
}

char32_t fold(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; }

struct Range {
  char32_t first, last;
};

struct Node;
using Sequence = std::vector<Node>;

struct Node {
  enum class Kind { kLiteral, kAny, kStar, kClass, kNothing, kGroup } kind = Kind::kLiteral;
  char32_t literal = 0;
  bool negated = false;
  std::vector<Range> ranges;
  char32_t group = 0;  ///< one of ! ? + * @
  std::vector<Sequence> alternatives;
};

/// What `[:alpha:]` and its relatives hold; letters beyond ASCII count as letters.
std::optional<std::vector<Range>> posix_class(std::u32string_view name) {
  const Range lower{'a', 'z'}, upper{'A', 'Z'}, digit{'0', '9'}, beyond{0x80, 0x10FFFF};
  if (name == U"alnum") return std::vector{lower, upper, digit, beyond};
  if (name == U"alpha") return std::vector{lower, upper, beyond};
  if (name == U"ascii") return std::vector{Range{0, 0x7F}};
  if (name == U"blank") return std::vector{Range{' ', ' '}, Range{'\t', '\t'}};
  if (name == U"cntrl") return std::vector{Range{0, 0x1F}, Range{0x7F, 0x9F}};
  if (name == U"digit") return std::vector{digit};
  if (name == U"graph") return std::vector{Range{0x21, 0x7E}, beyond};
  if (name == U"lower") return std::vector{lower, beyond};
  if (name == U"print") return std::vector{Range{0x20, 0x7E}, beyond};
  if (name == U"punct")
    return std::vector{Range{'!', '#'}, Range{'%', '*'}, Range{',', '/'}, Range{':', ';'}, Range{'?', '@'},
                       Range{'[', ']'}, Range{'_', '_'}, Range{'{', '{'}, Range{'}', '}'}};
  if (name == U"space") return std::vector{Range{' ', ' '}, Range{'\t', '\r'}};
  if (name == U"upper") return std::vector{upper};
  if (name == U"word") return std::vector{lower, upper, digit, Range{'_', '_'}, beyond};
  if (name == U"xdigit") return std::vector{Range{'a', 'f'}, Range{'A', 'F'}, digit};
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::u32string text) : text_(std::move(text)) {}

  Sequence parse() { return sequence(0, false); }

 private:
  bool starts_group() const {
    return at_ + 1 < text_.size() && text_[at_ + 1] == U'(' &&
           std::u32string_view(U"!?+*@").find(text_[at_]) != std::u32string_view::npos;
  }

  Sequence sequence(int depth, bool in_group) {
    Sequence out;
    while (at_ < text_.size()) {
      const char32_t c = text_[at_];
      ++steps_;
      if (in_group && (c == U'|' || c == U')')) break;
      if (starts_group() && depth < kMaxNesting && steps_ < kMaxParseSteps && group(depth, out)) continue;
      if (c == U'[' && bracket(out)) continue;
      ++at_;
      if (c == U'\\' && at_ < text_.size()) {
        out.push_back({.literal = text_[at_++]});
      } else if (c == U'*') {
        if (out.empty() || out.back().kind != Node::Kind::kStar) out.push_back({.kind = Node::Kind::kStar});
      } else if (c == U'?') {
        out.push_back({.kind = Node::Kind::kAny});
      } else {
        out.push_back({.literal = c});
      }
    }
    return out;
  }

  /// False, with nothing read, when the group does not end.
  bool group(int depth, Sequence& out) {
    const std::size_t start = at_;
    Node node{.kind = Node::Kind::kGroup};
    node.group = text_[at_];
    at_ += 2;
    for (;;) {
      node.alternatives.push_back(sequence(depth + 1, true));
      if (at_ >= text_.size()) {
        at_ = start;
        return false;
      }
      if (text_[at_++] == U')') break;
    }
    out.push_back(std::move(node));
    return true;
  }

  /// False, with nothing read, when the bracket does not end: then it is a character like others.
  bool bracket(Sequence& out) {
    std::size_t i = at_ + 1;
    Node node{.kind = Node::Kind::kClass};
    if (i < text_.size() && (text_[i] == U'!' || text_[i] == U'^')) {
      node.negated = true;
      ++i;
    }
    const std::size_t first = i;
    for (; i < text_.size();) {
      char32_t c = text_[i];
      if (c == U']' && i > first) {
        at_ = i + 1;
        if (node.ranges.empty()) {  // only reversed ranges: nothing can match, whatever follows
          node.kind = Node::Kind::kNothing;
        }
        out.push_back(std::move(node));
        return true;
      }
      if (c == U'[' && i + 1 < text_.size() && text_[i + 1] == U':') {
        const auto end = text_.find(U":]", i + 2);
        const auto known = end == std::u32string::npos
                               ? std::nullopt
                               : posix_class(std::u32string_view(text_).substr(i + 2, end - i - 2));
        if (known) {
          node.ranges.insert(node.ranges.end(), known->begin(), known->end());
          i = end + 2;
          continue;
        }
      }
      if (c == U'\\' && i + 1 < text_.size()) c = text_[++i];
      if (i + 2 < text_.size() && text_[i + 1] == U'-' && text_[i + 2] != U']') {
        std::size_t to = i + 2;
        if (text_[to] == U'\\' && to + 1 < text_.size()) ++to;
        if (text_[to] >= c) node.ranges.push_back({c, text_[to]});
        i = to + 1;
        continue;
      }
      node.ranges.push_back({c, c});
      ++i;
    }
    return false;
  }

  std::u32string text_;
  std::size_t at_ = 0;
  std::size_t steps_ = 0;  ///< groups without an end are read again as text
};

class Matcher {
 public:
  Matcher(std::u32string name, bool ignore_case) : name_(std::move(name)), ignore_case_(ignore_case) {}

  bool run(const Sequence& pattern) {
    return match(pattern, 0, 0, [this](std::size_t at) { return at == name_.size(); });
  }

 private:
  using Rest = std::function<bool(std::size_t)>;

  bool match(const Sequence& nodes, std::size_t index, std::size_t at, const Rest& rest) {
    const DepthGuard guard(depth_);
    if (++steps_ > kMaxSteps || depth_ > kMaxDepth) return false;
    if (index == nodes.size()) return rest(at);
    const Node& node = nodes[index];
    const Rest next = [&, index](std::size_t to) { return match(nodes, index + 1, to, rest); };
    if (node.kind == Node::Kind::kStar) return any_length(at, next);
    if (node.kind == Node::Kind::kGroup) return group(node, at, next);
    if (at >= name_.size() || !accepts(node, name_[at])) return false;
    return match(nodes, index + 1, at + 1, rest);
  }

  bool any_length(std::size_t at, const Rest& next) {
    for (std::size_t to = at; to <= name_.size(); ++to)
      if (next(to)) return true;
    return false;
  }

  bool any_alternative(const Node& node, std::size_t at, const Rest& next) {
    for (const auto& alternative : node.alternatives)
      if (match(alternative, 0, at, next)) return true;
    return false;
  }

  bool group(const Node& node, std::size_t at, const Rest& next) {
    switch (node.group) {
      case U'!':
        // What is forbidden is an alternative together with all that follows it.
        return !any_alternative(node, at, next) && any_length(at, next);
      case U'?':
        return any_alternative(node, at, next) || next(at);
      case U'@':
        return any_alternative(node, at, next);
      default:
        return (node.group == U'*' && next(at)) || repeat(node, at, next);
    }
  }

  bool repeat(const Node& node, std::size_t at, const Rest& next) {
    return any_alternative(node, at,
                           [&, at](std::size_t to) { return next(to) || (to > at && repeat(node, to, next)); });
  }

  bool accepts(const Node& node, char32_t c) const {
    switch (node.kind) {
      case Node::Kind::kAny:
        return true;
      case Node::Kind::kLiteral:
        return ignore_case_ ? fold(node.literal) == fold(c) : node.literal == c;
      case Node::Kind::kClass:
        return in_class(node, c) != node.negated;
      default:
        return false;
    }
  }

  bool in_class(const Node& node, char32_t c) const {
    const auto holds = [&](char32_t one) {
      for (const auto& range : node.ranges)
        if (range.first <= one && one <= range.last) return true;
      return false;
    };
    if (holds(c)) return true;
    if (!ignore_case_) return false;
    if (c >= U'a' && c <= U'z') return holds(c - 32);
    return c >= U'A' && c <= U'Z' && holds(c + 32);
  }

  struct DepthGuard {
    explicit DepthGuard(int& depth) : depth_(depth) { ++depth_; }
    ~DepthGuard() { --depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    int& depth_;
  };

  std::u32string name_;
  bool ignore_case_;
  int steps_ = 0;
  int depth_ = 0;
};

}  // namespace

bool has_glob_magic(std::string_view pattern) noexcept {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' || pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '[') return true;
    if (i + 1 < pattern.size() && pattern[i + 1] == '(' &&
        std::string_view("!+@").find(pattern[i]) != std::string_view::npos)
      return true;
  }
  return false;
}

bool match_glob_segment(std::string_view pattern, std::string_view name, bool ignore_case) {
  if (name == "." || name == "..") return false;
  const Sequence parsed = Parser(decode(pattern)).parse();
  if (name.empty() && parsed.size() == 1 && parsed[0].kind == Node::Kind::kStar) return false;
  return Matcher(decode(name), ignore_case).run(parsed);
}

}  // namespace hoist::package
