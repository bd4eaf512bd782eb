#include "hoist/base/secret.hpp"

#include "hoist/base/text.hpp"
#include "support/catch.hpp"

using namespace hoist;

TEST_CASE("scrypt: the vectors of RFC 7914", "[secret]") {
  const auto empty = scrypt("", "", ScryptCost{16, 1, 1}, 64);
  REQUIRE(empty);
  CHECK(hex_encode(*empty) ==
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  const auto salted = scrypt("password", "NaCl", ScryptCost{1024, 8, 16}, 64);
  REQUIRE(salted);
  CHECK(hex_encode(*salted).starts_with("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"));
}

TEST_CASE("scrypt: parameters from a file cannot ask for unbounded memory", "[secret]") {
  CHECK_FALSE(scrypt("p", "s", ScryptCost{1ULL << 30U, 8, 1}, 32));
  CHECK_FALSE(scrypt("p", "s", ScryptCost{3, 8, 1}, 32));
}

TEST_CASE("hmac: the vectors of RFC 4231 and RFC 2202", "[secret]") {
  CHECK(hex_encode(hmac(HashAlgorithm::kSha256, "Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_encode(hmac(HashAlgorithm::kSha1, "Jefe", "what do ya want for nothing?")) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST_CASE("constant_time_equal: equal content only", "[secret]") {
  CHECK(constant_time_equal("", ""));
  CHECK(constant_time_equal("abc", "abc"));
  CHECK_FALSE(constant_time_equal("abc", "abd"));
  CHECK_FALSE(constant_time_equal("abc", "abcd"));
}

TEST_CASE("random_bytes: the length asked for, and not the same twice", "[secret]") {
  CHECK(random_bytes(32).size() == 32);
  CHECK(random_bytes(32) != random_bytes(32));
}
