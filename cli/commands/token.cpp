#include <algorithm>
#include <charconv>

#include "cli/commands/commands.hpp"
#include "cli/config/value.hpp"
#include "cli/output/prompt.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr const char* kTokens = "/-/npm/v1/tokens";
constexpr int kMaxPages = 1000;

std::string text_at(const Json& object, std::string_view key) {
  const Json* value = find_member(object, key);
  return value != nullptr ? printable(display_text(*value)) : std::string();
}

/// All pages.
Result<Json> fetch_tokens(RegistrySession& registry) {
  Json tokens = Json::array();
  std::string path = kTokens;
  for (int page = 0; page < kMaxPages && !path.empty(); ++page) {
    HOIST_TRY(const auto answer, registry.get(path));
    if (const Json* objects = find_member(answer, "objects"); objects != nullptr && objects->is_array())
      for (const auto& one : *objects) tokens.push_back(one);
    const Json* urls = find_member(answer, "urls");
    const auto* next = urls != nullptr ? find_string(*urls, "next") : nullptr;
    path = next != nullptr ? *next : std::string();
  }
  return tokens;
}

/// As short as they can be told apart, from six characters on.
void add_ids(Json& tokens) {
  constexpr std::size_t kShortest = 6;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto key = text_at(tokens[i], "key");
    std::string id = key;
    for (std::size_t length = kShortest; length < key.size(); ++length) {
      bool unique = true;
      for (std::size_t k = 0; k < tokens.size(); ++k)
        unique = unique && (k == i || text_at(tokens[k], "key").substr(0, length) != key.substr(0, length));
      if (!unique) continue;
      id = key.substr(0, length);
      break;
    }
    tokens[i]["id"] = id;
  }
}

std::string cidr_text(const Json& token) {
  const Json* list = find_member(token, "cidr_whitelist");
  std::vector<std::string> parts;
  if (list != nullptr && list->is_array())
    for (const auto& one : *list) parts.push_back(printable(display_text(one)));
  return join(parts, ",");
}

Result<void> list(Session& session) {
  RegistrySession registry(session);
  HOIST_TRY(auto tokens, fetch_tokens(registry));
  add_ids(tokens);
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(tokens);
    return {};
  }
  const bool parseable = session.config.get_bool("parseable");
  if (parseable) console.standard("key\ttoken\tid\tname\tcreated\treadonly\tCIDR whitelist");
  const auto colors = console.colors();
  for (const auto& token : tokens) {
    const Json* readonly = find_member(token, "readonly");
    if (parseable) {
      console.standard(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", text_at(token, "key"), text_at(token, "token"),
                                   text_at(token, "id"), text_at(token, "name"), text_at(token, "created"),
                                   readonly != nullptr && *readonly == Json(true), cidr_text(token)));
      continue;
    }
    console.standard(fmt::format("{} {}… with id {} name {} created {}", colors.blue("Token"), text_at(token, "token"),
                                 colors.cyan(text_at(token, "id")), colors.magenta(text_at(token, "name")),
                                 text_at(token, "created").substr(0, 10)));
    if (const auto cidr = cidr_text(token); !cidr.empty()) console.standard("with IP whitelist: " + colors.green(cidr));
    console.standard("");
  }
  return {};
}

/// The key a user means by the beginning of one, or by the token itself.
Result<std::string> find_key(const Json& tokens, const std::string& id) {
  std::vector<std::string> matches;
  bool is_token = false;
  for (const auto& token : tokens) {
    const auto* key = find_string(token, "key");
    const auto* shown = find_string(token, "token");
    if (key != nullptr && key->starts_with(id)) matches.push_back(*key);
    is_token = is_token || (shown != nullptr && !shown->empty() && id.starts_with(*shown));
  }
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1)
    return fail("", fmt::format("Token ID \"{}\" was ambiguous, a new token may have been created since you last ran "
                                "`npm token list`.",
                                printable(id)));
  if (!is_token) return fail("", fmt::format("Unknown token id or value \"{}\".", printable(id)));
  return id;
}

Result<void> revoke(Session& session, const std::vector<std::string>& ids) {
  if (ids.empty()) return usage_error(session, "`<tokenKey>` argument is required.");
  RegistrySession registry(session);
  HOIST_TRY(const auto tokens, fetch_tokens(registry));
  std::vector<std::string> keys;
  for (const auto& id : ids) {
    HOIST_TRY(auto key, find_key(tokens, id));
    keys.push_back(std::move(key));
  }
  for (const auto& key : keys) {
    fetcher::RegistryCall call;
    call.method = "DELETE";
    call.path = fmt::format("{}/token/{}", kTokens, percent_encode_component(key));
    HOIST_TRY(const auto answer, registry.send(std::move(call)));
  }
  auto& console = session.console;
  if (session.config.get_bool("json"))
    console.buffer_json(keys);
  else if (session.config.get_bool("parseable"))
    console.standard(join(keys, "\t"));
  else
    console.standard(fmt::format("Removed {} token{}", keys.size(), keys.size() == 1 ? "" : "s"));
  return {};
}

bool is_ipv4_range(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto number = [](std::string_view digits, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value >= 0 && value <= most &&
           (digits.size() == 1 || digits[0] != '0');
  };
  const auto parts = split(text.substr(0, slash), '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [&](auto part) { return number(part, 255); }) &&
         number(text.substr(slash + 1), 32);
}

/// EINVALIDCIDR for what is no IPv4 range.
Result<std::vector<std::string>> cidr_list(const Config& config) {
  std::vector<std::string> list;
  for (const auto& entry : config.get_list("cidr"))
    for (const auto part : split(entry, ','))
      if (const auto one = trim(part); !one.empty()) list.emplace_back(one);
  for (const auto& one : list) {
    if (is_ipv4_range(one)) continue;
    return fail("EINVALIDCIDR",
                one.find(':') != std::string::npos
                    ? fmt::format("CIDR whitelist can only contain IPv4 addresses, {} is IPv6", printable(one))
                    : fmt::format("CIDR whitelist contains invalid CIDR entry: {}", printable(one)));
  }
  return list;
}

Result<Json> token_request(Session& session) {
  const auto& config = session.config;
  HOIST_TRY(const auto cidr, cidr_list(config));
  auto password = config.get_string("password");
  if (password.empty()) {
    HOIST_TRY(password, ask_password(session.console, "npm password: "));
  }
  Json body{{"name", config.get("name")}, {"password", password}};
  const auto add_text = [&](const char* field, const char* key) {
    if (auto text = config.get_string(key); !text.empty()) body[field] = text;
  };
  const auto add_list = [&](const char* key) {
    if (auto items = config.get_list(key); !items.empty()) body[key] = items;
  };
  add_text("description", "token-description");
  add_list("packages");
  if (config.get_bool("packages-all")) body["packages_all"] = true;
  add_list("scopes");
  add_list("orgs");
  add_text("packages_and_scopes_permission", "packages-and-scopes-permission");
  add_text("orgs_permission", "orgs-permission");
  if (const auto days = config.get("expires"); days.is_number()) body["expires"] = days.get<std::int64_t>();
  if (!cidr.empty()) body["cidr_whitelist"] = cidr;
  if (config.get_bool("bypass-2fa")) body["bypass_2fa"] = true;
  return body;
}

Result<void> create(Session& session) {
  if (session.config.get_string("packages-and-scopes-permission") == "read-write")
    session.console.log(LogLevel::kWarn, "token",
                        "Creating a token that can publish directly to the registry. With "
                        "`--packages-and-scopes-permission=read-write-stage-only` releases would wait for approval.");
  HOIST_TRY(const auto body, token_request(session));
  RegistrySession registry(session);
  HOIST_TRY(auto result, registry.send_json(json_call("POST", kTokens, "", body)));
  if (!result.is_object()) return fail("EJSONPARSE", "the registry's answer is no token");
  result.erase("key");
  result.erase("updated");
  auto& console = session.console;
  if (session.config.get_bool("json")) {
    console.buffer_json(result);
  } else if (session.config.get_bool("parseable")) {
    for (const auto& [key, value] : result.items())
      console.standard(printable(fmt::format("{}\t{}", key, display_text(value))));
  } else {
    console.standard("Created token " + text_at(result, "token"));
    if (const auto cidr = cidr_text(result); !cidr.empty())
      console.standard("with IP whitelist: " + console.colors().green(cidr));
    if (const auto expires = text_at(result, "expires"); !expires.empty() && expires != "null")
      console.standard("expires: " + expires);
  }
  return {};
}

}  // namespace

Result<int> run_token(Session& session, const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "list" : arguments[0];
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, command) != words.end();
  };
  if (is({"list", "ls"})) {
    HOIST_CHECK(list(session));
  } else if (is({"rm", "delete", "revoke", "remove"})) {
    HOIST_CHECK(revoke(session, {arguments.begin() + 1, arguments.end()}));
  } else if (is({"create"})) {
    HOIST_CHECK(create(session));
  } else {
    return usage_error(session, printable(command) + " is not a recognized subcommand.");
  }
  return 0;
}

}  // namespace hoist::cli
