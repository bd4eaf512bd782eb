#include "hoist/package/package_spec.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

const std::filesystem::path kWhere = "/work space/project";

PackageSpec spec_of(std::string_view argument) {
  INFO(argument);
  auto spec = parse_spec(argument, kWhere);
  if (!spec) FAIL(spec.error().code << ": " << spec.error().message);
  return *spec;
}

std::string code_of(std::string_view argument) {
  const auto spec = parse_spec(argument, kWhere);
  return spec ? "parsed as " + std::string(to_string(spec->type)) : spec.error().code;
}

}  // namespace

TEST_CASE("PackageSpec: registry specs are versions, ranges or tags", "[spec]") {
  struct Case {
    const char* argument;
    SpecType type;
    const char* name;
    const char* raw_spec;
    const char* fetch_spec;
  };
  const Case cases[] = {
      {"foo", SpecType::kRange, "foo", "*", "*"},
      {"foo@", SpecType::kRange, "foo", "*", "*"},
      {"foo@1.2.3", SpecType::kVersion, "foo", "1.2.3", "1.2.3"},
      {"foo@=v1.2.3", SpecType::kVersion, "foo", "=v1.2.3", "=v1.2.3"},
      {"foo@ 1.2 ", SpecType::kRange, "foo", " 1.2 ", "1.2"},
      {"@foo/bar@^1.2.3", SpecType::kRange, "@foo/bar", "^1.2.3", "^1.2.3"},
      {"foo@>=1 <2 || 3.x", SpecType::kRange, "foo", ">=1 <2 || 3.x", ">=1 <2 || 3.x"},
      {"foo@latest", SpecType::kTag, "foo", "latest", "latest"},
      {"foo@x", SpecType::kRange, "foo", "x", "x"},
      {"foo@vx", SpecType::kRange, "foo", "vx", "vx"},
      {"foo@next-11", SpecType::kTag, "foo", "next-11", "next-11"},
      {"@foo/bar", SpecType::kRange, "@foo/bar", "*", "*"},
  };
  for (const Case& c : cases) {
    INFO(c.argument);
    const PackageSpec spec = spec_of(c.argument);
    CHECK(spec.type == c.type);
    CHECK(spec.name == c.name);
    CHECK(spec.raw == c.argument);
    CHECK(spec.raw_spec == c.raw_spec);
    CHECK(spec.fetch_spec == c.fetch_spec);
    CHECK(spec.save_spec.empty());
    CHECK(spec.registry());
    CHECK(spec.range.has_value() == (c.type == SpecType::kRange));
  }
}

TEST_CASE("PackageSpec: hosted shorthands and URLs name the repository", "[spec]") {
  struct Case {
    const char* argument;
    const char* save_spec;
    const char* fetch_spec;
    const char* committish;
  };
  const Case cases[] = {
      {"user/repo", "github:user/repo", "", ""},
      {"user/repo#main", "github:user/repo#main", "", "main"},
      {"github:user/repo#semver:^1.2", "github:user/repo#semver:^1.2", "", ""},
      {"gitlab:group/sub/repo", "gitlab:group/sub/repo", "", ""},
      {"gist:deadbeef", "gist:deadbeef", "", ""},
      {"gist:user/deadbeef", "gist:deadbeef", "", ""},
      {"git@github.com:user/repo.git", "git+ssh://git@github.com/user/repo.git", "ssh://git@github.com/user/repo.git",
       ""},
      {"git+ssh://git@github.com:user/repo#x", "git+ssh://git@github.com/user/repo.git#x",
       "ssh://git@github.com/user/repo.git", "x"},
      {"https://github.com/user/repo", "git+https://github.com/user/repo.git", "https://github.com/user/repo.git", ""},
      {"https://github.com/user/repo/tree/v1", "git+https://github.com/user/repo.git#v1",
       "https://github.com/user/repo.git", "v1"},
      {"https://u:p@bitbucket.org/user/repo", "git+https://u:p@bitbucket.org/user/repo.git",
       "https://u:p@bitbucket.org/user/repo.git", ""},
      {"git://github.com/user/repo#x%2Fy", "git://github.com/user/repo.git#x/y", "git://github.com/user/repo.git",
       "x/y"},
      {"https://git.sr.ht/~user/repo#x", "https://git.sr.ht/~user/repo#x", "https://git.sr.ht/~user/repo", "x"},
  };
  for (const Case& c : cases) {
    INFO(c.argument);
    const PackageSpec spec = spec_of(c.argument);
    CHECK(spec.type == SpecType::kGit);
    REQUIRE(spec.hosted);
    CHECK(spec.save_spec == c.save_spec);
    CHECK(spec.fetch_spec == c.fetch_spec);
    CHECK(spec.git_committish == c.committish);
    CHECK_FALSE(spec.registry());
  }
  CHECK(spec_of("user/repo#semver:%5E1.2").git_range == "^1.2");
  CHECK(spec_of("user/repo#v1::path:packages/a").git_subdir == "/packages/a");
}

TEST_CASE("HostedGit: prints every form", "[spec]") {
  const HostedGit hosted = parse_hosted_git("gitlab:group/sub/repo#a/b").value();
  CHECK(hosted.user == "group/sub");
  CHECK(hosted.project == "repo");
  CHECK(hosted.ssh_url() == "git+ssh://git@gitlab.com/group/sub/repo.git#a/b");
  CHECK(hosted.https_url() == "git+https://gitlab.com/group/sub/repo.git#a/b");
  CHECK(hosted.shortcut() == "gitlab:group/sub/repo#a/b");
  CHECK(hosted.tarball_url() ==
        "https://gitlab.com/api/v4/projects/group%2Fsub%2Frepo/repository/archive.tar.gz?sha=a%2Fb");
  CHECK(parse_hosted_git("user/repo")->tarball_url() == "https://codeload.github.com/user/repo/tar.gz/HEAD");
  CHECK(parse_hosted_git("bitbucket:u/r#x")->tarball_url() == "https://bitbucket.org/u/r/get/x.tar.gz");
  for (const char* text :
       {"", "foo", "/a/b", "./a/b", "@a/b", "a/b/c", "https://example.com/a/b", "https://github.com/a", "a b/c",
        "https://github.com/a/b/archive/x.tar.gz", "github:repo", "github:%ff/x"}) {
    INFO(text);
    CHECK_FALSE(parse_hosted_git(text));
  }
}

TEST_CASE("PackageSpec: git URLs of unknown hosts", "[spec]") {
  struct Case {
    const char* argument;
    const char* fetch_spec;
    const char* committish;
  };
  const Case cases[] = {
      {"git+https://git.example.com/a/b.git#v1", "https://git.example.com/a/b.git", "v1"},
      {"git+ssh://git@git.example.com:a/b.git#v1", "git@git.example.com:a/b.git", "v1"},
      {"git+ssh://git@git.example.com:2222/a/b.git", "ssh://git@git.example.com:2222/a/b.git", ""},
      {"git@git.example.com:a/b.git", "git@git.example.com:a/b.git", ""},
      {"git://git.example.com/a", "git://git.example.com/a", ""},
      {"git+file:///srv/a.git#x", "file:///srv/a.git", "x"},
  };
  for (const Case& c : cases) {
    INFO(c.argument);
    const PackageSpec spec = spec_of(c.argument);
    CHECK(spec.type == SpecType::kGit);
    CHECK(spec.fetch_spec == c.fetch_spec);
    CHECK(spec.git_committish == c.committish);
    CHECK_FALSE(spec.hosted);
  }
}

TEST_CASE("PackageSpec: paths are taken from where the spec stands", "[spec]") {
  struct Case {
    const char* argument;
    SpecType type;
    const char* save_spec;
    const char* fetch_spec;
  };
  const Case cases[] = {
      {"./a", SpecType::kDirectory, "file:a", "/work space/project/a"},
      {"file:../a b/c%20d", SpecType::kDirectory, "file:../a b/c%20d", "/work space/a b/c%20d"},
      {"file:a#b?c.tgz", SpecType::kFile, "file:a#b?c.tgz", "/work space/project/a#b?c.tgz"},
      {"/abs/x.TAR.gz", SpecType::kFile, "file:/abs/x.TAR.gz", "/abs/x.TAR.gz"},
      {"file:///abs/x", SpecType::kDirectory, "file:/abs/x", "/abs/x"},
      {"file://abs/x", SpecType::kDirectory, "file:/abs/x", "/abs/x"},
      {"file:/../x", SpecType::kDirectory, "file:../x", "/work space/x"},
      {"x.tgz", SpecType::kFile, "file:x.tgz", "/work space/project/x.tgz"},
      {"a/b/c", SpecType::kDirectory, "file:a/b/c", "/work space/project/a/b/c"},
      {".", SpecType::kDirectory, "file:", "/work space/project"},
  };
  for (const Case& c : cases) {
    INFO(c.argument);
    const PackageSpec spec = spec_of(c.argument);
    CHECK(spec.type == c.type);
    CHECK(spec.save_spec == c.save_spec);
    CHECK(spec.fetch_spec == c.fetch_spec);
  }
  CHECK(resolve_spec("x", "~/y", kWhere)->save_spec == "file:~/y");
}

TEST_CASE("PackageSpec: an alias carries what is meant", "[spec]") {
  const PackageSpec spec = spec_of("foo@npm:@scope/bar@^2");
  CHECK(spec.type == SpecType::kAlias);
  CHECK(spec.name == "foo");
  CHECK(spec.registry());
  REQUIRE(spec.sub_spec);
  CHECK(spec.sub_spec->name == "@scope/bar");
  CHECK(spec.sub_spec->type == SpecType::kRange);
  CHECK(code_of("foo@npm:bar@npm:baz") == "EINVALIDSPEC");
  CHECK(code_of("foo@npm:./bar") == "EINVALIDSPEC");
  CHECK(code_of("foo@npm:") == "EINVALIDSPEC");
  std::string nested = "a@";
  for (int i = 0; i < 100000; ++i) nested += "npm:";
  CHECK(code_of(nested) == "EINVALIDSPEC");
}

TEST_CASE("PackageSpec: refuses with npm's codes", "[spec]") {
  CHECK(code_of("foo@ftp://x/y") == "EUNSUPPORTEDPROTOCOL");
  CHECK(code_of("foo@workspace:*") == "EUNSUPPORTEDPROTOCOL");
  CHECK(code_of("foo@https://") == "ERR_INVALID_URL");
  CHECK(code_of("foo@a b c!!! %") == "EINVALIDTAGNAME");
  CHECK(code_of("_foo@1") == "EINVALIDPACKAGENAME");
  CHECK(resolve_spec("../x", "1", kWhere).error().code == "EINVALIDPACKAGENAME");
  CHECK(code_of("user/repo#a::b") == "EINVALIDSPEC");
}

TEST_CASE("PackageSpec: nothing that git or ssh could read as an option passes", "[spec]") {
  for (const char* argument :
       {"git+ssh://-oProxyCommand=touch x:y/z", "git+ssh://-oProxyCommand=x/y",
        "git+https://x.example/y#--upload-pack=x", "user/repo#-x", "git://-x/y", "git+ssh://-x@host/y",
        "git+ssh://git@-x/y", "git+ssh://git@host:a#--x", "user/repo#path:../../etc", "user/repo#x::path:a/../../b"}) {
    INFO(argument);
    CHECK(code_of(argument) == "EINVALIDSPEC");
  }
}
