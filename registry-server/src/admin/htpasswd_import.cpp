#include "admin/htpasswd_import.hpp"

#include "auth/htpasswd.hpp"
#include "hoist/base/file.hpp"

namespace hoist::registry {

Result<ImportCount> import_htpasswd(AccountStore& accounts, const std::filesystem::path& file, Time now) {
  ImportCount count;
  const auto text = read_file(file);
  if (!text && text.error().code == "ENOENT") return count;
  if (!text) return std::unexpected(text.error());
  HOIST_TRY(const auto entries, parse_htpasswd(*text, file.string()));
  for (const HtpasswdEntry& entry : entries) {
    const auto added =
        accounts.add_user({.name = entry.name, .password_hash = entry.hash, .created = now, .updated = now});
    if (!added && added.error().code != "E409") return std::unexpected(added.error());
    ++(added ? count.added : count.known);
  }
  return count;
}

}  // namespace hoist::registry
