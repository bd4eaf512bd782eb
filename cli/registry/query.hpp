#pragma once
/// Paths into a JSON document as `view` and `pkg` take them.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// `a.b[0].c` and `a[1.0.0]`, in keys. EINVALIDSYNTAX for empty brackets.
[[nodiscard]] Result<std::vector<std::string>> parse_query(std::string_view query);

/// What a query finds: one value under the query itself, or for a name behind a list one under each
/// `list[index].name`. Empty when there is nothing. A list of at most one element stands for it when `unwrap`.
[[nodiscard]] Result<std::vector<std::pair<std::string, Json>>> query_json(const Json& data, const std::string& query,
                                                                           bool unwrap);

}  // namespace hoist::cli
