#include "tls_material.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::size_t kMaxPemFile = 16U << 20U;

std::string read_pem(const std::string& file, std::string_view setting, Reporter& reporter) {
  if (file.empty()) return {};
  auto text = read_file(file, kMaxPemFile);
  if (!text) {
    reporter.log(LogLevel::kWarn, "tls", fmt::format("ignoring {}: {}", setting, text.error().message));
    return {};
  }
  if (!text->ends_with('\n')) *text += '\n';
  return *std::move(text);
}

/// .npmrc holds PEM on one line with `\n` written out.
std::string unfold(const std::string& pem) {
  std::string out = replace_all(pem, "\\n", "\n");
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  return out;
}

}  // namespace

TlsMaterial read_tls_material(const TlsOptions& options, const std::string& default_bundle, Reporter& reporter) {
  TlsMaterial material;
  material.verify = options.strict_ssl;
  material.cert_pem = unfold(options.cert);
  material.key_pem = unfold(options.key);
  for (const std::string& ca : options.ca) material.ca_pem += unfold(ca);
  material.ca_pem += read_pem(options.cafile, "cafile", reporter);
  if (material.ca_pem.empty()) material.ca_pem = read_pem(options.ssl_cert_file, "SSL_CERT_FILE", reporter);
  material.replaces_system = !material.ca_pem.empty();
  const std::string extra = read_pem(options.extra_ca_file, "NODE_EXTRA_CA_CERTS", reporter);
  if (extra.empty()) return material;
  if (!material.replaces_system) material.ca_pem = read_pem(default_bundle, "the system's certificates", reporter);
  material.ca_pem += extra;
  return material;
}

}  // namespace hoist::fetcher
