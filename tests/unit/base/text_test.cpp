#include "hoist/base/text.hpp"

#include "support/catch.hpp"

using namespace hoist;

TEST_CASE("base64: encode and decode are inverse for every length", "[base]") {
  for (std::size_t length = 0; length < 70; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 37 + 11);
    std::string back;
    REQUIRE(base64_decode(base64_encode(bytes), back));
    REQUIRE(back == bytes);
  }
}

TEST_CASE("base64: decoding refuses what is not canonical", "[base]") {
  std::string out;
  for (const char* text : {"a", "ab", "abc", "a===", "ab=c", "abc ", "=abc", "ab==abcd"})
    REQUIRE_FALSE(base64_decode(text, out));
}

TEST_CASE("printable: control bytes cannot reach the terminal", "[base]") {
  REQUIRE(printable("a\x1b[31mb\x07\n") == "a^[[31mb^G\n");
}

TEST_CASE("percent coding: decodes once and refuses broken escapes", "[base]") {
  std::string out;
  REQUIRE(percent_decode("%40a%2Fb%2525", out));
  REQUIRE(out == "@a/b%25");
  REQUIRE_FALSE(percent_decode("%4", out));
  REQUIRE_FALSE(percent_decode("%zz", out));
  REQUIRE(percent_encode_component("@a/b c") == "%40a%2Fb%20c");
}
