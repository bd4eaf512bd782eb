#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/output/redact.hpp"
#include "cli/registry/registry_session.hpp"

namespace hoist::cli {

Result<int> run_ping(Session& session, const std::vector<std::string>&) {
  const auto shown = redact(session.config.get_string("registry"));
  session.console.log(LogLevel::kNotice, "PING", shown);
  RegistrySession registry(session);
  const auto start = std::chrono::steady_clock::now();
  fetcher::RegistryCall call;
  call.path = "/-/ping";
  HOIST_TRY(const auto response, registry.send(std::move(call)));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  session.console.log(LogLevel::kNotice, "PONG", fmt::format("{}ms", took.count()));
  auto details = parse_json(response.body, "ping");
  if (!details) details = Json::object();
  if (session.config.get_bool("json"))
    session.console.buffer_json(Json{{"registry", shown}, {"time", took.count()}, {"details", *details}});
  else if (!details->empty())
    session.console.log(LogLevel::kNotice, "PONG", json_text(*details, 2));
  return 0;
}

}  // namespace hoist::cli
