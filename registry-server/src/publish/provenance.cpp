#include "publish/provenance.hpp"

#include "hoist/base/json.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

std::unexpected<Error> unfit(std::string message) { return fail("E422", std::move(message)); }

/// `pkg:npm/%40acme/ui@1.0.0`
std::string purl(const std::string& package, const std::string& version) {
  const std::string name = package.starts_with('@') ? "%40" + package.substr(1) : package;
  return fmt::format("pkg:npm/{}@{}", name, version);
}

bool is_subject(const Json& subject, const std::string& name, const std::string& sha512) {
  const std::string* own_name = find_string(subject, "name");
  const Json* digest = find_member(subject, "digest");
  const std::string* own_digest = digest == nullptr ? nullptr : find_string(*digest, "sha512");
  return own_name != nullptr && *own_name == name && own_digest != nullptr && to_lower(*own_digest) == sha512;
}

}  // namespace

Result<Provenance> read_provenance(const std::string& bundle, const std::string& package, const std::string& version,
                                   const std::string& sha512) {
  const auto json = parse_json(bundle, "attestation");
  if (!json || !json->is_object()) return unfit("the attestation is not a JSON object");
  const Json* envelope = find_member(*json, "dsseEnvelope");
  const std::string* payload = envelope == nullptr ? nullptr : find_string(*envelope, "payload");
  std::string text;
  if (payload == nullptr || !base64_decode(*payload, text)) return unfit("the attestation has no payload");
  const auto statement = parse_json(text, "attestation");
  if (!statement || !statement->is_object()) return unfit("the payload of the attestation is not a JSON object");
  const std::string* predicate = find_string(*statement, "predicateType");
  if (predicate == nullptr) return unfit("the attestation has no predicateType");
  const Json* subjects = find_member(*statement, "subject");
  if (subjects == nullptr || !subjects->is_array() || subjects->size() != 1 ||
      !is_subject(subjects->front(), purl(package, version), sha512)) {
    return unfit("the attestation is about something else than this tarball");
  }
  const Json document{{"attestations", Json::array({Json{{"predicateType", *predicate}, {"bundle", *json}}})}};
  return Provenance{*predicate, document.dump()};
}

}  // namespace hoist::registry
