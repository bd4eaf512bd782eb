#pragma once
/// The functions behind the table; one file each.

#include "cli/commands/command.hpp"

namespace hoist::cli {

Result<int> run_cache(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ci(Session& session, const std::vector<std::string>& arguments);
Result<int> run_config(Session& session, const std::vector<std::string>& arguments);
Result<int> run_dedupe(Session& session, const std::vector<std::string>& arguments);
Result<int> run_explain(Session& session, const std::vector<std::string>& arguments);
Result<int> run_find_dupes(Session& session, const std::vector<std::string>& arguments);
Result<int> run_get(Session& session, const std::vector<std::string>& arguments);
Result<int> run_set(Session& session, const std::vector<std::string>& arguments);
Result<int> run_help(Session& session, const std::vector<std::string>& arguments);
Result<int> run_install(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ll(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ls(Session& session, const std::vector<std::string>& arguments);
/// `lock diff`, `lock merge`, `lock install-driver`: hoist only.
Result<int> run_lock(Session& session, const std::vector<std::string>& arguments);
Result<int> run_outdated(Session& session, const std::vector<std::string>& arguments);
Result<int> run_pack(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ping(Session& session, const std::vector<std::string>& arguments);
Result<int> run_prefix(Session& session, const std::vector<std::string>& arguments);
Result<int> run_prune(Session& session, const std::vector<std::string>& arguments);
Result<int> run_query(Session& session, const std::vector<std::string>& arguments);
Result<int> run_root(Session& session, const std::vector<std::string>& arguments);
Result<int> run_run(Session& session, const std::vector<std::string>& arguments);
Result<int> run_search(Session& session, const std::vector<std::string>& arguments);
/// start, stop, test, restart: `run` with the command's own name.
Result<int> run_lifecycle(Session& session, const std::vector<std::string>& arguments);
Result<int> run_uninstall(Session& session, const std::vector<std::string>& arguments);
Result<int> run_update(Session& session, const std::vector<std::string>& arguments);
Result<int> run_version(Session& session, const std::vector<std::string>& arguments);
Result<int> run_view(Session& session, const std::vector<std::string>& arguments);
Result<int> run_whoami(Session& session, const std::vector<std::string>& arguments);
// What talks to a registry.
Result<int> run_access(Session& session, const std::vector<std::string>& arguments);
Result<int> run_login(Session& session, const std::vector<std::string>& arguments);
Result<int> run_logout(Session& session, const std::vector<std::string>& arguments);
Result<int> run_org(Session& session, const std::vector<std::string>& arguments);
Result<int> run_profile(Session& session, const std::vector<std::string>& arguments);
Result<int> run_team(Session& session, const std::vector<std::string>& arguments);
Result<int> run_token(Session& session, const std::vector<std::string>& arguments);
Result<int> run_deprecate(Session& session, const std::vector<std::string>& arguments);
Result<int> run_dist_tag(Session& session, const std::vector<std::string>& arguments);
Result<int> run_owner(Session& session, const std::vector<std::string>& arguments);
Result<int> run_publish(Session& session, const std::vector<std::string>& arguments);
Result<int> run_undeprecate(Session& session, const std::vector<std::string>& arguments);
Result<int> run_unpublish(Session& session, const std::vector<std::string>& arguments);

}  // namespace hoist::cli
