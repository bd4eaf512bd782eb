#include "hoist/package/package_name.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::package;

TEST_CASE("PackageName: accepts what the registry has always accepted", "[name]") {
  for (const char* text : {"a", "react", "lodash.merge", "JSONStream", "@types/node", "@scope/name_with.dots-", "a~b",
                           "0", "a__b", "@a/-b", "@a/_b", "http", "crypto", "has!bang", "@Scope/Name"}) {
    INFO(text);
    const auto name = PackageName::parse(text);
    REQUIRE(name);
    CHECK(name->str() == text);
    CHECK(is_valid_for_old_packages(text));
  }
}

TEST_CASE("PackageName: refuses what is no folder below node_modules or no URL segment", "[name]") {
  for (const std::string_view text : {std::string_view(""),
                                      std::string_view("."),
                                      std::string_view(".."),
                                      std::string_view(".hidden"),
                                      std::string_view("_private"),
                                      std::string_view("-rf"),
                                      std::string_view("a/b"),
                                      std::string_view("a\\b"),
                                      std::string_view("../a"),
                                      std::string_view("@/a"),
                                      std::string_view("@a"),
                                      std::string_view("@a/"),
                                      std::string_view("@a/b/c"),
                                      std::string_view("@a/.."),
                                      std::string_view("@a/.b"),
                                      std::string_view("@../a"),
                                      std::string_view("@./a"),
                                      std::string_view("@a/node_modules"),
                                      std::string_view("node_modules"),
                                      std::string_view("Node_Modules"),
                                      std::string_view("favicon.ico"),
                                      std::string_view(" a"),
                                      std::string_view("a "),
                                      std::string_view("a b"),
                                      std::string_view("a%2fb"),
                                      std::string_view("a:b"),
                                      std::string_view("a?b"),
                                      std::string_view("a#b"),
                                      std::string_view("a\0b", 3),
                                      std::string_view("a\n"),
                                      std::string_view("\xC3\xA9t\xC3\xA9")}) {
    INFO(text);
    const auto name = PackageName::parse(text);
    REQUIRE_FALSE(name);
    CHECK(name.error().code == "EINVALIDPACKAGENAME");
  }
}

TEST_CASE("PackageName: takes scoped names apart", "[name]") {
  const auto scoped = PackageName::parse("@types/node").value();
  CHECK(scoped.scope() == "@types");
  CHECK(scoped.bare() == "node");
  CHECK(scoped.escaped() == "@types%2fnode");
  const auto plain = PackageName::parse("node").value();
  CHECK(plain.scope().empty());
  CHECK(plain.bare() == "node");
  CHECK(plain.escaped() == "node");
}

TEST_CASE("validate_package_name: what old packages may and new ones may not", "[name]") {
  const auto warning_of = [](std::string_view text) {
    const NameValidity validity = validate_package_name(text);
    CHECK(validity.valid_for_old_packages);
    CHECK_FALSE(validity.valid_for_new_packages);
    return validity.warnings.empty() ? std::string() : validity.warnings.front();
  };
  CHECK(warning_of("http") == "http is a core module name");
  CHECK(warning_of("fs") == "fs is a core module name");
  CHECK(warning_of("CAPITAL") == "name can no longer contain capital letters");
  CHECK(warning_of("crazy!") == "name can no longer contain special characters (\"~'!()*\")");
  CHECK(warning_of(std::string(215, 'a')) == "name can no longer contain more than 214 characters");
  CHECK(validate_package_name(std::string(214, 'a')).valid_for_new_packages);
  CHECK(validate_package_name("@npm/thingy").valid_for_new_packages);
}

TEST_CASE("validate_package_name: gives every reason", "[name]") {
  CHECK(validate_package_name("").errors == std::vector<std::string>{"name length must be greater than zero"});
  CHECK(validate_package_name(" a:b").errors ==
        std::vector<std::string>{"name cannot contain leading or trailing spaces",
                                 "name can only contain URL-friendly characters"});
  CHECK(validate_package_name("@a/.b").errors == std::vector<std::string>{"name cannot start with a period"});
  CHECK(validate_package_name("Favicon.ico").errors ==
        std::vector<std::string>{"favicon.ico is not a valid package name"});
}
