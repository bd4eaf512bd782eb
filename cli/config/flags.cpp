#include "cli/config/flags.hpp"

#include <bit>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

const std::vector<std::string_view>& names_of_definitions() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const auto& definition : definitions()) all.push_back(definition.name);
    return all;
  }();
  return names;
}

const Shorthand* find_shorthand(std::string_view name) {
  const auto all = shorthands();
  const auto at = std::ranges::find(all, name, &Shorthand::name);
  return at == all.end() ? nullptr : &*at;
}

std::string_view without_dashes(std::string_view text) {
  while (text.starts_with('-')) text.remove_prefix(1);
  return text;
}

void append_shorthand(const Shorthand& shorthand, std::vector<std::string>& out) {
  out.emplace_back(shorthand.flag);
  if (!shorthand.value.empty()) out.emplace_back(shorthand.value);
}

bool all_dashes(std::string_view text) {
  return text.size() >= 2 && text.find_first_not_of('-') == std::string_view::npos;
}

/// Looks like a flag: one or two dashes and then something else.
bool looks_like_flag(std::string_view text) {
  const auto name = without_dashes(text);
  return text.size() - name.size() >= 1 && text.size() - name.size() <= 2 && !name.empty();
}

bool has_several_types(const Definition& definition) {
  const auto words = definition.values.empty() ? 0 : std::ranges::count(definition.values, '|') + 1;
  return std::popcount(definition.types) + words > 1;
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> arguments) : rest_(arguments.begin(), arguments.end()) {}

  ParsedFlags run() {
    while (next_ < rest_.size()) {
      const std::string argument = rest_[next_++];
      if (all_dashes(argument)) break;
      if (argument.size() > 1 && argument.front() == '-')
        read_flag(argument);
      else
        out_.positionals.push_back(argument);
    }
    out_.positionals.insert(out_.positionals.end(), rest_.begin() + static_cast<std::ptrdiff_t>(next_), rest_.end());
    return std::move(out_);
  }

 private:
  [[nodiscard]] const std::string* peek() const { return next_ < rest_.size() ? &rest_[next_] : nullptr; }

  void push_front(std::vector<std::string> words) {
    rest_.insert(rest_.begin() + static_cast<std::ptrdiff_t>(next_), std::make_move_iterator(words.begin()),
                 std::make_move_iterator(words.end()));
  }

  void refuse(std::string message) { out_.refused.push_back({"EUNKNOWNCONFIG", std::move(message), {}, {}, {}}); }

  void refuse_abbreviation(std::string_view given, std::string_view full) {
    refuse(fmt::format("Invalid abbreviated flag \"--{}\". Did you mean \"--{}\"?", given, full));
  }

  /// The words a shorthand stands for; empty when the argument is none.
  std::vector<std::string> expand(std::string_view argument) {
    const auto name = without_dashes(argument);
    std::vector<std::string> words;
    if (find_definition(name) != nullptr) return words;
    if (const auto* shorthand = find_shorthand(name)) {
      if (name.size() > 1 && argument.size() == name.size() + 1)
        refuse(fmt::format("-{0} is not a valid single-hyphen cli flag. Did you mean --{0}?", name));
      append_shorthand(*shorthand, words);
      return words;
    }
    const bool glued =
        !name.empty() && std::ranges::all_of(name, [](char c) { return find_shorthand({&c, 1}) != nullptr; });
    if (glued) {
      for (const char c : name) append_shorthand(*find_shorthand({&c, 1}), words);
      return words;
    }
    if (!expand_abbreviation(name, names_of_definitions()).empty()) return words;
    std::vector<std::string_view> names;
    for (const auto& shorthand : shorthands()) names.push_back(shorthand.name);
    if (const auto full = expand_abbreviation(name, names); !full.empty()) {
      refuse_abbreviation(name, full);
      append_shorthand(*find_shorthand(full), words);
    }
    return words;
  }

  void read_flag(std::string argument) {
    bool had_equals = false;
    if (const auto equals = argument.find('='); equals != std::string::npos) {
      had_equals = true;
      push_front({argument.substr(equals + 1)});
      argument.resize(equals);
    }
    if (auto words = expand(argument); !words.empty()) {
      push_front(std::move(words));
      return;
    }
    std::string_view name = without_dashes(argument);
    std::optional<bool> negated;
    while (name.size() >= 3 && to_lower(name.substr(0, 3)) == "no-") {
      negated = !negated.value_or(false);
      name.remove_prefix(3);
    }
    std::string key(name);
    if (find_definition(key) == nullptr)
      if (const auto full = expand_abbreviation(key, names_of_definitions()); !full.empty()) {
        refuse_abbreviation(key, full);
        key = full;
      }
    take_value(key, negated, had_equals);
  }

  void store(const std::string& key, Json value, bool list) {
    const auto at =
        std::ranges::find(out_.values, key, [](const auto& entry) -> const std::string& { return entry.first; });
    if (at == out_.values.end()) {
      out_.values.emplace_back(key, list ? Json::array({std::move(value)}) : std::move(value));
    } else if (list) {
      if (!at->second.is_array()) at->second = Json::array({at->second});
      at->second.push_back(std::move(value));
    } else {
      at->second = std::move(value);
    }
  }

  void take_value(const std::string& key, std::optional<bool> negated, bool had_equals) {
    const auto* definition = find_definition(key);
    const bool seen = std::ranges::any_of(out_.values, [&](const auto& entry) { return entry.first == key; });
    const bool list = definition != nullptr ? definition->has(kArray) : seen;
    const std::string* ahead = peek();
    if (definition == nullptr && !had_equals && ahead != nullptr && !ahead->starts_with('-') && *ahead != "true" &&
        *ahead != "false")
      out_.stranded.push_back(*ahead);
    const bool boolean = negated.has_value() || (definition != nullptr && definition->has(kBoolean)) ||
                         (definition == nullptr && !had_equals) ||
                         (ahead != nullptr && *ahead == "false" && definition != nullptr && definition->has(kNull));
    store(key, boolean ? boolean_value(definition, negated) : plain_value(definition, ahead), list);
  }

  /// `--x`, `--no-x`, `--x true`; keys with other types as well also take one of their words, a number or a text.
  Json boolean_value(const Definition* definition, std::optional<bool> negated) {
    Json value = !negated.value_or(false);
    const std::string* ahead = peek();
    if (ahead == nullptr) return value;
    if (*ahead == "true" || *ahead == "false") {
      const bool word = *ahead == "true";
      ++next_;
      return negated.value_or(false) ? !word : word;
    }
    const bool several = definition != nullptr && has_several_types(*definition);
    if (!several) return value;
    const bool flag = looks_like_flag(*ahead) || all_dashes(*ahead);
    if (definition->allows_word(*ahead) || (*ahead == "null" && definition->has(kNull)) ||
        (!flag && definition->has(kString))) {
      value = *ahead == "null" && definition->has(kNull) ? Json(nullptr) : Json(*ahead);
      ++next_;
    } else if (definition->has(kNumber) && !ahead->starts_with("--")) {
      if (const auto number = parse_js_number(*ahead)) {
        value = number_json(*number);
        ++next_;
      }
    }
    return value;
  }

  Json plain_value(const Definition* definition, const std::string* ahead) {
    // Only a key that is nothing but text leaves the next flag alone.
    const bool only_text = definition != nullptr && definition->values.empty() && definition->types == kString;
    if (only_text && (ahead == nullptr || looks_like_flag(*ahead))) return "";
    if (ahead == nullptr || all_dashes(*ahead)) return true;
    return rest_[next_++];
  }

  std::vector<std::string> rest_;
  std::size_t next_ = 0;
  ParsedFlags out_;
};

}  // namespace

const Json* ParsedFlags::find(std::string_view key) const {
  const auto at = std::ranges::find(values, key, [](const auto& entry) -> std::string_view { return entry.first; });
  return at == values.end() ? nullptr : &at->second;
}

std::string_view expand_abbreviation(std::string_view prefix, std::span<const std::string_view> candidates) {
  if (prefix.empty()) return {};
  std::string_view found;
  for (const auto candidate : candidates) {
    if (candidate == prefix) return candidate;
    if (!candidate.starts_with(prefix)) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

ParsedFlags parse_flags(std::span<const std::string> arguments, const PathBase& base) {
  ParsedFlags parsed = Parser(arguments).run();
  std::vector<std::pair<std::string, Json>> valid;
  for (auto& [key, value] : parsed.values) {
    const auto* definition = find_definition(key);
    if (value.is_array())
      for (const auto& item : value)
        if (!clean_value(item, definition, base)) parsed.invalid.push_back({key, item});
    if (auto cleaned = clean_value(value, definition, base))
      valid.emplace_back(key, *std::move(cleaned));
    else if (!value.is_array())
      parsed.invalid.push_back({key, value});
  }
  parsed.values = std::move(valid);
  return parsed;
}

}  // namespace hoist::cli
