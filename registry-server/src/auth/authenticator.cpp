#include "auth/authenticator.hpp"

#include "auth/forwarded.hpp"
#include "auth/token.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxKnown = 10'000;
constexpr std::size_t kMaxCredential = 4096;

std::unexpected<Error> bad_token() {
  // One text for unknown, expired, revoked and of a removed user.
  return fail("E401", "the token is invalid, expired or revoked", "Bearer");
}

/// The credential behind a scheme name, which RFC 9110 compares without case.
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      to_lower(header.substr(0, scheme.size())) != scheme)
    return std::nullopt;
  return trim(header.substr(scheme.size()));
}

bool matches_any(const std::vector<std::string>& subjects, const std::string& user,
                 const std::vector<std::string>& groups) {
  return std::ranges::any_of(subjects, [&](const std::string& subject) {
    return subject == user || std::ranges::find(groups, subject) != groups.end();
  });
}

}  // namespace

AccountAuthenticator::AccountAuthenticator(AccountStore& accounts, AccountIndex& index, LoginService& login,
                                           Options options, const Clock& clock)
    : accounts_(accounts),
      index_(index),
      login_(login),
      options_(std::move(options)),
      clock_(clock),
      secret_(random_bytes(32)) {}

std::string AccountAuthenticator::client_address(const Credentials& credentials) const {
  const auto peer = IpAddress::parse(credentials.peer_address);
  if (!peer || !contains_address(options_.trusted_proxies, *peer)) return std::string(credentials.peer_address);
  const auto origin = resolve_client(*peer, false, credentials.forwarded_for, {}, options_.trusted_proxies);
  return origin.address.to_string();
}

std::string AccountAuthenticator::memory_key(std::string_view credential) const {
  return hmac(HashAlgorithm::kSha256, secret_, credential);
}

std::optional<Result<Identity>> AccountAuthenticator::try_authenticate(const Credentials& credentials) {
  if (credentials.authorization.empty()) return Identity{.client_address = client_address(credentials)};
  if (credentials.authorization.size() > kMaxCredential) return bad_token();
  const auto token = after_scheme(credentials.authorization, "bearer");
  if (token && !is_token_shaped(*token)) return bad_token();
  if (!token && !after_scheme(credentials.authorization, "basic")) {
    return fail("E401", "unknown kind of authorization", "Bearer, Basic");
  }
  const auto known = find_known(memory_key(credentials.authorization), accounts_.account_sequence());
  if (!known) return std::nullopt;
  return to_identity(*known, client_address(credentials));
}

Result<Identity> AccountAuthenticator::authenticate(const Credentials& credentials) {
  if (auto quick = try_authenticate(credentials)) return std::move(*quick);
  const std::string address = client_address(credentials);
  const auto token = after_scheme(credentials.authorization, "bearer");
  if (token) {
    HOIST_TRY(Known known, load_token(hash_token(*token)));
    auto identity = to_identity(known, address);
    remember(memory_key(credentials.authorization), std::move(known));
    return identity;
  }
  std::string pair;
  const auto basic = after_scheme(credentials.authorization, "basic");
  if (!basic || !base64_decode(*basic, pair) || !pair.contains(':')) {
    return fail("E401", "malformed basic authorization", "Basic");
  }
  const auto colon = pair.find(':');
  HOIST_TRY(Known known, load_password(pair.substr(0, colon), pair.substr(colon + 1), address));
  auto identity = to_identity(known, address);
  remember(memory_key(credentials.authorization), std::move(known));
  return identity;
}

Result<AccountAuthenticator::Known> AccountAuthenticator::load_token(const std::string& hash) {
  Known known;
  // Read before the rows: a change in between makes the memory stale at once, never wrongly fresh.
  known.sequence = accounts_.account_sequence();
  HOIST_TRY(auto token, accounts_.find_token(hash));
  if (!token || !constant_time_equal(token->hash, hash)) return bad_token();
  HOIST_TRY(auto user, accounts_.find_user(token->user));
  if (!user) return bad_token();
  known.token = std::move(*token);
  known.user = std::move(*user);
  HOIST_TRY(known.groups, groups_of(known.user.name));
  return known;
}

Result<AccountAuthenticator::Known> AccountAuthenticator::load_password(std::string_view user,
                                                                        std::string_view password,
                                                                        const std::string& address) {
  // A password that looks like a token is one: tools put tokens where only user and password fit.
  if (is_token_shaped(password)) {
    HOIST_TRY(Known known, load_token(hash_token(password)));
    return known;
  }
  Known known;
  HOIST_TRY(known.user, login_.check_password(user, password, address));
  // After the check, which may have renewed the stored hash and so moved the sequence. A password that changes in
  // between would be remembered too long, so the row is compared.
  known.sequence = accounts_.account_sequence();
  HOIST_TRY(const auto row, accounts_.find_user(user));
  if (!row || row->password_hash != known.user.password_hash) known.sequence = 0;
  HOIST_TRY(known.groups, groups_of(known.user.name));
  return known;
}

Result<std::vector<std::string>> AccountAuthenticator::groups_of(const std::string& user) {
  HOIST_TRY(const auto snapshot, index_.current());
  std::vector<std::string> groups = snapshot->teams_of(user);
  for (const auto& [group, members] : options_.groups) {
    if (std::ranges::find(members, user) != members.end()) groups.push_back(group);
  }
  return groups;
}

Result<Identity> AccountAuthenticator::to_identity(const Known& known, const std::string& address) const {
  if (known.user.is_disabled) return bad_token();
  if (!known.token.key.empty()) {
    const auto client = IpAddress::parse(address);
    if (known.token.expires && row_time(clock_) >= *known.token.expires) return bad_token();
    if (!is_usable(known.token, client.value_or(IpAddress{}), row_time(clock_))) {
      return fail("E401", "this token may not be used from your address", "ipaddress");
    }
  }
  Identity identity;
  identity.user = known.user.name;
  identity.token_key = known.token.key;
  identity.read_only = known.token.read_only;
  if (!known.token.key.empty()) identity.permissions = known.token.permissions;
  identity.is_admin = known.user.is_admin || matches_any(options_.admins, known.user.name, known.groups);
  identity.groups = known.groups;
  identity.client_address = address;
  return identity;
}

std::optional<AccountAuthenticator::Known> AccountAuthenticator::find_known(std::string_view key,
                                                                            std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(std::string(key));
  if (found == known_.end() || found->second.sequence != sequence) return std::nullopt;
  return found->second;
}

void AccountAuthenticator::remember(std::string key, Known known) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_.insert_or_assign(std::move(key), std::move(known));
}

}  // namespace hoist::registry
