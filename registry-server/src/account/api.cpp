#include "account/api.hpp"

#include "auth/htpasswd.hpp"
#include "auth/token.hpp"
#include "hoist/base/text.hpp"
#include "hosted/responses.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kUserPrefix = "org.couchdb.user:";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, text) != list.end();
}

std::unexpected<Error> not_found() { return fail("E404", "not found"); }
std::unexpected<Error> wrong_method(std::string_view method) {
  return fail("E405", fmt::format("method not allowed: {}", method));
}

/// `@scope/name` from one or two segments beginning at `at`; moves `at` behind it.
std::string take_package(const std::vector<std::string>& segments, std::size_t& at) {
  if (at >= segments.size()) return {};
  std::string name = segments[at++];
  if (name.starts_with('@') && !name.contains('/') && at < segments.size()) name += "/" + segments[at++];
  return name;
}

}  // namespace

std::string ApiRequest::parameter(std::string_view name) const {
  for (const auto pair : split(query, '&')) {
    const auto equal = pair.find('=');
    std::string value;
    if (pair.substr(0, equal) == name && equal != std::string_view::npos &&
        percent_decode(pair.substr(equal + 1), value)) {
      return value;
    }
  }
  return {};
}

bool AccountApi::owns(std::span<const std::string> s) {
  if (s.empty()) return false;
  if (s[0] == "whoami") return s.size() == 1;
  if (s[0] == "user" || s[0] == "org" || s[0] == "team") return s.size() >= 2 && s[1] != "v1";
  if (s[0] == "v1") return s.size() >= 2 && is_one_of(s[1], {"login", "done"});
  if (s[0] == "npm") return s.size() >= 3 && s[1] == "v1" && is_one_of(s[2], {"user", "tokens"});
  return s[0] == "package" && s.size() >= 3 && is_one_of(s.back(), {"access", "visibility", "collaborators"});
}

Response AccountApi::handle(const ApiRequest& request) {
  auto answer = route(request);
  return answer ? *std::move(answer) : response_for(answer.error());
}

AccountApi::Answer AccountApi::route(const ApiRequest& request) {
  const auto& s = request.segments;
  if (!owns(s)) return not_found();
  if (s[0] == "whoami") return whoami(request);
  if (s[0] == "user") return route_user(request);
  if (s[0] == "org") return route_org(request, s[1]);
  if (s[0] == "team") {
    if (s.size() < 3) return not_found();
    return route_team(request, s[1], s[2]);
  }
  if (s[0] == "npm") return route_npm(request);
  if (s[0] == "package") return route_package(request);
  const bool posts = request.method == "POST";
  if (s[1] == "done") return s.size() == 3 ? poll_web_login(request, s[2]) : Answer(not_found());
  if (s.size() == 2) return posts ? begin_web_login(request) : Answer(wrong_method(request.method));
  if (s.size() != 3) return not_found();
  return posts ? confirm_web_login(request, s[2]) : show_web_login(request, s[2]);
}

AccountApi::Answer AccountApi::route_user(const ApiRequest& request) {
  const auto& s = request.segments;
  if (s[1] == "token" && s.size() == 3) {
    return request.method == "DELETE" ? log_out(request, s[2]) : Answer(wrong_method(request.method));
  }
  if (s.size() == 3 && s[2] == "package") return user_packages(request, s[1]);
  if (!s[1].starts_with(kUserPrefix)) return not_found();
  const std::string_view name = std::string_view(s[1]).substr(kUserPrefix.size());
  const bool has_revision = s.size() == 4 && s[2] == "-rev";
  if (s.size() != 2 && !has_revision) return not_found();
  if (request.method == "PUT") return put_user(request, name);
  if (request.method == "GET" || request.method == "HEAD") return get_user(request, name);
  return wrong_method(request.method);
}

AccountApi::Answer AccountApi::route_npm(const ApiRequest& request) {
  const auto& s = request.segments;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool posts = request.method == "POST";
  if (s[2] == "user" && s.size() == 3) {
    if (reads) return get_profile(request);
    return posts ? post_profile(request) : Answer(wrong_method(request.method));
  }
  if (s[2] == "tokens" && s.size() == 3) {
    if (reads) return list_tokens(request);
    return posts ? create_token(request) : Answer(wrong_method(request.method));
  }
  if (s[2] == "tokens" && s.size() == 5 && s[3] == "token") {
    return request.method == "DELETE" ? delete_token(request, s[4]) : Answer(wrong_method(request.method));
  }
  return not_found();
}

AccountApi::Answer AccountApi::route_package(const ApiRequest& request) {
  std::size_t at = 1;
  const std::string package = take_package(request.segments, at);
  if (at + 1 != request.segments.size()) return not_found();
  const std::string& what = request.segments[at];
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (what == "access" && request.method == "POST") return set_package_access(request, package);
  if (!reads) return wrong_method(request.method);
  return what == "collaborators" ? collaborators(request, package) : package_access(request, package);
}

Result<Identity> AccountApi::require_user(const ApiRequest& request) {
  HOIST_TRY(Identity who, services_.authenticator.authenticate(request.credentials));
  if (who.is_anonymous()) return fail("E401", "you are not logged in", "Bearer");
  return who;
}

Result<Identity> AccountApi::require_writer(const ApiRequest& request) {
  HOIST_TRY(Identity who, require_user(request));
  if (who.read_only || TokenScope::parse(who.permissions).granular) {
    return fail("E403", "this token may not change accounts");
  }
  return who;
}

Result<void> AccountApi::require_member(const Identity& who, std::string_view org) {
  HOIST_TRY(const auto accounts, services_.index.current());
  if (who.is_admin || !accounts->role(org, who.user).empty()) return {};
  return fail("E404", "not found");
}

Result<void> AccountApi::require_leader(const Identity& who, std::string_view org) {
  HOIST_CHECK(require_member(who, org));
  HOIST_TRY(const auto accounts, services_.index.current());
  const auto role = accounts->role(org, who.user);
  if (who.is_admin || role == "owner" || role == "admin") return {};
  return fail("E403", "only owners and admins of the organisation may do this");
}

Result<PackageSnapshot> AccountApi::require_package(const Identity& who, std::string_view package, Action action) {
  HOIST_TRY(auto found, services_.store.load_package(package));
  PackageFacts facts{.name = package, .exists = found.has_value()};
  if (found) {
    facts.visibility = found->package.visibility;
    facts.maintainers = &found->maintainers;
  }
  const auto missing = [&] { return fail("E404", fmt::format("package not found: {}", package)); };
  switch (services_.policy.decide(who, facts, action)) {
    case Decision::kLogin:
      return fail("E401", "you have to log in for this", "Bearer");
    case Decision::kForbid:
      return fail("E403", fmt::format("you may not do this with {}", package));
    case Decision::kHide:
      return missing();
    case Decision::kAllow:
      break;
  }
  if (!found) return missing();
  return *std::move(found);
}

Response json_answer(const Json& body, int status) { return json_response(status, body); }

Result<Json> parse_object(std::string_view body) {
  auto parsed = parse_json(body, "the request body");
  if (!parsed || !parsed->is_object()) return fail("E400", "the body must be a JSON object");
  return parsed;
}

Result<std::string> require_text(const Json& object, std::string_view key) {
  const std::string* text = find_string(object, key);
  if (text == nullptr || text->empty()) return fail("E400", fmt::format("\"{}\" is missing", key));
  return *text;
}

Result<void> check_group_name(std::string_view name) {
  if (is_valid_user_name(name) && !name.starts_with('@')) return {};
  return fail("E400", "not a name of an organisation or team");
}

}  // namespace hoist::registry
