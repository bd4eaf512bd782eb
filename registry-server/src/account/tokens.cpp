#include <charconv>

#include "account/api.hpp"
#include "auth/token.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxListEntries = 500;
constexpr std::int64_t kMaxDays = 3650;

Result<std::vector<std::string>> text_list(const Json& body, std::string_view key) {
  std::vector<std::string> list;
  const Json* member = find_member(body, key);
  if (member == nullptr || member->is_null()) return list;
  if (!member->is_array() || member->size() > kMaxListEntries) {
    return fail("E400", fmt::format("\"{}\" must be a list", key));
  }
  for (const Json& entry : *member) {
    if (!entry.is_string()) return fail("E400", fmt::format("\"{}\" must hold texts", key));
    list.push_back(entry.get<std::string>());
  }
  return list;
}

Result<bool> flag(const Json& body, std::string_view key) {
  const Json* member = find_member(body, key);
  if (member == nullptr || member->is_null()) return false;
  if (!member->is_boolean()) return fail("E400", fmt::format("\"{}\" must be true or false", key));
  return member->get<bool>();
}

Result<TokenPermission> permission(const Json& body, std::string_view key) {
  const std::string* text = find_string(body, key);
  if (text == nullptr || *text == "no-access") return TokenPermission::kNone;
  if (*text == "read-only") return TokenPermission::kReadOnly;
  if (*text == "read-write") return TokenPermission::kReadWrite;
  if (*text == "read-write-stage-only") return fail("E400", "this registry has no staged publishing");
  return fail("E400", fmt::format("\"{}\" is no permission", key));
}

Result<TokenScope> read_scope(const Json& body) {
  TokenScope scope;
  HOIST_TRY(scope.packages, text_list(body, "packages"));
  HOIST_TRY(scope.scopes, text_list(body, "scopes"));
  HOIST_TRY(scope.orgs, text_list(body, "orgs"));
  HOIST_TRY(scope.all_packages, flag(body, "packages_all"));
  HOIST_TRY(scope.permission, permission(body, "packages_and_scopes_permission"));
  HOIST_TRY(scope.org_permission, permission(body, "orgs_permission"));
  for (std::string& name : scope.scopes) {
    if (!name.starts_with('@')) name.insert(0, "@");
  }
  scope.granular = scope.all_packages || !scope.packages.empty() || !scope.scopes.empty() || !scope.orgs.empty() ||
                   body.contains("packages_and_scopes_permission") || body.contains("orgs_permission");
  return scope;
}

Result<void> read_limits(const Json& body, Time now, TokenRow& row) {
  HOIST_TRY(row.read_only, flag(body, "readonly"));
  HOIST_TRY(row.bypass_tfa, flag(body, "bypass_2fa"));
  HOIST_TRY(row.cidrs, text_list(body, "cidr_whitelist"));
  if (const auto networks = parse_cidrs(row.cidrs); !networks) return fail("E400", networks.error().message);
  HOIST_TRY(const TokenScope scope, read_scope(body));
  row.permissions = scope.to_json();
  const Json* expires = find_member(body, "expires");
  if (expires != nullptr && !expires->is_null()) {
    if (!expires->is_number_integer()) return fail("E400", "\"expires\" must be a number of days");
    const auto days = expires->get<std::int64_t>();
    if (days < 1 || days > kMaxDays) return fail("E400", "\"expires\" is out of bounds");
    row.expires = now + std::chrono::days(days);
  }
  if (const std::string* name = find_string(body, "name")) row.name = name->substr(0, 200);
  if (const std::string* text = find_string(body, "description")) row.description = text->substr(0, 1000);
  return {};
}

Json to_json(const TokenRow& row) {
  Json object{{"key", row.key},
              {"token", row.prefix},
              {"name", row.name},
              {"description", row.description},
              {"kind", row.kind},
              {"created", to_iso_time(row.created)},
              {"updated", to_iso_time(row.last_used.value_or(row.created))},
              {"readonly", row.read_only},
              {"bypass_2fa", row.bypass_tfa},
              {"expires", row.expires ? Json(to_iso_time(*row.expires)) : Json(nullptr)}};
  object["cidr_whitelist"] = row.cidrs.empty() ? Json(nullptr) : Json(row.cidrs);
  if (const auto permissions = parse_json(row.permissions, "permissions"); permissions && !permissions->empty()) {
    for (const auto& [key, value] : permissions->items()) object[key] = value;
  }
  return object;
}

std::size_t number(const std::string& text, std::size_t fallback) {
  std::size_t value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

AccountApi::Answer AccountApi::list_tokens(const ApiRequest& request) {
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_TRY(auto tokens, services_.store.list_tokens(who.user));
  std::erase_if(tokens, [time = now()](const TokenRow& row) { return row.expires && *row.expires <= time; });
  const std::size_t page = number(request.parameter("page"), 0);
  const std::size_t size = std::clamp<std::size_t>(number(request.parameter("perPage"), 100), 1, 1000);
  const std::size_t first = page > tokens.size() ? tokens.size() : std::min(tokens.size(), page * size);
  const std::size_t last = std::min(tokens.size(), first + size);
  Json objects = Json::array();
  for (std::size_t i = first; i < last; ++i) objects.push_back(to_json(tokens[i]));
  Json urls = Json::object();
  // npm reads `next` whether or not there is one.
  urls["next"] = last < tokens.size()
                     ? Json(fmt::format("{}-/npm/v1/tokens?page={}&perPage={}", request.base_url, page + 1, size))
                     : Json(nullptr);
  return json_answer({{"objects", std::move(objects)}, {"urls", std::move(urls)}, {"total", tokens.size()}});
}

AccountApi::Answer AccountApi::create_token(const ApiRequest& request) {
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string password, require_text(body, "password"));
  NewToken token = issue_token(who.user, "granular", now(), std::nullopt);
  HOIST_CHECK(read_limits(body, now(), token.row));
  // The password last: nothing that is wrong with the request should cost an attempt.
  const auto owner = services_.login.check_password(who.user, password, who.client_address);
  if (!owner && owner.error().code == "E401") return fail("E403", "the password is wrong");
  if (!owner) return std::unexpected(owner.error());
  HOIST_CHECK(services_.store.add_token(token.row));
  Json object = to_json(token.row);
  object["token"] = token.secret;
  return json_answer(object, 201);
}

AccountApi::Answer AccountApi::delete_token(const ApiRequest& request, std::string_view key) {
  HOIST_TRY(const Identity who, require_writer(request));
  // npm may send the token itself, which by its hash leads to the key.
  const std::string wanted = is_token_shaped(key) ? token_key(hash_token(key)) : std::string(key);
  HOIST_TRY(const bool removed, services_.store.remove_token(who.user, wanted));
  if (!removed) return fail("E404", "no such token");
  return json_answer({{"ok", true}});
}

}  // namespace hoist::registry
