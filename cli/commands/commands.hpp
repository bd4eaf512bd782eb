#pragma once
/// The functions behind the table; one file each.

#include "cli/commands/command.hpp"

namespace hoist::cli {

Result<int> run_cache(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ci(Session& session, const std::vector<std::string>& arguments);
Result<int> run_config(Session& session, const std::vector<std::string>& arguments);
Result<int> run_get(Session& session, const std::vector<std::string>& arguments);
Result<int> run_set(Session& session, const std::vector<std::string>& arguments);
Result<int> run_help(Session& session, const std::vector<std::string>& arguments);
Result<int> run_install(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ll(Session& session, const std::vector<std::string>& arguments);
Result<int> run_ls(Session& session, const std::vector<std::string>& arguments);
/// `lock diff`, `lock merge`, `lock install-driver`: hoist only.
Result<int> run_lock(Session& session, const std::vector<std::string>& arguments);
Result<int> run_prefix(Session& session, const std::vector<std::string>& arguments);
Result<int> run_root(Session& session, const std::vector<std::string>& arguments);
Result<int> run_run(Session& session, const std::vector<std::string>& arguments);
/// start, stop, test, restart: `run` with the command's own name.
Result<int> run_lifecycle(Session& session, const std::vector<std::string>& arguments);
Result<int> run_uninstall(Session& session, const std::vector<std::string>& arguments);
Result<int> run_version(Session& session, const std::vector<std::string>& arguments);

}  // namespace hoist::cli
