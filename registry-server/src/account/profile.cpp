#include "account/api.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxText = 1000;
constexpr std::array<std::string_view, 5> kExtra{"homepage", "github", "twitter", "freenode", "avatar"};

Json extra_of(const UserRow& user) {
  auto parsed = parse_json(user.profile, "profile");
  return parsed && parsed->is_object() ? *std::move(parsed) : Json::object();
}

Json to_json(const UserRow& user) {
  const Json extra = extra_of(user);
  const auto text_or_empty = [&extra](std::string_view key) {
    const std::string* text = find_string(extra, key);
    return text == nullptr ? std::string() : *text;
  };
  return Json{{"tfa", nullptr},
              {"name", user.name},
              {"email", user.email},
              {"email_verified", false},
              {"fullname", user.fullname},
              {"homepage", text_or_empty("homepage")},
              {"github", text_or_empty("github")},
              {"twitter", text_or_empty("twitter")},
              {"freenode", text_or_empty("freenode")},
              {"created", to_iso_time(user.created)},
              {"updated", to_iso_time(user.updated)},
              {"cidr_whitelist", nullptr}};
}

/// null clears, as npm sends it for an empty text.
Result<std::string> new_text(const Json& value, std::string_view key) {
  if (value.is_null()) return std::string();
  if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxText) {
    return fail("E400", fmt::format("\"{}\" must be a text", key));
  }
  return value.get<std::string>();
}

}  // namespace

AccountApi::Answer AccountApi::get_profile(const ApiRequest& request) {
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_TRY(const auto user, services_.store.find_user(who.user));
  if (!user) return fail("E404", "no such user");
  return json_answer(to_json(*user));
}

AccountApi::Answer AccountApi::post_profile(const ApiRequest& request) {
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(auto user, services_.store.find_user(who.user));
  if (!user) return fail("E404", "no such user");
  if (body.contains("tfa") && !body["tfa"].is_null()) return fail("E400", "this registry has no two-factor login");
  Json extra = extra_of(*user);
  for (const auto& [key, value] : body.items()) {
    if (key == "password" || key == "tfa") continue;
    HOIST_TRY(const std::string text, new_text(value, key));
    if (key == "email") {
      user->email = text;
    } else if (key == "fullname") {
      user->fullname = text;
    } else if (std::ranges::find(kExtra, key) != kExtra.end()) {
      extra[key] = text;
    }
  }
  user->profile = extra.dump(-1, ' ', false, Json::error_handler_t::replace);
  user->updated = now();
  if (const Json* change = find_member(body, "password")) return change_password(who, *std::move(user), *change);
  HOIST_CHECK(services_.store.update_user(*user));
  return json_answer(to_json(*user));
}

AccountApi::Answer AccountApi::change_password(const Identity& who, UserRow user, const Json& change) {
  if (!change.is_object()) return fail("E400", "\"password\" must hold \"old\" and \"new\"");
  HOIST_TRY(const std::string old_password, require_text(change, "old"));
  HOIST_TRY(const std::string new_password, require_text(change, "new"));
  const auto checked = services_.login.check_password(who.user, old_password, who.client_address);
  if (!checked && checked.error().code == "E401") return fail("E403", "the old password is wrong");
  if (!checked) return std::unexpected(checked.error());
  HOIST_CHECK(services_.login.set_password(user, new_password));
  return json_answer(to_json(user));
}

}  // namespace hoist::registry
