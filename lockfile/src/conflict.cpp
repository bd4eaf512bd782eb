#include "conflict.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::string_view kOurs = "<<<<<<<", kParent = "|||||||", kTheirs = "=======", kEnd = ">>>>>>>";

struct Sides {
  std::string parent, ours, theirs;
};

/// Outside a conflict a line belongs to all three. Without a `|||||||` part (git's default style) the ancestor is what
/// both sides share.
Sides split_sides(std::string_view text) {
  enum class State { kTop, kOurs, kParent, kTheirs };
  Sides sides;
  State state = State::kTop;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto has = [&](std::string_view marker) { return line.find(marker) != std::string_view::npos; };
    if (has(kParent))
      state = State::kParent;
    else if (has(kOurs))
      state = State::kOurs;
    else if (has(kTheirs))
      state = State::kTheirs;
    else if (has(kEnd))
      state = State::kTop;
    else {
      if (state == State::kTop || state == State::kOurs) sides.ours.append(line).append("\n");
      if (state == State::kTop || state == State::kTheirs) sides.theirs.append(line).append("\n");
      if (state == State::kTop || state == State::kParent) sides.parent.append(line).append("\n");
    }
  }
  return sides;
}

/// Recursion is bounded by kMaxJsonDepth: all three come out of parse_json.
void replay(const Json& parent, const Json& ours, Json& theirs) {
  for (const auto& [key, before] : parent.items())
    if (!ours.contains(key)) theirs.erase(key);
  for (const auto& [key, now] : ours.items()) {
    const Json* before = find_member(parent, key);
    if (before != nullptr && *before == now) continue;
    const auto other = theirs.find(key);
    const bool both_objects = other != theirs.end() && other->is_object() && now.is_object();
    if (before != nullptr && before->is_object() && both_objects)
      replay(*before, now, *other);
    else
      theirs[key] = now;
  }
}

}  // namespace

bool has_conflict_markers(std::string_view text) noexcept {
  return text.find(kOurs) != std::string_view::npos && text.find(kTheirs) != std::string_view::npos &&
         text.find(kEnd) != std::string_view::npos;
}

Result<Json> parse_conflicted(std::string_view text, std::string_view what) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Sides sides = split_sides(text);
  HOIST_TRY(const Json parent, parse_json(sides.parent, what));
  HOIST_TRY(const Json ours, parse_json(sides.ours, what));
  HOIST_TRY(Json theirs, parse_json(sides.theirs, what));
  if (!parent.is_object() || !ours.is_object() || !theirs.is_object())
    return fail("EJSONPARSE", fmt::format("{} has conflict markers around something that is no object", what));
  replay(parent, ours, theirs);
  return theirs;
}

}  // namespace hoist::lockfile
