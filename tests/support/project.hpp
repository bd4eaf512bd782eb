#pragma once
/// A project folder with a home and a cache of its own, in which the real hoist runs.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"
#include "support/tree.hpp"

namespace hoist::test {

class Project {
 public:
  /// `package_json` becomes the project's. Empty `registry_url`: an address where nobody listens.
  explicit Project(std::string_view package_json, std::string registry_url = {});

  [[nodiscard]] std::filesystem::path path(std::string_view name = {}) const;
  void write(std::string_view name, std::string_view content) const { write_text(path(name), content); }
  [[nodiscard]] std::string read(std::string_view name) const { return read_text(path(name)); }
  [[nodiscard]] Json read_json(std::string_view name) const { return Json::parse(read(name)); }
  [[nodiscard]] bool has(std::string_view name) const;

  /// Another cache than its own, to share one between projects.
  void use_cache(std::filesystem::path cache) { cache_ = std::move(cache); }
  [[nodiscard]] const std::filesystem::path& cache() const noexcept { return cache_; }
  void use_registry(std::string url) { registry_url_ = std::move(url); }

  /// The arguments and environment of a run of hoist, for tests that run it in the background. HOIST_TEST_PROGRAM names
  /// another program to run in its place: npm itself, to see that a test expects what npm does.
  [[nodiscard]] std::vector<std::string> hoist_line(const std::vector<std::string>& arguments) const;
  [[nodiscard]] ProgramOptions hoist_options() const;
  [[nodiscard]] ProgramResult hoist(const std::vector<std::string>& arguments) const;
  /// `node -e script` in the project.
  [[nodiscard]] ProgramResult node(std::string_view script) const;

  /// node_modules without npm's and hoist's own notes in it. Empty when there is no node_modules.
  [[nodiscard]] TreeSnapshot modules() const;

 private:
  TempDir folder_;
  std::filesystem::path cache_;
  std::string registry_url_;
};

}  // namespace hoist::test
