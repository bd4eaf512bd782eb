// A pattern and a path, separated by NUL: matching ends, a negated rule matches what the plain one does, and the names
// that braces stand for hold no more than the bound allows.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hoist/base/text.hpp"
#include "hoist/package/glob.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hoist::package;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto cut = input.find('\0');
  const auto pattern = input.substr(0, cut);
  const auto path = cut == std::string_view::npos ? std::string_view("a/b.js") : input.substr(cut + 1);
  if (expand_braces(pattern).size() > 10'000) std::abort();
  const auto segments = hoist::split(path, '/');
  const IgnoreRule rule(pattern), negated("!" + std::string(pattern));
  if (rule.negated() == negated.negated()) std::abort();
  for (const bool partial : {false, true})
    if (rule.matches(segments, partial) != negated.matches(segments, partial)) std::abort();
  const GlobSegment segment{std::string(pattern), true};
  if (!segment.is_globstar() && pattern != "." && pattern != "..")
    for (const std::string_view name : {".", ".."})
      if (segment.matches(name) && !pattern.starts_with('*')) std::abort();
  return 0;
}
