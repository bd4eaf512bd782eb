#include "auth/token.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/secret.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kPrefix = "hoist_";
constexpr std::size_t kRandomDigits = 36;
constexpr std::size_t kCheckDigits = 6;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string checksum(std::string_view digits) {
  const std::string digest = hash(HashAlgorithm::kSha256, digits);
  std::string out;
  for (std::size_t i = 0; i < kCheckDigits; ++i) {
    out += kAlphabet[static_cast<unsigned char>(digest[i]) % kAlphabet.size()];
  }
  return out;
}

/// Rejection keeps every digit equally likely.
std::string random_digits(std::size_t count) {
  std::string digits;
  constexpr unsigned limit = 256 / kAlphabet.size() * kAlphabet.size();
  while (digits.size() < count) {
    for (const char c : random_bytes(count)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < limit && digits.size() < count) digits += kAlphabet[byte % kAlphabet.size()];
    }
  }
  return digits;
}

bool has(const std::vector<std::string>& list, std::string_view entry) {
  return std::ranges::find(list, entry) != list.end();
}

TokenPermission parse_permission(const Json& object, std::string_view key) {
  const std::string* text = find_string(object, key);
  if (text == nullptr) return TokenPermission::kNone;
  // `read-write-stage-only` is not write: staging is not offered here, and publishing would be more than was granted.
  if (*text == "read-write") return TokenPermission::kReadWrite;
  return *text == "read-only" ? TokenPermission::kReadOnly : TokenPermission::kNone;
}

std::string_view to_text(TokenPermission permission) {
  switch (permission) {
    case TokenPermission::kReadWrite:
      return "read-write";
    case TokenPermission::kReadOnly:
      return "read-only";
    case TokenPermission::kNone:
      break;
  }
  return "no-access";
}

std::vector<std::string> parse_list(const Json& object, std::string_view key) {
  std::vector<std::string> list;
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_array()) return list;
  for (const Json& entry : *member) {
    if (entry.is_string()) list.push_back(entry.get<std::string>());
  }
  return list;
}

bool covers(const TokenScope& scope, std::string_view package) {
  if (scope.all_packages || has(scope.packages, package)) return true;
  return package.starts_with('@') && has(scope.scopes, package.substr(0, package.find('/')));
}

}  // namespace

std::string make_token() {
  const std::string digits = random_digits(kRandomDigits);
  return fmt::format("{}{}{}", kPrefix, digits, checksum(digits));
}

bool is_token_shaped(std::string_view token) noexcept {
  if (!token.starts_with(kPrefix) || token.size() != kPrefix.size() + kRandomDigits + kCheckDigits) return false;
  const auto digits = token.substr(kPrefix.size(), kRandomDigits);
  return digits.find_first_not_of(kAlphabet) == std::string_view::npos &&
         checksum(digits) == token.substr(kPrefix.size() + kRandomDigits);
}

std::string hash_token(std::string_view token) { return hex_encode(hash(HashAlgorithm::kSha256, token)); }

std::string token_key(std::string_view token_hash) { return std::string(token_hash.substr(0, 32)); }

TokenScope TokenScope::parse(std::string_view json) {
  TokenScope scope;
  const auto parsed = parse_json(json, "token permissions");
  if (!parsed || !parsed->is_object()) {
    scope.granular = true;
    return scope;
  }
  if (parsed->empty()) return scope;
  scope.granular = true;
  scope.packages = parse_list(*parsed, "packages");
  scope.scopes = parse_list(*parsed, "scopes");
  scope.orgs = parse_list(*parsed, "orgs");
  const Json* all = find_member(*parsed, "packages_all");
  scope.all_packages = all != nullptr && all->is_boolean() && all->get<bool>();
  scope.permission = parse_permission(*parsed, "packages_and_scopes_permission");
  scope.org_permission = parse_permission(*parsed, "orgs_permission");
  return scope;
}

std::string TokenScope::to_json() const {
  if (!granular) return "{}";
  const Json object{{"packages", packages},
                    {"scopes", scopes},
                    {"packages_all", all_packages},
                    {"packages_and_scopes_permission", to_text(permission)},
                    {"orgs", orgs},
                    {"orgs_permission", to_text(org_permission)}};
  return object.dump();
}

bool TokenScope::allows_read(std::string_view package) const {
  return !granular || (permission != TokenPermission::kNone && covers(*this, package));
}

bool TokenScope::allows_write(std::string_view package) const {
  return !granular || (permission == TokenPermission::kReadWrite && covers(*this, package));
}

bool is_usable(const TokenRow& token, const IpAddress& client, Time now) {
  if (token.expires && now >= *token.expires) return false;
  if (token.cidrs.empty()) return true;
  const auto networks = parse_cidrs(token.cidrs);
  return networks && contains_address(*networks, client);
}

NewToken issue_token(std::string_view user, std::string_view kind, Time now,
                     std::optional<std::chrono::seconds> lifetime) {
  NewToken issued{.secret = make_token()};
  issued.row.hash = hash_token(issued.secret);
  issued.row.key = token_key(issued.row.hash);
  issued.row.prefix = issued.secret.substr(0, kPrefix.size() + 4);
  issued.row.user = user;
  issued.row.kind = kind;
  issued.row.created = now;
  if (lifetime) issued.row.expires = now + *lifetime;
  return issued;
}

}  // namespace hoist::registry
