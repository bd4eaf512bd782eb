#pragma once
/// A project in a fresh folder, and the whole program run inside the test process.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.hpp"
#include "hoist/base/json.hpp"
#include "support/catch.hpp"

namespace hoist::cli::testing {

namespace fs = std::filesystem;

struct Run {
  int code = 0;
  std::string out, err;
  [[nodiscard]] Json json() const { return Json::parse(out, nullptr, false); }
};

class TestProject {
 public:
  TestProject() {
    char name[] = "/tmp/hoist-cli-XXXXXX";
    base_ = fs::canonical(mkdtemp(name));
    fs::create_directories(base_ / "home");
    fs::create_directories(root());
  }
  ~TestProject() { fs::remove_all(base_); }
  TestProject(const TestProject&) = delete;
  TestProject& operator=(const TestProject&) = delete;

  [[nodiscard]] fs::path root() const { return base_ / "project"; }
  [[nodiscard]] fs::path path(const std::string& file) const { return root() / file; }
  [[nodiscard]] fs::path home() const { return base_ / "home"; }

  void write(const std::string& file, std::string_view text) const {
    fs::create_directories(path(file).parent_path());
    std::ofstream(path(file)) << text;
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ifstream stream(path(file));
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  [[nodiscard]] bool has(const std::string& file) const { return fs::exists(fs::symlink_status(path(file))); }

  /// Nothing of the machine's environment but PATH; no address but 127.0.0.1 is ever asked.
  [[nodiscard]] Run run(std::vector<std::string> arguments, const std::string& folder = ".") const {
    Invocation invocation;
    invocation.program = program;
    invocation.arguments = std::move(arguments);
    Environment::Map values{{"HOME", home().string()},
                            {"PATH", "/usr/bin:/bin"},
                            {"PREFIX", (base_ / "prefix").string()},
                            {"npm_config_cache", (base_ / "cache").string()},
                            {"npm_config_registry", registry}};
    for (const auto& [name, value] : environment) values[name] = value;
    invocation.environment = Environment(std::move(values));
    invocation.cwd = (root() / folder).lexically_normal().string();
    while (invocation.cwd.ends_with('/')) invocation.cwd.pop_back();
    MemoryStreams streams;
    Run result;
    result.code = cli::run(invocation, streams);
    result.out = streams.output;
    result.err = streams.errors;
    return result;
  }

  std::string program = "hoist";
  /// A port that nobody listens on: a test that reaches the network fails at once.
  std::string registry = "http://127.0.0.1:9/";
  Environment::Map environment{{"npm_config_fetch_retries", "0"}};

 private:
  fs::path base_;
};

}  // namespace hoist::cli::testing
