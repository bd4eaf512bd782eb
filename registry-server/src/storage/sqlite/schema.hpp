#pragma once

#include "storage/sqlite/database.hpp"

namespace hoist::registry::sqlite {

/// Brings a database of any earlier version, or an empty one, to the current schema, in one transaction. ESCHEMA when
/// it was written by a newer program.
[[nodiscard]] Result<void> migrate(Database& database);

}  // namespace hoist::registry::sqlite
