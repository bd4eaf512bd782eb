#pragma once
/// A publish document and its tarball, checked against each other, as one command to the store.

#include "hoist/base/signing.hpp"
#include "hoist/registry/package_store.hpp"
#include "publish/publish_document.hpp"
#include "publish/upload.hpp"

namespace hoist::registry {

struct Publisher {
  std::string name;
  std::string email;
};

/// Everything verified: declared size and hashes, what the tarball says about itself, the attestation's subject. E400
/// for what does not match what was declared, E422 for a tarball that is not this package.
[[nodiscard]] Result<PublishCommand> plan_publish(PublishDocument document, Upload& upload, const Publisher& publisher,
                                                  const SigningKey& key, Time now);

}  // namespace hoist::registry
