#include "cli/output/error_report.hpp"

#include "cli/output/redact.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// One code, or several that mean the same: the title of its lines and what to say beyond the message.
struct Advice {
  std::string_view codes;  ///< separated by spaces
  std::string_view title;
  std::string_view detail;
};

constexpr std::string_view kNetwork =
    "The network did not answer as it should.\n"
    "Behind a proxy, check the 'proxy' and 'https-proxy' settings ('npm help config').";

constexpr Advice kAdvice[] = {
    {"E404", "404", {}},
    {"E403", "403",
     "The registry forbids this package version: a security policy, or an account without access to it."},
    {"E401", {}, "Log in again with:\n  npm login"},
    {"ENEEDAUTH", "need auth", "This machine has to be authorised first: npm login"},
    {"EOTP", {}, "Pass a one-time password with --otp=<code>. If you did, it was mistyped or has expired."},
    {"ETARGET", "notarget", "You, or one of your dependencies, ask for a package version that does not exist."},
    {"ERESOLVE", "ERESOLVE", {}},
    {"EJSONPARSE", "JSON.parse", "The file must be plain JSON: no comments, no trailing commas, quoted keys."},
    {"EBADENGINE", "engine", {}},
    {"EBADDEVENGINES", "EBADDEVENGINES", {}},
    {"EBADPLATFORM", "notsup", {}},
    {"ENOENT", "enoent", "A file that is needed is not there."},
    {"ENOSPC", "nospc", "The disk is full. Free some space and try again."},
    {"EROFS", "rofs", "The file system is read-only."},
    {"EACCES EPERM",
     {},
     "The operating system refused the operation.\n"
     "Check the permissions of the file and of the folders it is in; it may belong to another user."},
    {"ECONNREFUSED ECONNRESET ENOTFOUND ETIMEDOUT ERR_SOCKET_TIMEOUT EAI_FAIL EAI_AGAIN", "network", kNetwork},
    {"ENOGIT", {}, "git could not be run. Is it installed and in the PATH?"},
    {"ENOLOCK", {}, "Create a lockfile first: npm install --package-lock-only"},
    {"ELOCKFILEVERSION", {}, {}},
};

bool lists(std::string_view codes, std::string_view code) {
  for (const auto one : split(codes, ' '))
    if (one == code) return true;
  return false;
}

/// EFOO at the start of a message that came without a code.
std::string code_in(std::string_view message) {
  if (message.starts_with("Error: ")) message.remove_prefix(7);
  std::size_t end = 0;
  while (end < message.size() && message[end] >= 'A' && message[end] <= 'Z') ++end;
  return end > 1 && message[0] == 'E' ? std::string(message.substr(0, end)) : std::string();
}

void add_not_found(const Error& error, ErrorReport& report) {
  report.detail.push_back({"404", ""});
  if (!error.hint.empty()) report.detail.push_back({"404", error.hint});
  report.detail.push_back({"404", "The package is not there, or you may not see it."});
  report.detail.push_back({"404", "A tarball, folder, http url or git url can be installed as well."});
}

}  // namespace

ErrorReport explain_error(const Error& error) {
  ErrorReport report;
  report.code = error.code.empty() ? code_in(error.message) : error.code;
  const auto* advice = std::ranges::find_if(kAdvice, [&](const Advice& one) { return lists(one.codes, report.code); });
  const bool known = advice != std::end(kAdvice);
  const std::string title(known ? advice->title : std::string_view{});
  std::string message = error.message;
  if (report.code == "E404" && message.starts_with("404"))
    message = std::string(trim(std::string_view(message).substr(3)));
  report.summary.push_back({title, redact(message)});
  if (!error.where.file.empty()) {
    std::string place = error.where.file;
    if (error.where.line > 0) place += fmt::format(":{}:{}", error.where.line, error.where.column);
    if (message.find(error.where.file) == std::string::npos) report.summary.push_back({title, "at " + place});
  }
  for (const auto& doing : error.context) report.detail.push_back({title, "while " + redact(doing)});
  if (report.code == "ERESOLVE") {
    report.detail.push_back({"", ""});
    report.detail.push_back({"", redact(error.hint)});
    return report;
  }
  if (report.code == "E404") {
    add_not_found(error, report);
    return report;
  }
  if (known && !advice->detail.empty()) report.detail.push_back({title, std::string(advice->detail)});
  if (!error.hint.empty()) report.detail.push_back({title, redact(error.hint)});
  return report;
}

Json error_json(const ErrorReport& report) {
  const auto text = [](const std::vector<ReportLine>& lines) {
    std::vector<std::string> rows;
    for (const auto& line : lines) rows.push_back(line.text);
    return std::string(trim(join(rows, "\n")));
  };
  Json json = Json::object();
  if (!report.code.empty()) json["code"] = report.code;
  json["summary"] = text(report.summary);
  json["detail"] = text(report.detail);
  return json;
}

void log_error(const ErrorReport& report, Console& console) {
  if (!report.code.empty()) console.log(LogLevel::kError, "code", report.code);
  for (const auto* lines : {&report.summary, &report.detail})
    for (const auto& line : *lines) console.log(LogLevel::kError, line.title, line.text);
}

}  // namespace hoist::cli
