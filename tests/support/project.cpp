#include "support/project.hpp"

#include <cstdlib>

namespace hoist::test {

namespace fs = std::filesystem;

Project::Project(std::string_view package_json, std::string registry_url)
    : cache_(folder_ / "cache"),
      // Port 9 is discard: nothing listens there, and an attempt fails at once.
      registry_url_(registry_url.empty() ? "http://127.0.0.1:9/" : std::move(registry_url)) {
  fs::create_directories(folder_ / "home");
  write("package.json", package_json);
}

fs::path Project::path(std::string_view name) const {
  const fs::path project = folder_ / "project";
  return name.empty() ? project : project / name;
}

bool Project::has(std::string_view name) const { return fs::exists(fs::symlink_status(path(name))); }

std::vector<std::string> Project::hoist_line(const std::vector<std::string>& arguments) const {
  const char* other = std::getenv("HOIST_TEST_PROGRAM");
  std::vector<std::string> line = {other == nullptr ? HOIST_BIN_DIR "/hoist" : other};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return line;
}

ProgramOptions Project::hoist_options() const {
  return {.directory = path(),
          .environment =
              {{"HOME", (folder_ / "home").string()},
               {"npm_config_registry", registry_url_},
               {"npm_config_cache", cache_.string()},
               {"npm_config_audit", "false"},
               {"npm_config_fund", "false"},
               // A refused connection is final here; npm's pauses of ten seconds and more would only slow it down.
               {"npm_config_fetch_retry_mintimeout", "10"},
               {"npm_config_fetch_retry_maxtimeout", "20"}},
          .input = {}};
}

ProgramResult Project::hoist(const std::vector<std::string>& arguments) const {
  return run_program(hoist_line(arguments), hoist_options());
}

ProgramResult Project::node(std::string_view script) const {
  return run_program({"node", "-e", std::string(script)}, hoist_options());
}

TreeSnapshot Project::modules() const {
  if (!has("node_modules")) return {};
  return snapshot_tree(path("node_modules"), {".package-lock.json", ".hoist"});
}

}  // namespace hoist::test
