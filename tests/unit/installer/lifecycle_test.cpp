#include "hoist/installer/lifecycle.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "hoist/base/text.hpp"
#include "hoist/lockfile/read.hpp"
#include "support/catch.hpp"
#include "support/recording_reporter.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using installer::LifecycleRunner;
using installer::ScriptOutcome;
using installer::ScriptPackage;
using installer::ScriptRequest;
using installer::ScriptVerdict;

namespace {

package::StringMap base_environment() {
  const char* path = std::getenv("PATH");
  return {{"PATH", path == nullptr ? "/usr/bin:/bin" : path}, {"LANG", "C.UTF-8"}};
}

/// A runner and a folder with a package.json.
struct Bench {
  test::TempDir folder;
  test::RecordingReporter reporter;
  LifecycleRunner runner{{.environment = base_environment(), .node_gyp_bin = {}, .shell = {}}, reporter};
  Json document = Json::parse(
      R"({"name":"@s/demo","version":"1.2.3","bin":"./cli.js","config":{"port":8080,"deep":{"list":["a",true,null,false]}},
                                  "engines":{"node":">=1"}})");

  ScriptRequest request(std::string event, std::string command) {
    ScriptRequest request;
    request.directory = folder.path();
    request.package_json = &document;
    request.event = std::move(event);
    request.command = std::move(command);
    return request;
  }
  ScriptOutcome run(const ScriptRequest& request) {
    auto outcome = runner.run(request);
    if (!outcome) FAIL(outcome.error().code << ": " << outcome.error().message);
    return *std::move(outcome);
  }
};

const std::string* find(const package::StringMap& map, std::string_view name) { return package::find(map, name); }

std::vector<std::string> labels(const std::vector<std::vector<installer::ScriptJob>>& batches) {
  std::vector<std::string> out;
  for (const auto& batch : batches) {
    std::string line;
    for (const auto& job : batch)
      line += (line.empty() ? "" : " ") + job.package->location + ":" + std::string(job.event);
    out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("Scripts: output and exit status come back", "[scripts]") {
  Bench bench;
  const ScriptOutcome outcome = bench.run(bench.request("test", "echo out; echo err >&2; exit 3"));
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.signal == 0);
  CHECK(outcome.output == "out\n");
  CHECK(outcome.errors == "err\n");
  CHECK_FALSE(outcome.ok());
  CHECK(bench.run(bench.request("test", "true")).ok());
}

TEST_CASE("Scripts: a failure reads as npm's", "[scripts]") {
  Bench bench;
  const Error error = script_error(bench.run(bench.request("install", "echo said; echo why >&2; exit 7")));
  CHECK(error.code == "7");
  CHECK(error.message == "command failed");
  CHECK(error.context == std::vector<std::string>{"path " + bench.folder.path().string(),
                                                  "command sh -c echo said; echo why >&2; exit 7", "said", "why"});
  const Error killed = script_error(bench.run(bench.request("install", "kill -KILL $$")));
  CHECK(killed.code == "ELIFECYCLE");
  REQUIRE(killed.context.size() >= 2);
  CHECK(killed.context[1] == "signal SIGKILL");
}

TEST_CASE("Scripts: a missing shell or folder is an error", "[scripts]") {
  Bench bench;
  const LifecycleRunner other({.environment = base_environment(), .node_gyp_bin = {}, .shell = "/no/such/shell"},
                              bench.reporter);
  const auto no_shell = other.run(bench.request("test", "true"));
  REQUIRE_FALSE(no_shell);
  CHECK(no_shell.error().code == "ENOENT");
  auto request = bench.request("test", "true");
  request.directory /= "gone";
  const auto no_folder = bench.runner.run(request);
  REQUIRE_FALSE(no_folder);
  CHECK(no_folder.error().code == "ENOENT");
  CHECK(no_folder.error().message.find("gone") != std::string::npos);
}

TEST_CASE("Scripts: the script shell is the one configured", "[scripts]") {
  Bench bench;
  test::write_text(bench.folder / "shell", "#!/bin/sh\necho \"shell got $1 and $2\"\n");
  std::filesystem::permissions(bench.folder / "shell", std::filesystem::perms::owner_all);
  const LifecycleRunner other(
      {.environment = base_environment(), .node_gyp_bin = {}, .shell = (bench.folder / "shell").string()},
      bench.reporter);
  const auto outcome = other.run(bench.request("test", "do it"));
  REQUIRE(outcome);
  CHECK(outcome->output == "shell got -c and do it\n");
}

TEST_CASE("Scripts: arguments reach the program as they were given", "[scripts]") {
  Bench bench;
  const std::vector<std::string> arguments = {"plain", "",      "two words", "it's",      "'quoted'", "$HOME", "`id`",
                                              "a\"b",  "x\\y",  "*",         "new\nline", "a;b",      "~",     "''",
                                              "'",     "a'b'c", "!",         "é",         "#x",       "(x)",   "a=b"};
  auto request = bench.request("run", "node -e 'console.log(JSON.stringify(process.argv.slice(1)))' --");
  request.arguments = arguments;
  const ScriptOutcome outcome = bench.run(request);
  REQUIRE(outcome.ok());
  CHECK(Json::parse(outcome.output).get<std::vector<std::string>>() == arguments);
}

TEST_CASE("Scripts: arguments are quoted no more than needed", "[scripts]") {
  struct Case {
    const char* argument;
    const char* escaped;
  };
  for (const Case& c : {Case{"", "''"}, Case{"abc", "abc"}, Case{"a=b,c:d/e@f!", "a=b,c:d/e@f!"}, Case{"a b", "'a b'"},
                        Case{"it's", "'it'\\''s'"}, Case{"'x'", "\\''x'\\'"}, Case{"$x", "'$x'"}}) {
    INFO(c.argument);
    CHECK(installer::escape_shell_argument(c.argument) == c.escaped);
  }
}

TEST_CASE("Scripts: the environment tells what npm tells", "[scripts]") {
  Bench bench;
  auto request = bench.request("postinstall", "node -p 'JSON.stringify(process.env)'");
  request.environment = {{"npm_package_optional", "1"}, {"npm_package_name", "overruled"}};
  const ScriptOutcome outcome = bench.run(request);
  REQUIRE(outcome.ok());
  const Json seen = Json::parse(outcome.output);
  const auto value = [&](const char* name) {
    return seen.contains(name) ? seen[name].get<std::string>() : std::string("(unset)");
  };
  CHECK(value("npm_package_name") == "@s/demo");
  CHECK(value("npm_package_version") == "1.2.3");
  CHECK(value("npm_package_config_port") == "8080");
  CHECK(value("npm_package_config_deep_list_0") == "a");
  CHECK(value("npm_package_config_deep_list_1") == "true");
  CHECK(value("npm_package_config_deep_list_2").empty());
  CHECK(value("npm_package_config_deep_list_3").empty());
  CHECK(value("npm_package_engines_node") == ">=1");
  CHECK(value("npm_package_bin_demo") == "cli.js");
  CHECK(value("npm_package_json") == (bench.folder / "package.json").string());
  CHECK(value("npm_package_optional") == "1");
  CHECK(value("npm_lifecycle_event") == "postinstall");
  CHECK(value("npm_lifecycle_script") == request.command);
  CHECK(value("PWD") == bench.folder.path().string());
}

TEST_CASE("Scripts: configuration is exported except for secrets", "[scripts]") {
  installer::ScriptConfig config;
  config.config = {{"save-exact", "true"},
                   {"omit", "dev\n\noptional"},
                   {"//registry.test/:_authToken", "secret"},
                   {"_auth", "secret"},
                   {"@s:registry", "x"}};
  config.command = "run";
  config.user_agent = "hoist/1";
  config.program = "/bin/hoist";
  config.node = "/usr/bin/node";
  config.init_cwd = "/here";
  config.color = true;
  const auto environment = make_script_environment({{"PATH", "/bin"}, {"npm_command", "outer"}}, config);
  CHECK(*find(environment, "npm_config_save_exact") == "true");
  CHECK(*find(environment, "npm_config_omit") == "dev\n\noptional");
  CHECK(*find(environment, "npm_command") == "run");
  CHECK(*find(environment, "npm_config_user_agent") == "hoist/1");
  CHECK(*find(environment, "npm_execpath") == "/bin/hoist");
  CHECK(*find(environment, "NODE") == "/usr/bin/node");
  CHECK(*find(environment, "npm_node_execpath") == "/usr/bin/node");
  CHECK(*find(environment, "INIT_CWD") == "/here");
  CHECK(*find(environment, "COLOR") == "1");
  CHECK(find(environment, "EDITOR") == nullptr);
  for (const auto& [name, text] : environment) {
    INFO(name);
    CHECK(text != "secret");
  }
}

TEST_CASE("Scripts: programs are found in every node_modules/.bin above", "[scripts]") {
  CHECK(installer::script_search_path("/a/b", std::vector<std::string>{"/extra"}, "/gyp", "/bin:/usr/bin:/bin") ==
        "/extra:/a/b/node_modules/.bin:/a/node_modules/.bin:/node_modules/.bin:/gyp:/bin:/usr/bin");
  Bench bench;
  test::write_text(bench.folder / "node_modules/.bin/tool", "#!/bin/sh\necho outer\n");
  test::write_text(bench.folder / "node_modules/dep/package.json", "{}");
  std::filesystem::permissions(bench.folder / "node_modules/.bin/tool", std::filesystem::perms::owner_all);
  auto request = bench.request("install", "tool");
  request.directory = bench.folder / "node_modules/dep";
  CHECK(bench.run(request).output == "outer\n");
}

TEST_CASE("Scripts: node-gyp is on the path and starts what the configuration names", "[scripts]") {
  Bench bench;
  const auto bin = bench.folder / "gyp";
  REQUIRE(installer::make_node_gyp_bin(bin));
  REQUIRE(installer::make_node_gyp_bin(bin));
  test::write_text(bench.folder / "fake.js", "console.log('gyp', process.argv.slice(2).join(' '))");
  auto environment = base_environment();
  environment.emplace_back("npm_config_node_gyp", (bench.folder / "fake.js").string());
  const LifecycleRunner other({.environment = environment, .node_gyp_bin = bin, .shell = {}}, bench.reporter);
  const auto outcome = other.run(bench.request("install", "node-gyp rebuild --x"));
  REQUIRE(outcome);
  CHECK(outcome->output == "gyp rebuild --x\n");
}

TEST_CASE("Scripts: a flood of output neither blocks nor fills memory", "[scripts]") {
  Bench bench;
  const ScriptOutcome outcome =
      bench.run(bench.request("install",
                              "node -e 'for (let i = 0; i < 12; i++) process.stdout.write(\"x\".repeat(1 << 20)); "
                              "process.stdout.write(\"end\"); process.stderr.write(\"y\".repeat(1 << 18))'"));
  CHECK(outcome.ok());
  CHECK(outcome.output.size() == (4U << 20U));
  CHECK(outcome.output.ends_with("xend"));
  CHECK(outcome.errors.size() == (1U << 18U));
}

TEST_CASE("Scripts: SIGTERM to us ends the script and its children, not us", "[scripts]") {
  Bench bench;
  // `wait` keeps the shell beside its child: both must go.
  const ScriptOutcome outcome =
      bench.run(bench.request("install", "tail -f /dev/null & kill -TERM $PPID; wait; exit 0"));
  CHECK(outcome.interrupted == SIGTERM);
  CHECK_FALSE(outcome.ok());
  CHECK(script_error(outcome).code == "SIGTERM");
  const ScriptOutcome next = bench.run(bench.request("install", "true"));
  CHECK(next.interrupted == 0);
}

TEST_CASE("Scripts: a script starts with default signals", "[scripts]") {
  Bench bench;
  struct sigaction before{}, ignore{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  const ScriptOutcome outcome = bench.run(bench.request("install", "kill -PIPE $$; echo survived"));
  sigaction(SIGPIPE, &before, nullptr);
  CHECK(outcome.signal == SIGPIPE);
  CHECK(outcome.output.empty());
}

TEST_CASE("Scripts: the foreground announces what it runs", "[scripts]") {
  Bench bench;
  auto request = bench.request("hi", " true ");
  request.arguments = {"a b"};
  request.foreground = true;
  CHECK(bench.run(request).ok());
  const auto lines = bench.reporter.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].level == LogLevel::kNotice);
  CHECK(lines[0].title == "run");
  CHECK(lines[0].message == "@s/demo@1.2.3 hi");
  CHECK(lines[1].message == "true a b");
}

TEST_CASE("Scripts: binding.gyp implies a build unless somebody says otherwise", "[scripts]") {
  package::Manifest manifest;
  CHECK_FALSE(installer::find_script(manifest, "install", false));
  CHECK(installer::find_script(manifest, "install", true) == "node-gyp rebuild");
  CHECK_FALSE(installer::find_script(manifest, "postinstall", true));
  manifest.gypfile_disabled = true;
  CHECK_FALSE(installer::find_script(manifest, "install", true));
  manifest.gypfile_disabled = false;
  manifest.scripts = {{"preinstall", "x"}};
  CHECK_FALSE(installer::find_script(manifest, "install", true));
  manifest.scripts = {{"install", "own"}};
  CHECK(installer::find_script(manifest, "install", true) == "own");
}

TEST_CASE("Root scripts: npm's order, stopping at the first failure", "[scripts]") {
  Bench bench;
  test::write_text(bench.folder / "package.json",
                   R"({"name":"r","scripts":{"prepare":"echo prepare >> log","install":"echo install >> log",
    "postinstall":"echo post >> log","preprepare":"echo pre >> log","preinstall":"echo first >> log","postprepare":"exit 4","prepublish":"echo pub >> log"}})");
  CHECK(run_root_events(bench.runner, bench.folder.path(), installer::root_events_before()));
  CHECK(test::read_text(bench.folder / "log") == "first\n");
  const auto after = run_root_events(bench.runner, bench.folder.path(), installer::root_events_after());
  REQUIRE_FALSE(after);
  CHECK(after.error().code == "4");
  CHECK(test::read_text(bench.folder / "log") == "first\ninstall\npost\npub\npre\nprepare\n");
  const test::TempDir empty;
  CHECK(run_root_events(bench.runner, empty.path(), installer::root_events_after()));
}

TEST_CASE("Dependency scripts: packages first, links after, each event by depth and name", "[scripts]") {
  const auto make = [](std::string location, bool link, package::StringMap scripts) {
    ScriptPackage package;
    package.location = std::move(location);
    package.link = link;
    package.scripts = std::move(scripts);
    return package;
  };
  const std::vector<ScriptPackage> packages = {
      make("node_modules/b/node_modules/a", false, {{"install", "x"}, {"preinstall", "x"}}),
      make("node_modules/w", true, {{"prepare", "x"}, {"postinstall", "x"}, {"preinstall", "x"}}),
      make("node_modules/b", false, {{"install", "x"}}),
      make("node_modules/B", false, {{"install", "x"}}),
      make("node_modules/a", false, {{"postinstall", "x"}, {"prepare", "x"}}),
  };
  CHECK(labels(order_scripts(packages)) ==
        std::vector<std::string>{"node_modules/b/node_modules/a:preinstall",
                                 "node_modules/b:install node_modules/B:install node_modules/b/node_modules/a:install",
                                 "node_modules/a:postinstall", "node_modules/w:preinstall", "node_modules/w:prepare",
                                 "node_modules/w:postinstall"});
}

namespace {

/// A project whose packages leave a line in `log` when a script of theirs runs.
struct Project {
  Bench bench;
  lockfile::Lockfile lock;
  std::vector<std::string> locations;

  Project() {
    auto parsed = lockfile::parse_lockfile(R"({"lockfileVersion":3,"packages":{
      "":{"workspaces":["packages/*"],"dependencies":{"good":"1","blocked":"1","gyp":"1","dir":"file:libs/dir","broken":"1"},"optionalDependencies":{"maybe":"1"}},
      "node_modules/good":{"version":"1.0.0","resolved":"https://registry.test/good/-/good-1.0.0.tgz","integrity":"sha512-x","hasInstallScript":true},
      "node_modules/blocked":{"version":"1.0.0","resolved":"https://registry.test/blocked/-/blocked-1.0.0.tgz","hasInstallScript":true},
      "node_modules/gyp":{"version":"1.0.0","resolved":"https://registry.test/gyp/-/gyp-1.0.0.tgz","hasInstallScript":true},
      "node_modules/maybe":{"version":"1.0.0","resolved":"https://registry.test/maybe/-/maybe-1.0.0.tgz","optional":true,"hasInstallScript":true,"dependencies":{"helper":"1"}},
      "node_modules/helper":{"version":"1.0.0","resolved":"https://registry.test/helper/-/helper-1.0.0.tgz","optional":true},
      "node_modules/broken":{"version":"1.0.0","resolved":"https://registry.test/broken/-/broken-1.0.0.tgz"},
      "node_modules/dir":{"resolved":"libs/dir","link":true},"libs/dir":{"version":"1.0.0"},
      "node_modules/ws":{"resolved":"packages/ws","link":true},"packages/ws":{"version":"1.0.0"}}})",
                                           "lock");
    REQUIRE(parsed);
    lock = *std::move(parsed);
    const std::string log = (bench.folder / "log").string();
    const auto add = [&](const char* location, std::string_view scripts) {
      test::write_text(
          bench.folder.path() / location / "package.json",
          fmt::format(R"({{"name":"{}","version":"1.0.0","scripts":{{{}}}}})", lockfile::name_of_location(location),
                      replace_all(std::string(scripts), "LOG", ">> " + log)));
    };
    add("node_modules/good",
        R"("preinstall":"echo good pre LOG","postinstall":"echo good post $npm_package_integrity LOG","prepare":"echo never LOG")");
    add("node_modules/blocked", R"("install":"echo blocked LOG")");
    add("node_modules/gyp", R"("test":"x")");
    test::write_text(bench.folder / "node_modules/gyp/binding.gyp", "{}");
    add("node_modules/maybe", R"("install":"exit 1")");
    add("node_modules/helper", "");
    test::write_text(bench.folder / "node_modules/broken/package.json", "{ no json");
    add("libs/dir", R"("prepare":"echo dir prepare LOG")");
    add("packages/ws", R"("install":"echo ws install LOG","prepare":"echo ws prepare $PWD LOG")");
    for (const auto& [location, entry] : lock.packages)
      if (!location.empty()) locations.push_back(location);
  }

  installer::DependencyScriptOptions options() {
    installer::DependencyScriptOptions options;
    options.root = bench.folder.path();
    options.concurrency = 1;
    return options;
  }
  installer::DependencyScripts collect(std::vector<installer::ScriptRule> rules) {
    return collect_dependency_scripts(lock, locations,
                                      {installer::ScriptPolicy::Source::kPackageJson, std::move(rules)}, options());
  }
  std::string log() {
    return std::filesystem::exists(bench.folder / "log") ? test::read_text(bench.folder / "log") : std::string();
  }
};

}  // namespace

TEST_CASE("Dependency scripts: only what is allowed runs, workspaces always", "[scripts]") {
  Project project;
  const auto scripts = project.collect({{"good", ScriptVerdict::kAllowed}, {"maybe", ScriptVerdict::kDenied}});
  std::vector<std::string> allowed, open;
  for (const auto& package : scripts.packages) allowed.push_back(package.location);
  for (const auto& package : scripts.unreviewed) open.push_back(package.name + "@" + package.version);
  CHECK(allowed == std::vector<std::string>{"node_modules/good", "node_modules/ws"});
  CHECK(open == std::vector<std::string>{"blocked@1.0.0", "dir@1.0.0", "gyp@1.0.0"});
  const auto gyp = std::find_if(scripts.unreviewed.begin(), scripts.unreviewed.end(),
                                [](const auto& package) { return package.name == "gyp"; });
  REQUIRE(gyp != scripts.unreviewed.end());
  CHECK(gyp->scripts == package::StringMap{{"install", "node-gyp rebuild"}});
  const auto report = run_dependency_scripts(project.bench.runner, project.lock, scripts.packages, project.options(),
                                             project.bench.reporter);
  REQUIRE(report);
  CHECK(report->ran == 4);
  CHECK(project.log() == fmt::format("good pre\ngood post sha512-x\nws prepare {}\nws install\n",
                                     (project.bench.folder / "packages/ws").string()));
}

TEST_CASE("Dependency scripts: an optional package that fails goes, with what only it needed", "[scripts]") {
  Project project;
  const auto scripts = project.collect({{"good", ScriptVerdict::kAllowed},
                                        {"maybe", ScriptVerdict::kAllowed},
                                        {"file:libs/dir", ScriptVerdict::kAllowed}});
  const auto report = run_dependency_scripts(project.bench.runner, project.lock, scripts.packages, project.options(),
                                             project.bench.reporter);
  REQUIRE(report);
  CHECK(std::find(report->removed.begin(), report->removed.end(), "node_modules/maybe") != report->removed.end());
  CHECK_FALSE(std::filesystem::exists(project.bench.folder / "node_modules/maybe"));
  CHECK_FALSE(std::filesystem::exists(project.bench.folder / "node_modules/helper"));
  CHECK(std::filesystem::exists(project.bench.folder / "node_modules/good"));
  CHECK(project.bench.reporter.contains("node_modules/maybe was left out"));
  CHECK(project.log().find("good post") != std::string::npos);
  CHECK(project.log().find("dir prepare") != std::string::npos);
}

TEST_CASE("Dependency scripts: any other failure ends the run", "[scripts]") {
  Project project;
  test::write_text(
      project.bench.folder / "node_modules/good/package.json",
      R"({"name":"good","version":"1.0.0","scripts":{"preinstall":"echo broken >&2; exit 9","postinstall":"echo never > never"}})");
  const auto scripts = project.collect({{"good", ScriptVerdict::kAllowed}});
  const auto report = run_dependency_scripts(project.bench.runner, project.lock, scripts.packages, project.options(),
                                             project.bench.reporter);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == "9");
  CHECK(report.error().context.back() == "broken");
  CHECK_FALSE(std::filesystem::exists(project.bench.folder / "node_modules/good/never"));
  CHECK(std::filesystem::exists(project.bench.folder / "node_modules/good"));
  CHECK(project.log().empty());
}

TEST_CASE("Dependency scripts: many run side by side", "[scripts]") {
  Bench bench;
  auto lock =
      lockfile::parse_lockfile(R"({"lockfileVersion":3,"packages":{"node_modules/p":{"version":"1.0.0"}}})", "lock");
  REQUIRE(lock);
  std::vector<ScriptPackage> packages(24);
  for (std::size_t i = 0; i < packages.size(); ++i) {
    packages[i].location = fmt::format("node_modules/p{}", i);
    packages[i].folder = packages[i].location;
    packages[i].entry = &lock->packages.at("node_modules/p");
    packages[i].package_json = Json::parse(R"({"name":"p","version":"1.0.0"})");
    packages[i].scripts = {{"install", "echo x > done"}};
    std::filesystem::create_directories(bench.folder / packages[i].folder);
  }
  installer::DependencyScriptOptions options;
  options.root = bench.folder.path();
  options.concurrency = 8;
  const auto report = run_dependency_scripts(bench.runner, *lock, packages, options, bench.reporter);
  REQUIRE(report);
  CHECK(report->ran == 24);
  for (const auto& package : packages) CHECK(std::filesystem::exists(bench.folder.path() / package.folder / "done"));
}

TEST_CASE("Dependency scripts: strict mode sees undecided packages in the lock alone", "[scripts]") {
  Project project;
  const auto open = installer::find_unreviewed_in_lock(
      project.lock, project.locations, {installer::ScriptPolicy::Source::kNpmrc, {{"good", ScriptVerdict::kAllowed}}},
      project.bench.folder.path());
  std::vector<std::string> names;
  for (const auto& package : open) names.push_back(package.name);
  CHECK(names == std::vector<std::string>{"blocked", "gyp", "maybe"});
}
