#include "cli/output/console.hpp"

#include "cli/output/duration.hpp"
#include "cli/output/error_report.hpp"
#include "cli/output/redact.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;

TEST_CASE("Console: lines carry heading, level and title, and wait for the configuration", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  console.log(LogLevel::kWarn, "deprecated", "old@1: two\nlines");
  console.log(LogLevel::kInfo, "", "not shown");
  CHECK(streams.errors.empty());
  console.configure({});
  CHECK(streams.errors == "hoist warn deprecated old@1: two\nhoist warn deprecated lines\n");
  CHECK(console.history().size() == 2);
}

TEST_CASE("Console: the level decides what is shown, silent shows nothing", "[output]") {
  const std::pair<LogLevel, std::string> rows[] = {{LogLevel::kSilent, ""},
                                                   {LogLevel::kError, "hoist error a\n"},
                                                   {LogLevel::kWarn, "hoist error a\nhoist warn b\n"},
                                                   {LogLevel::kInfo, "hoist error a\nhoist warn b\nhoist info c\n"}};
  for (const auto& [level, expected] : rows) {
    MemoryStreams streams;
    Console console(streams);
    ConsoleOptions options;
    options.level = level;
    console.configure(options);
    console.log(LogLevel::kError, "", "a");
    console.log(LogLevel::kWarn, "", "b");
    console.log(LogLevel::kInfo, "", "c");
    CHECK(streams.errors == expected);
  }
}

TEST_CASE("Console: foreign text cannot act on the terminal or show secrets", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  console.configure({});
  console.log(LogLevel::kError, "evil\x1b[2J",
              "ring\a https://me:hunter2@host/ npm_0123456789abcdefghijABCDEFGHIJ012345");
  CHECK(streams.errors == "hoist error evil^[[2J ring^G https://me:***@host/ npm_***\n");
}

TEST_CASE("Console: colours and blank lines as npm prints them", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  ConsoleOptions options;
  options.heading = "npm";
  options.color_err = true;
  console.configure(options);
  console.log(LogLevel::kError, "code", "E1\n");
  CHECK(streams.errors ==
        "\x1b[1mnpm\x1b[22m \x1b[31merror\x1b[39m \x1b[94mcode\x1b[39m E1\n\x1b[1mnpm\x1b[22m \x1b[31merror\x1b[39m "
        "\x1b[94mcode\x1b[39m\n");
}

TEST_CASE("Console: with json only one document is printed, with the error in it", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  ConsoleOptions options;
  options.json = true;
  console.configure(options);
  console.standard("not seen");
  console.buffer_json({{"added", 1}});
  console.buffer_json({{"removed", 2}});
  console.finish(Json{{"code", "E1"}});
  CHECK(Json::parse(streams.output) == Json::parse(R"({"added":1,"removed":2,"error":{"code":"E1"}})"));
  streams.output.clear();
  console.buffer_json(Json::array({1}));
  console.finish(Json{{"code", "E1"}});
  CHECK(Json::parse(streams.output) == Json::array({1}));
}

TEST_CASE("Console: without a terminal there is no live line", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  console.configure({});
  console.progress({Progress::Stage::kFetch, 1, 2, 3});
  CHECK(streams.errors.empty());
}

TEST_CASE("Console: a notice is shown once", "[output]") {
  MemoryStreams streams;
  Console console(streams);
  console.configure({});
  for (int i = 0; i < 3; ++i) console.log(LogLevel::kNotice, "", "hello");
  CHECK(streams.errors == "hoist notice hello\n");
}

TEST_CASE("Errors: code, summary and detail as npm words them", "[output]") {
  Error error{"ETARGET", "No matching version found for a@9.", "try a@1", {"resolving x"}, {}};
  const auto report = explain_error(error);
  CHECK(report.code == "ETARGET");
  CHECK(report.summary.at(0).title == "notarget");
  const auto json = error_json(report);
  CHECK(json["code"] == "ETARGET");
  CHECK(json["summary"] == "No matching version found for a@9.");
  CHECK(json["detail"].get<std::string>().find("while resolving x") == 0);
  CHECK(json["detail"].get<std::string>().find("try a@1") != std::string::npos);

  MemoryStreams streams;
  Console console(streams);
  console.configure({});
  log_error(report, console);
  CHECK(streams.errors.find("hoist error code ETARGET\nhoist error notarget No matching version found for a@9.\n") ==
        0);
}

TEST_CASE("Errors: a plain error has no code, one in the text is taken from there", "[output]") {
  CHECK_FALSE(error_json(explain_error({"", "Missing script: \"x\"", {}, {}, {}})).contains("code"));
  CHECK(explain_error({"", "EINVAL went wrong", {}, {}, {}}).code == "EINVAL");
  CHECK(explain_error({"E404", "404 Not Found - GET http://r/a", {}, {}, {}}).summary.at(0).text ==
        "Not Found - GET http://r/a");
}

TEST_CASE("Errors: the place in a file is named", "[output]") {
  const auto report = explain_error({"EJSONPARSE", "Unexpected token", {}, {}, {"/p/package.json", 3, 7}});
  CHECK(report.summary.at(1).text == "at /p/package.json:3:7");
}

TEST_CASE("Redact: tokens, passwords and assignments vanish, other text stays", "[output]") {
  const std::pair<std::string, std::string> rows[] = {
      {"plain text", "plain text"},
      {"http://u:p@h/ and http://u@h/", "http://u:***@h/ and http://u@h/"},
      {"12345678-1234-1234-1234-123456789abc", "***"},
      {"//h/:_authToken=abc def", "//h/:_authToken=*** def"},
      {"npm_short", "npm_short"},
      {"a://b:c", "a://b:c"},
  };
  for (const auto& [text, expected] : rows) CHECK(redact(text) == expected);
}

TEST_CASE("Durations: short and rounded", "[output]") {
  using std::chrono::milliseconds;
  CHECK(format_duration(milliseconds(0)) == "0ms");
  CHECK(format_duration(milliseconds(999)) == "999ms");
  CHECK(format_duration(milliseconds(1499)) == "1s");
  CHECK(format_duration(milliseconds(1500)) == "2s");
  CHECK(format_duration(milliseconds(90000)) == "2m");
  CHECK(format_duration(milliseconds(7200000)) == "2h");
}
