#include "cli/config/config.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "hoist/base/file.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;
namespace fs = std::filesystem;

namespace {

/// A home, a prefix and a project in a fresh folder.
class Sandbox {
 public:
  Sandbox() {
    char name[] = "/tmp/hoist-config-XXXXXX";
    root = fs::canonical(mkdtemp(name));
    for (const char* folder : {"home", "prefix/etc", "project"}) fs::create_directories(root / folder);
    write("project/package.json", "{}");
  }
  ~Sandbox() { fs::remove_all(root); }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  void write(const std::string& file, std::string_view text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  [[nodiscard]] std::string path(const std::string& file) const { return (root / file).string(); }

  Result<Config> load(std::vector<std::string> arguments = {}, Environment::Map environment = {},
                      const std::string& cwd = "project") const {
    ConfigInputs inputs;
    inputs.arguments = std::move(arguments);
    inputs.environment = Environment(std::move(environment));
    inputs.cwd = path(cwd);
    inputs.home = path("home");
    inputs.node.prefix = path("prefix");
    return Config::load(std::move(inputs));
  }

  fs::path root;
};

std::string all(const std::vector<ConfigNotice>& notices) {
  std::string text;
  for (const auto& notice : notices) text += notice.title + "|" + notice.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("Config: command line beats environment beats project beats user beats global", "[config]") {
  const Sandbox box;
  box.write("prefix/etc/npmrc", "tag=global\nsave-prefix=g\nfetch-retries=1\nmessage=g\ncall=g\n");
  box.write("home/.npmrc", "tag=user\nsave-prefix=u\nfetch-retries=2\nmessage=u\n");
  box.write("project/.npmrc", "tag=project\nsave-prefix=p\nfetch-retries=3\n");
  const auto config = box.load({"--tag=cli"}, {{"npm_config_tag", "env"}, {"NPM_CONFIG_SAVE_PREFIX", "e"}});
  REQUIRE(config);
  CHECK(config->get_string("tag") == "cli");
  CHECK(config->get_string("save-prefix") == "e");
  CHECK(config->get_number("fetch-retries") == 3);
  CHECK(config->get_string("message") == "u");
  CHECK(config->get_string("call") == "g");
  CHECK(config->get_string("preid").empty());
  CHECK(config->find("message") == Layer::kUser);
  CHECK(config->find("preid") == Layer::kDefault);
  CHECK_FALSE(config->find("nonsense"));
}

TEST_CASE("Config: the environment is read whatever its case, empty values are not", "[config]") {
  const Sandbox box;
  const auto config = box.load({}, {{"NPM_CONFIG_LOGLEVEL", "silly"},
                                    {"npm_config_Fetch_Timeout", "12"},
                                    {"npm_config_tag", ""},
                                    {"npm_config_//host/:_authToken", "secret"},
                                    {"npm_config__auth", "abc"}});
  REQUIRE(config);
  CHECK(config->get_string("loglevel") == "silly");
  CHECK(config->get_number("fetch-timeout") == 12);
  CHECK(config->get_string("tag") == "latest");
  CHECK(config->get_string("//host/:_authToken") == "secret");
  CHECK(config->get_string("_auth") == "abc");
}

TEST_CASE("Config: unknown keys are errors on the command line, notices in files unless strict", "[config]") {
  const Sandbox box;
  box.write("home/.npmrc", "colour=red\n//host/:_authToken=x\n@a:registry=http://a/\n");
  std::vector<ConfigNotice> notices;
  auto config = box.load({"--fast", "--//host/:nope=1"});
  REQUIRE(config);
  auto checked = config->check_unknown(notices);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == "EUNKNOWNCONFIG");
  CHECK(checked.error().message ==
        "Unknown cli flags:\n  - --fast\n  - --nope (//host/:nope)\nRun `npm help config` for supported options.");
  CHECK(all(notices) ==
        "|Unknown user config \"colour\". This will stop working in the next major version of npm. See `npm help "
        "npmrc` for "
        "supported config options.\n");
  config = box.load({"--strict-npmrc"});
  REQUIRE(config);
  checked = config->check_unknown(notices);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message.find("Unknown npm configuration key:\n  - user config \"colour\" from " +
                                     box.path("home/.npmrc")) == 0);
}

TEST_CASE("Config: a refused flag stops npm 12 and not npm 11", "[config]") {
  const Sandbox box;
  const auto refused = box.load({"--save-de"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "EUNKNOWNCONFIG");
  const auto lenient = box.load({"--save-de", "--compat=11"});
  REQUIRE(lenient);
  CHECK(lenient->get_bool("save-dev"));
  CHECK(lenient->npm11());
  CHECK(lenient->get_string("allow-git") == "all");
  CHECK(box.load()->get_string("allow-git") == "none");
}

TEST_CASE("Config: flags that exclude each other are refused together", "[config]") {
  const Sandbox box;
  const auto config = box.load({"-D", "-O"});
  REQUIRE_FALSE(config);
  CHECK(config.error().message == "--save-optional cannot be provided when using --save-dev");
}

TEST_CASE("Config: validation drops wrong values and explains", "[config]") {
  const Sandbox box;
  box.write("project/.npmrc", "loglevel=loud\nregistry=nowhere\nfetch-retries=few\nomit[]=dev\nomit[]=all\n");
  auto config = box.load();
  REQUIRE(config);
  std::vector<ConfigNotice> notices;
  REQUIRE(config->validate(notices));
  CHECK(config->get_string("loglevel") == "notice");
  CHECK(config->get_string("registry") == "https://registry.npmjs.org/");
  CHECK(config->get_number("fetch-retries") == 2);
  CHECK(config->get_list("omit") == std::vector<std::string>{"dev"});
  const auto text = all(notices);
  CHECK(text.find("invalid config|loglevel=\"loud\" set in " + box.path("project/.npmrc")) != std::string::npos);
  CHECK(text.find("invalid config|Must be one of: silent, error, warn, notice, http, info, verbose, silly") !=
        std::string::npos);
  CHECK(text.find("Must be full url with \"http://\"") != std::string::npos);
}

TEST_CASE("Config: credentials outside of a registry are an error with a way out", "[config]") {
  const Sandbox box;
  box.write("home/.npmrc", "_authToken=abc\nusername=me\n");
  auto config = box.load();
  REQUIRE(config);
  std::vector<ConfigNotice> notices;
  const auto valid = config->validate(notices);
  REQUIRE_FALSE(valid);
  CHECK(valid.error().code == "ERR_INVALID_AUTH");
  CHECK(valid.error().message ==
        "Invalid auth configuration found: `_authToken` must be renamed to `//registry.npmjs.org/:_authToken` in user "
        "config, "
        "`username` is not allowed in user config");
  config->repair(config->auth_problems());
  REQUIRE(config->save(Layer::kUser));
  CHECK(read_file(box.path("home/.npmrc")) == std::string("//registry.npmjs.org/:_authToken=abc\n"));
  struct stat status{};
  REQUIRE(stat(box.path("home/.npmrc").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("Config: a saved file keeps what was not changed, and goes when empty", "[config]") {
  const Sandbox box;
  box.write("home/.npmrc", "tag=${X}\nfund=false\n");
  auto config = box.load();
  REQUIRE(config);
  config->set("audit", "false", Layer::kUser);
  config->remove("fund", Layer::kUser);
  REQUIRE(config->save(Layer::kUser));
  CHECK(read_file(box.path("home/.npmrc")) == std::string("tag=${X}\naudit=false\n"));
  config->remove("tag", Layer::kUser);
  config->remove("audit", Layer::kUser);
  REQUIRE(config->save(Layer::kUser));
  CHECK_FALSE(fs::exists(box.path("home/.npmrc")));
}

TEST_CASE("Config: the project is the nearest folder with a package.json or node_modules", "[config]") {
  const Sandbox box;
  box.write("project/deep/er/file", "");
  CHECK(box.load({}, {}, "project/deep/er")->local_prefix() == box.path("project"));
  fs::create_directories(box.root / "project/deep/node_modules");
  CHECK(box.load({}, {}, "project/deep/er")->local_prefix() == box.path("project/deep"));
  CHECK_FALSE(box.load({}, {}, "project/deep/er")->has_local_package());
  CHECK(box.load({"--prefix", box.path("home")}, {}, "project")->local_prefix() == box.path("home"));
  CHECK(box.load({"-g"})->prefix() == box.path("prefix"));
}

TEST_CASE("Config: standing in a workspace selects it and works on the root", "[config]") {
  const Sandbox box;
  box.write("project/package.json", R"({"workspaces":["packages/*","!packages/out"]})");
  box.write("project/packages/a/package.json", "{}");
  box.write("project/packages/a/.npmrc", "tag=ignored\n");
  box.write("project/packages/out/package.json", "{}");
  const auto inside = box.load({}, {}, "project/packages/a");
  REQUIRE(inside);
  CHECK(inside->local_prefix() == box.path("project"));
  CHECK(inside->get_list("workspace") == std::vector<std::string>{box.path("project/packages/a")});
  CHECK(inside->get_string("tag") == "latest");
  CHECK(all(inside->notices()) ==
        "config|ignoring workspace config at " + box.path("project/packages/a/.npmrc") + "\n");
  CHECK(box.load({}, {}, "project/packages/out")->local_prefix() == box.path("project/packages/out"));
  CHECK(box.load({"--no-workspaces"}, {}, "project/packages/a")->local_prefix() == box.path("project/packages/a"));
}

TEST_CASE("Config: secrets are known by their keys", "[config]") {
  for (const char* key :
       {"_auth", "_anything", "//h/:_authToken", "//h/:username", "//h/:keyfile", "email", "password"}) {
    INFO(key);
    CHECK(is_protected_key(key));
  }
  for (const char* key : {"registry", "@a:registry", "//h/:always", "author"}) {
    INFO(key);
    CHECK_FALSE(is_protected_key(key));
  }
}
