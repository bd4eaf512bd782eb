#include "cli/commands/semver.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "hoist/package/range.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

using package::Range;
using package::Version;

constexpr std::string_view kHelp = R"(Usage: semver [options] <version>...

Prints those of the versions that are valid and lie in every given range, lowest first.
Exits with 1 when there are none.

Options:
  -r, --range <range>         keep only versions in this range; may be repeated
  -i, --inc, --increment [<level>]
                              print the next version: major, minor, patch, premajor, preminor,
                              prepatch, prerelease or release (patch when not given); takes one
                              version and no range
      --preid <identifier>    name of the prerelease that the pre… levels make
  -n <base>                   number its prereleases from 0 (the default) or 1; false for no number
  -l, --loose                 accept sloppy versions and ranges
  -p, --include-prerelease    ranges accept every prerelease within their bounds
  -c, --coerce                take the first thing in each argument that looks like a version
      --rtl, --ltr            coerce from the right, from the left (default)
  -v, --version <version>     same as giving the version alone
  -rv, --reverse              print highest first
  -h, --help                  print this
)";

/// An argument; nullopt where the command line ended before an option's value.
using Argument = std::optional<std::string>;

struct Increment {
  std::string level = "patch";
  std::string option;    ///< as it was spelled
  Argument not_a_level;  ///< what followed it instead of a level
  bool explicit_level = false;
};

struct Request {
  bool help = false, reverse = false, loose = false, include_prerelease = false, coerce = false, rtl = false;
  std::vector<Argument> versions, ranges;
  std::optional<Increment> increment;
  package::IncrementOptions increment_options;

  [[nodiscard]] package::SemverOptions semver() const {
    return {.loose = loose, .include_prerelease = include_prerelease};
  }
};

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, text) != names.end();
}

class ArgumentReader {
 public:
  explicit ArgumentReader(std::span<const std::string> args) : rest_(args.begin(), args.end()) {}

  Request read() {
    Request request;
    request.help = rest_.empty();
    while (!rest_.empty() && !request.help) {
      auto name = *take();
      if (const auto equals = name.find('='); equals != std::string::npos) {
        rest_.push_front(name.substr(equals + 1));
        name.resize(equals);
      }
      if (!read_flag(name, request) && !read_valued(name, request)) request.versions.emplace_back(std::move(name));
    }
    request.increment_options.loose = request.loose;
    return request;
  }

 private:
  Argument take() {
    if (rest_.empty()) return std::nullopt;
    auto first = std::move(rest_.front());
    rest_.pop_front();
    return first;
  }

  static bool read_flag(std::string_view name, Request& request) {
    if (is_any_of(name, {"-rv", "-rev", "--rev", "--reverse"}))
      request.reverse = true;
    else if (is_any_of(name, {"-l", "--loose"}))
      request.loose = true;
    else if (is_any_of(name, {"-p", "--include-prerelease"}))
      request.include_prerelease = true;
    else if (is_any_of(name, {"-c", "--coerce"}))
      request.coerce = true;
    else if (name == "--rtl")
      request.rtl = true;
    else if (name == "--ltr")
      request.rtl = false;
    else if (is_any_of(name, {"-h", "--help", "-?"}))
      request.help = true;
    else
      return false;
    return true;
  }

  bool read_valued(const std::string& name, Request& request) {
    if (is_any_of(name, {"-v", "--version"}))
      request.versions.push_back(take());
    else if (is_any_of(name, {"-r", "--range"}))
      request.ranges.push_back(take());
    else if (name == "--preid")
      request.increment_options.identifier = take().value_or("");
    else if (name == "-n")
      request.increment_options.identifier_base = take().value_or("");
    else if (is_any_of(name, {"-i", "--inc", "--increment"}))
      request.increment = read_increment(name);
    else
      return false;
    return true;
  }

  Increment read_increment(const std::string& name) {
    Increment increment{.option = name};
    if (rest_.empty()) return increment;
    if (is_any_of(rest_.front(),
                  {"major", "premajor", "minor", "preminor", "patch", "prepatch", "prerelease", "release"})) {
      increment.level = *take();
      increment.explicit_level = true;
    } else {
      increment.not_a_level = rest_.front();
    }
    return increment;
  }

  std::deque<std::string> rest_;
};

bool is_valid(const Argument& text, const Request& request) {
  return text && Version::parse(*text, request.semver()).has_value();
}

/// `--inc nonsense 1.2.3`: the word was meant as a level and was read as a version.
void warn_of_unknown_level(const Request& request, std::string& err) {
  if (!request.increment || request.increment->explicit_level) return;
  const auto& word = request.increment->not_a_level;
  if (std::ranges::find(request.versions, word) == request.versions.end() || is_valid(word, request)) return;
  err += "Unknown level after " + request.increment->option + ", so the patch level is incremented.\n";
}

/// A version with the text it is printed from.
struct Candidate {
  std::string text;
  Version version;
};

std::vector<Candidate> valid_candidates(const Request& request) {
  std::vector<Candidate> candidates;
  for (const auto& argument : request.versions) {
    if (!argument) continue;
    auto text = *argument;
    if (request.coerce) {
      const package::CoerceOptions options{
          .rtl = request.rtl, .include_prerelease = request.include_prerelease, .loose = request.loose};
      if (const auto found = package::coerce(text, options)) text = found->to_string();
    }
    if (auto version = Version::parse(text, request.semver()))
      candidates.push_back({std::move(text), *std::move(version)});
  }
  return candidates;
}

void keep_in_ranges(std::vector<Candidate>& candidates, const Request& request) {
  for (const auto& text : request.ranges) {
    const auto range = Range::parse(text.value_or("<0.0.0-0"), request.semver());
    std::erase_if(candidates,
                  [&](const Candidate& candidate) { return !text || !range || !range->test(candidate.version); });
  }
}

std::string result_line(const Candidate& candidate, const Request& request) {
  constexpr std::string_view kNone =
      "null";  // what node-semver's program prints for a version that cannot be incremented
  const auto cleaned = package::clean(candidate.text, request.semver());
  if (!cleaned) return std::string(kNone);
  if (!request.increment) return *cleaned;
  const auto version = Version::parse(*cleaned, request.semver());
  if (!version) return std::string(kNone);
  const auto next = package::increment(*version, request.increment->level, request.increment_options);
  return next ? next->to_string() : std::string(kNone);
}

}  // namespace

int run_semver(std::span<const std::string> args, std::string& out, std::string& err) {
  const auto request = ArgumentReader(args).read();
  if (request.help) {
    out += kHelp;
    return 0;
  }
  warn_of_unknown_level(request, err);
  auto candidates = valid_candidates(request);
  if (candidates.empty()) return 1;
  if (request.increment && (candidates.size() != 1 || !request.ranges.empty())) {
    err += "--inc takes exactly one version and no range\n";
    return 1;
  }
  keep_in_ranges(candidates, request);
  if (candidates.empty()) return 1;
  std::ranges::sort(candidates, [&](const Candidate& a, const Candidate& b) {
    return request.reverse ? b.version < a.version : a.version < b.version;
  });
  for (const auto& candidate : candidates) out += result_line(candidate, request) + "\n";
  return 0;
}

}  // namespace hoist::cli
