#pragma once

#include <string>

#include "hoist/base/result.hpp"

namespace hoist::registry {

struct Provenance {
  std::string predicate_type;
  std::string document;  ///< what `/-/npm/v1/attestations/` answers
};

/// Reads a sigstore bundle and checks that it speaks of this very tarball: its subject is the package's purl and the
/// sha512 (hexadecimal) given. Its own signature is for clients to verify, against roots they trust. E422.
[[nodiscard]] Result<Provenance> read_provenance(const std::string& bundle, const std::string& package,
                                                 const std::string& version, const std::string& sha512);

}  // namespace hoist::registry
