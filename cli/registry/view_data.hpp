#pragma once
/// What `view` finds, before it is printed.

#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.hpp"
#include "cli/registry/lazy_network.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

/// One version with the fields that were asked for; without fields the whole document as one field "".
struct ViewedVersion {
  std::string version;
  std::vector<std::pair<std::string, Json>> fields;
};

struct ViewData {
  Json packument;  ///< `versions` is a sorted list of version numbers
  std::vector<ViewedVersion> versions;
};

/// Fetches and selects. E404 for a package or version that is not there.
[[nodiscard]] Result<ViewData> find_view(Session& session, LazyNetwork& network, const std::string& argument,
                                         const std::vector<std::string>& fields);

/// People as `name <email> (url)`, everywhere in a value.
[[nodiscard]] Json with_people_as_text(const Json& value);
[[nodiscard]] std::string person_text(const std::string& name, const std::string& email, const std::string& url);

}  // namespace hoist::cli
