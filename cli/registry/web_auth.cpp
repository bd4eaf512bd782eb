#include "cli/registry/web_auth.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "cli/config/runtime.hpp"
#include "cli/output/prompt.hpp"
#include "hoist/base/url.hpp"

namespace hoist::cli {
namespace {

constexpr int kLongestPause = 60'000, kShortestPause = 100;

/// Milliseconds, as the server asks; one that says nothing holds the request itself or is asked again soon.
int pause_of(const fetcher::HttpResponse& response) {
  const auto text = response.headers.get("retry-after");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds > 0 ? std::min(seconds, kLongestPause / 1000) * 1000 : kShortestPause;
}

/// Whether Enter was pressed within the time.
bool enter_pressed(int milliseconds, bool look) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, look ? 1 : 0, milliseconds) <= 0) return false;
  char buffer[256];
  return ::read(STDIN_FILENO, buffer, sizeof buffer) > 0;
}

void open_browser(Session& session, const std::string& url) {
  const auto configured = session.config.get("browser");
  const auto program =
      configured.is_string() ? configured.get<std::string>() : find_program("xdg-open", session.config.environment());
  if (program.empty() || !run_editor(program, url))
    session.console.streams().err("Browser unavailable. Please open the URL manually\n");
}

bool is_web_address(const std::string& url) { return Url::parse(url).has_value(); }

}  // namespace

std::string move_done_url(const std::string& done_url, const std::string& registry) {
  auto done = Url::parse(done_url);
  const auto to = Url::parse(registry);
  if (!done || !to || done->host != "registry.npmjs.org") return done_url;
  done->scheme = to->scheme;
  done->host = to->host;
  done->port = to->port;
  std::string prefix = to->path;
  if (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && done->path != prefix && !done->path.starts_with(prefix + '/'))
    done->path = prefix + done->path;
  return done->to_string();
}

Result<std::string> wait_for_browser(Session& session, fetcher::RegistryClient& client, const BrowserTask& task) {
  if (!is_web_address(task.open_url) || !is_web_address(task.done_url))
    return fail("EINVALIDURL", "The registry answered with an address that is none");
  // Written as it is: an address that was shortened by redaction is of no use.
  auto& streams = session.console.streams();
  if (session.config.get_bool("json")) session.console.buffer_json(Json{{"title", task.title}, {"url", task.open_url}});
  streams.err(fmt::format("{}:\n{}\n", task.title, task.open_url));
  const bool offers = is_interactive(session.console) && session.config.get("browser") != Json(false);
  if (offers) streams.err("Press ENTER to open in the browser...\n");
  bool opened = !offers;
  for (;;) {
    fetcher::RegistryCall call;
    call.path = task.done_url;
    HOIST_TRY(const auto response, client.call(std::move(call)));
    if (response.status == 200) {
      const auto content = parse_json(response.body, "the registry's answer");
      const auto* token = content ? find_string(*content, "token") : nullptr;
      if (token != nullptr && !token->empty()) return *token;
    }
    if (response.status != 202) return fail("EINVALIDRESPONSE", "Invalid response from web login endpoint");
    if (enter_pressed(pause_of(response), !opened)) {
      opened = true;
      open_browser(session, task.open_url);
    }
  }
}

Result<std::string> login_by_browser(Session& session, fetcher::RegistryClient& client) {
  fetcher::RegistryCall call;
  call.method = "POST";
  call.path = "/-/v1/login";
  call.headers.add("content-type", "application/json");
  call.body = "{}";
  call.ignore_errors = true;
  HOIST_TRY(const auto response, client.call(std::move(call)));
  if ((response.status >= 400 && response.status < 500) || response.status == 500)
    return fail("ENYI", "Web login not supported");
  HOIST_TRY(const auto checked, client.check("POST", "", response));
  const auto content = parse_json(checked.body, "the registry's answer");
  const auto* login = content ? find_string(*content, "loginUrl") : nullptr;
  const auto* done = content ? find_string(*content, "doneUrl") : nullptr;
  if (login == nullptr || done == nullptr || !is_web_address(*login) || !is_web_address(*done))
    return fail("EINVALIDRESPONSE", "Invalid response from web login endpoint");
  return wait_for_browser(session, client, {"Login at", *login, move_done_url(*done, client.options().registry)});
}

}  // namespace hoist::cli
