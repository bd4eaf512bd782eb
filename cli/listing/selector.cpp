#include "cli/listing/selector.hpp"

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr int kMaxDepth = 64;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
/// Where a name without escapes ends.
bool ends_name(char c) { return is_space(c) || std::string_view(".#[]:>~+,*()&|\"'=^$").find(c) != std::string_view::npos; }

/// Splits at commas outside brackets and quotes.
std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if (c == ')' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  parts.push_back(trim(text.substr(std::min(start, text.size()))));
  return parts;
}

std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

  Result<SelectorList> parse() {
    if (depth_ > kMaxDepth) return syntax("selectors nest too deep");
    SelectorList list(1);
    skip_spaces();
    while (at_ < text_.size()) {
      if (peek() == ',') {
        ++at_;
        skip_spaces();
        list.emplace_back();
        continue;
      }
      HOIST_TRY(auto simple, parse_simple());
      const bool closes = simple.kind == SelectorKind::kCombinator && simple.value == " " &&
                          (at_ == text_.size() || peek() == ',' || list.back().empty());
      if (!closes) list.back().push_back(std::move(simple));
    }
    return list;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  [[nodiscard]] std::unexpected<Error> syntax(std::string_view what) const {
    return fail("EQUERYSYNTAX", fmt::format("`{}` is not a selector: {}", printable(text_), what));
  }

  Result<SimpleSelector> parse_simple() {
    const char c = peek();
    if (is_space(c) || c == '>' || c == '~' || c == '+') return parse_combinator();
    if (c == '*') {
      ++at_;
      return SimpleSelector{.kind = SelectorKind::kUniversal, .value = "*"};
    }
    if (c == '#' || c == '.') {
      ++at_;
      HOIST_TRY(auto name, parse_name());
      return SimpleSelector{.kind = c == '#' ? SelectorKind::kId : SelectorKind::kClass, .value = std::move(name)};
    }
    if (c == '[') {
      HOIST_TRY(const auto inside, take_balanced('[', ']'));
      HOIST_TRY(auto matcher, parse_attribute(inside));
      return SimpleSelector{.kind = SelectorKind::kAttribute, .matcher = std::move(matcher)};
    }
    if (c == ':') return parse_pseudo();
    if (c == '&') {
      ++at_;
      return SimpleSelector{.kind = SelectorKind::kUnsupported, .value = "nesting"};
    }
    HOIST_TRY(const auto name, parse_name());
    return SimpleSelector{.kind = SelectorKind::kUnsupported, .value = "tag"};
  }

  Result<SimpleSelector> parse_combinator() {
    skip_spaces();
    SimpleSelector simple{.kind = SelectorKind::kCombinator, .value = " "};
    if (const char c = peek(); c == '>' || c == '~' || c == '+') {
      simple.value = std::string(1, c);
      ++at_;
      skip_spaces();
    }
    return simple;
  }

  Result<std::string> parse_name() {
    std::string name;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        name += text_[at_ + 1];
        at_ += 2;
        continue;
      }
      if (ends_name(c)) break;
      name += c;
      ++at_;
    }
    if (name.empty()) return syntax(at_ < text_.size() ? fmt::format("unexpected '{}'", peek()) : "it ends too early");
    return name;
  }

  /// The text between an opening bracket here and the one that closes it; the position moves behind it.
  Result<std::string_view> take_balanced(char open, char close) {
    const std::size_t start = at_ + 1;
    int depth = 0;
    char quote = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        ++at_;
      } else if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == open) {
        ++depth;
      } else if (c == close && --depth == 0) {
        return text_.substr(start, at_++ - start);
      }
    }
    return syntax(fmt::format("'{}' is missing", close));
  }

  Result<AttributeMatcher> parse_attribute(std::string_view inside) const {
    inside = trim(inside);
    AttributeMatcher matcher;
    std::size_t i = 0;
    while (i < inside.size() && inside[i] != '=' && !is_space(inside[i])) {
      const bool two = i + 1 < inside.size() && inside[i + 1] == '=';
      if (two && std::string_view("~*|^$").find(inside[i]) != std::string_view::npos) break;
      if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
      matcher.attribute += inside[i++];
    }
    if (matcher.attribute.empty() || matcher.attribute.front() == '"' || matcher.attribute.front() == '\'')
      return syntax("Expected an attribute followed by an operator preceding the string.");
    std::string_view rest = trim(inside.substr(i));
    if (rest.empty()) return matcher;
    const std::size_t length = rest.front() == '=' ? 1 : 2;
    if (rest.size() < length || rest[length - 1] != '=') return syntax("an operator is missing in [ ]");
    matcher.op = rest.substr(0, length);
    rest = trim(rest.substr(length));
    if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\'')) {
      const auto end = rest.find(rest.front(), 1);
      if (end == std::string_view::npos) return syntax("a quote is not closed");
      const auto flag = trim(rest.substr(end + 1));
      matcher.insensitive = flag == "i" || flag == "I";
      matcher.value = rest.substr(1, end - 1);
      return matcher;
    }
    if (rest.size() > 2 && is_space(rest[rest.size() - 2]) && (rest.back() == 'i' || rest.back() == 'I')) {
      matcher.insensitive = true;
      rest = trim(rest.substr(0, rest.size() - 1));
    }
    for (std::size_t k = 0; k < rest.size(); ++k) {
      if (rest[k] == '\\' && k + 1 < rest.size()) ++k;
      matcher.value += rest[k];
    }
    return matcher;
  }

  Result<SimpleSelector> parse_pseudo() {
    ++at_;
    while (peek() == ':') ++at_;
    SimpleSelector simple{.kind = SelectorKind::kPseudo};
    HOIST_TRY(simple.value, parse_name());
    std::optional<std::string_view> inside;
    if (peek() == '(') {
      HOIST_TRY(inside, take_balanced('(', ')'));
    }
    const auto& name = simple.value;
    if (name == "is" || name == "not" || name == "has") {
      HOIST_TRY(auto nested, Parser(inside.value_or(""), depth_ + 1).parse());
      if (!inside) nested.clear();
      simple.nested = std::make_shared<SelectorList>(std::move(nested));
    } else if (name == "attr") {
      HOIST_CHECK(read_attr(simple, split_arguments(inside.value_or("")), depth_));
    } else if (name == "semver") {
      HOIST_CHECK(read_semver(simple, split_arguments(inside.value_or(""))));
    } else if (name == "vuln") {
      HOIST_CHECK(read_vulnerabilities(simple, inside));
    } else if (inside) {
      simple.argument = std::string(split_arguments(*inside).front());
    }
    return simple;
  }

  /// `a, b, [c=d]`, the last possibly another `:attr(…)` that looks into each element of a list.
  Result<void> read_attr(SimpleSelector& simple, std::vector<std::string_view> arguments, int depth) const {
    if (depth > kMaxDepth) return syntax("selectors nest too deep");
    const std::string_view last = arguments.back();
    arguments.pop_back();
    for (const auto argument : arguments)
      if (!argument.starts_with('[') && !argument.starts_with(':')) simple.lookup.emplace_back(std::string(argument));
    if (last.starts_with(":attr(") && last.ends_with(')')) {
      simple.lookup.emplace_back(std::nullopt);
      return read_attr(simple, split_arguments(last.substr(6, last.size() - 7)), depth + 1);
    }
    if (!last.starts_with('[') || !last.ends_with(']'))
      return fail("EQUERYATTR", "`:attr` pseudo-class expects an attribute matcher as the last value");
    HOIST_TRY(simple.matcher, parse_attribute(last.substr(1, last.size() - 2)));
    return {};
  }

  /// `version`, `range, [attribute]`, `:attr(…), version, function` and the like.
  Result<void> read_semver(SimpleSelector& simple, std::vector<std::string_view> arguments) const {
    const auto is_matcher = [](std::string_view text) { return text.starts_with('[') || text.starts_with(':'); };
    simple.matcher.attribute = "version";
    if (arguments.size() == 1 && arguments.front().empty()) return {};
    if (arguments.size() == 3) {
      if (is_matcher(arguments.back()))
        return fail("ESEMVERFUNC", "`:semver` pseudo-class expects a function name as last value");
      simple.semver_function = unquoted(arguments.back());
      arguments.pop_back();
    }
    if (arguments.size() == 1) {
      simple.argument = unquoted(arguments.front());
      return {};
    }
    const std::size_t value = is_matcher(arguments[0]) ? 1 : 0;
    if (is_matcher(arguments[value]))
      return fail("ESEMVERVALUE", "`:semver` pseudo-class expects a static value in the first or second position");
    simple.argument = std::string(arguments[value]);
    simple.matcher = {};
    return read_attr(simple, {arguments[1 - value]}, depth_);
  }

  Result<void> read_vulnerabilities(SimpleSelector& simple, std::optional<std::string_view> inside) const {
    if (!inside || trim(*inside).empty()) return {};
    for (std::string_view group : split_arguments(*inside)) {
      VulnerabilityFilter filter;
      while (!group.empty()) {
        const auto end = group.find(']');
        if (!group.starts_with('[') || end == std::string_view::npos)
          return fail("EQUERYATTR", ":vuln pseudo-class only accepts attribute matchers or \"cwe\" tag");
        HOIST_TRY(auto matcher, parse_attribute(group.substr(1, end - 1)));
        if (matcher.attribute != "severity" && matcher.attribute != "cwe")
          return fail("EQUERYATTR", ":vuln pseudo-class only matches \"severity\" and \"cwe\" attributes");
        if (!matcher.op.empty() && matcher.op != "=")
          return fail("EQUERYATTR", ":vuln pseudo-class attribute selector only accepts \"=\" operator");
        auto& list = matcher.attribute == "cwe" ? filter.cwe : filter.severity;
        list.push_back(matcher.op.empty() ? "*" : std::move(matcher.value));
        group = trim(group.substr(end + 1));
      }
      simple.vulnerabilities.push_back(std::move(filter));
    }
    return {};
  }

  std::string_view text_;
  int depth_;
  std::size_t at_ = 0;
};

}  // namespace

Result<SelectorList> parse_selector(std::string_view text) {
  if (text.empty()) return SelectorList{};
  return Parser(text, 0).parse();
}

}  // namespace hoist::cli
