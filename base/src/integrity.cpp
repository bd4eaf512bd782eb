#include "hoist/base/integrity.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

#include "hoist/base/text.hpp"

namespace hoist {
namespace {

struct Known {
  HashAlgorithm algorithm;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Known, 4> kKnown{{{HashAlgorithm::kSha1, "sha1", 20},
                                       {HashAlgorithm::kSha256, "sha256", 32},
                                       {HashAlgorithm::kSha384, "sha384", 48},
                                       {HashAlgorithm::kSha512, "sha512", 64}}};

const Known& known(HashAlgorithm algorithm) noexcept { return kKnown[static_cast<std::size_t>(algorithm)]; }

const EVP_MD* evp(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1:
      return EVP_sha1();
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

/// One `sha512-…` word; options after `?` are ignored, as ssri does in its loose mode.
bool parse_digest(std::string_view word, Integrity::Digest& out) {
  word = word.substr(0, word.find('?'));
  for (const Known& each : kKnown) {
    if (word.size() <= each.name.size() || !word.starts_with(each.name) || word[each.name.size()] != '-') continue;
    out.algorithm = each.algorithm;
    return base64_decode(word.substr(each.name.size() + 1), out.bytes) && out.bytes.size() == each.size;
  }
  return false;
}

}  // namespace

std::string_view to_string(HashAlgorithm algorithm) noexcept { return known(algorithm).name; }

Result<Integrity> Integrity::parse(std::string_view text) {
  Integrity result;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", start), text.size());
    Digest digest;
    if (parse_digest(text.substr(start, end - start), digest)) result.digests_.push_back(std::move(digest));
    start = end + 1;
  }
  if (result.digests_.empty())
    return fail("EINVALIDINTEGRITY", "not an integrity value: \"" + printable(text.substr(0, 120)) + "\"");
  return result;
}

Result<Integrity> Integrity::from_sha1_hex(std::string_view hex) {
  std::string raw;
  if (!hex_decode(hex, raw) || raw.size() != 20)
    return fail("EINVALIDINTEGRITY", "not a sha1 checksum: \"" + printable(hex.substr(0, 120)) + "\"");
  return from_digest(HashAlgorithm::kSha1, std::move(raw));
}

Integrity Integrity::from_digest(HashAlgorithm algorithm, std::string raw) {
  Integrity result;
  result.digests_.push_back({algorithm, std::move(raw)});
  return result;
}

HashAlgorithm Integrity::strongest() const noexcept {
  HashAlgorithm best = HashAlgorithm::kSha1;
  for (const Digest& digest : digests_) best = std::max(best, digest.algorithm);
  return best;
}

bool Integrity::matches(const Integrity& actual) const {
  const HashAlgorithm algorithm = strongest();
  for (const Digest& wanted : digests_) {
    if (wanted.algorithm != algorithm) continue;
    for (const Digest& found : actual.digests_)
      if (found == wanted) return true;
  }
  return false;
}

std::string Integrity::to_string() const {
  std::string out;
  for (const Digest& digest : digests_) {
    if (!out.empty()) out += ' ';
    out.append(known(digest.algorithm).name).append("-").append(base64_encode(digest.bytes));
  }
  return out;
}

struct Hasher::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Hasher::Hasher(HashAlgorithm algorithm) : algorithm_(algorithm), context_(std::make_unique<Context>()) {
  if (context_->evp == nullptr || EVP_DigestInit_ex(context_->evp, evp(algorithm), nullptr) != 1)
    throw std::bad_alloc();
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

std::string Hasher::finish() {
  std::string raw(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(raw.data()), &length);
  raw.resize(length);
  return raw;
}

std::string hash(HashAlgorithm algorithm, std::string_view bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace hoist
