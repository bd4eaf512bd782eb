#include "auth/login.hpp"

#include "auth/htpasswd.hpp"
#include "auth/password.hpp"

namespace hoist::registry {
namespace {

/// A whole office may stand behind one address.
constexpr unsigned kSessionsPerAddress = 200;

std::unexpected<Error> refused() { return fail("E401", "incorrect user name or password", "Basic, Bearer"); }

std::unexpected<Error> too_often(std::chrono::seconds wait) {
  return fail("E429", "too many failed logins; try again later", fmt::format("{}", wait.count()));
}

/// Names that differ in case only share a limit, or guessing would get one per spelling. Addresses of one IPv6 customer
/// share theirs: a customer has 2^64 of them.
std::string address_key(std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed || parsed->is_v4) return std::string(address);
  return std::string(reinterpret_cast<const char*>(parsed->bytes.data()), 8);
}

}  // namespace

Time row_time(const Clock& clock) { return std::chrono::floor<std::chrono::milliseconds>(clock.now()); }

LoginService::LoginService(AccountStore& accounts, Options options, const Clock& clock)
    : accounts_(accounts),
      options_(std::move(options)),
      clock_(clock),
      by_user_({options_.limits.attempts_per_user, options_.limits.window}, clock),
      by_address_({options_.limits.attempts_per_address, options_.limits.window}, clock),
      sessions_({kSessionsPerAddress, options_.limits.window}, clock),
      gate_(options_.hashing, options_.waiting) {}

Result<void> LoginService::take_attempt(std::string_view user, std::string_view address) {
  if (const auto wait = by_address_.take(address_key(address))) return too_often(*wait);
  if (const auto wait = by_user_.take(user)) return too_often(*wait);
  return {};
}

Result<void> LoginService::take_session(std::string_view address) {
  if (const auto wait = sessions_.take(address_key(address))) return too_often(*wait);
  return {};
}

Result<UserRow> LoginService::check_password(std::string_view user, std::string_view password,
                                             std::string_view address) {
  if (!is_valid_user_name(user) || password.empty() || password.size() > kMaxPasswordLength) return refused();
  HOIST_CHECK(take_attempt(user, address));
  HOIST_TRY(const auto found, accounts_.find_user(user));
  const bool has_password = found && !found->is_disabled && !found->password_hash.empty();
  bool matches = false;
  {
    HOIST_TRY(const auto turn, gate_.enter());
    matches = verify_password(has_password ? found->password_hash : decoy_hash(), password);
  }
  if (!has_password || !matches) return refused();
  by_user_.give_back(user);
  by_address_.give_back(address_key(address));
  UserRow row = *found;
  if (is_outdated_hash(row.password_hash)) {
    // Not worth failing a login for: it is tried again at the next one.
    if (auto renewed = hash(password)) {
      row.password_hash = std::move(*renewed);
      if (!accounts_.update_user(row)) row = *found;
    }
  }
  return row;
}

Result<UserRow> LoginService::login_or_register(std::string_view user, std::string_view password,
                                                std::string_view email, std::string_view address) {
  HOIST_TRY(const auto found, accounts_.find_user(user));
  if (found || !options_.open_registration) return check_password(user, password, address);
  // Counted like a failure: otherwise one address could fill the store with accounts.
  if (const auto wait = by_address_.take(address_key(address))) return too_often(*wait);
  auto added = add_user(user, password, email);
  // Somebody else took the name in between.
  if (!added && added.error().code == "E409") return check_password(user, password, address);
  return added;
}

Result<UserRow> LoginService::add_user(std::string_view user, std::string_view password, std::string_view email,
                                       bool is_admin) {
  if (!is_valid_user_name(user)) return fail("E400", "not a user name: letters, digits and ._~@+- are");
  UserRow row{.name = std::string(user), .email = std::string(email), .is_admin = is_admin};
  HOIST_TRY(row.password_hash, hash(password));
  row.created = row.updated = row_time(clock_);
  HOIST_CHECK(accounts_.add_user(row));
  return row;
}

Result<void> LoginService::set_password(UserRow user, std::string_view password) {
  HOIST_TRY(user.password_hash, hash(password));
  user.updated = row_time(clock_);
  return accounts_.update_user(user);
}

Result<std::string> LoginService::hash(std::string_view password) {
  HOIST_TRY(const auto turn, gate_.enter());
  auto hashed = hash_password(password, options_.cost);
  if (!hashed) return fail("E400", hashed.error().message);
  return hashed;
}

}  // namespace hoist::registry
