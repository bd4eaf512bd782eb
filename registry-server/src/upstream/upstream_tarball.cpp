#include "hoist/base/text.hpp"
#include "upstream/location_guard.hpp"
#include "upstream/upstream.hpp"

namespace hoist::registry {
namespace {

constexpr std::uint64_t kMaxAudit = 64U << 20U;

}  // namespace

void Upstream::get_tarball(const std::string& name, const std::string& file, Callback<FileAnswer> done) {
  get_package(name, [this, name, file, done = std::move(done)](const PackageAnswer& package) mutable {
    if (!package) return done(std::unexpected(package.error()));
    const auto found = (*package)->tarballs.find(file);
    if (found == (*package)->tarballs.end()) return done(fail("E404", fmt::format("file not found: {}", file)));
    const ProxiedTarball& tarball = found->second;
    if (!tarball.blocked.empty()) {
      return done(
          fail("E403", fmt::format("{}@{} is blocked by this registry: {}", name, tarball.version, tarball.blocked)));
    }
    // Bytes that nothing vouches for are not handed on.
    if (!tarball.integrity) return done(fail("EUPSTREAM", fmt::format("{} has no integrity", file)));
    fetch_tarball(name, tarball, std::move(done));
  });
}

void Upstream::fetch_tarball(const std::string& name, const ProxiedTarball& tarball, Callback<FileAnswer> done) {
  const Integrity& integrity = *tarball.integrity;
  if (auto path = cache_.find_tarball(integrity)) return done(ProxiedFile{*std::move(path), integrity});
  const auto uplinks = uplinks_for(name);
  if (config_.offline || uplinks.empty()) return done(fail("E503", "this registry is offline", "60"));
  const std::string key = integrity.to_string();
  if (!tarball_flights_.join(key, std::move(done))) return;
  // The packument was some uplink's: the one whose host the URL names, else the first.
  Uplink* uplink = uplinks.front();
  for (Uplink* each : uplinks) {
    const auto url = Url::parse(tarball.url);
    if (url && url->host == each->url().host) uplink = each;
  }
  const auto url = locate_tarball(uplink->options(), tarball.url);
  if (!url) return tarball_flights_.finish(key, fail("EUPSTREAM", "the uplink names no usable URL"));
  UplinkRequest request{
      .url = *url, .max_body = uplink->options().max_tarball, .expected = integrity, .is_tarball = true};
  uplink->send(std::move(request), [this, key, integrity](Result<fetcher::HttpResponse> response) mutable {
    post([this, key = std::move(key), integrity = std::move(integrity), response = std::move(response)]() mutable {
      take_tarball(key, integrity, std::move(response));
    });
  });
}

void Upstream::take_tarball(const std::string& key, const Integrity& integrity,
                            Result<fetcher::HttpResponse> response) {
  if (!response) {
    const Error& error = response.error();
    if (error.code != "E503") reporter_.log(LogLevel::kError, "upstream", error.message);
    return tarball_flights_.finish(key, std::unexpected(error));
  }
  if (response->status != 200) {
    const bool missing = response->status == 404 || response->status == 410;
    return tarball_flights_.finish(
        key, missing ? fail("E404", "the uplink does not have this file")
                     : fail("E503", fmt::format("the uplink answered {}", response->status), "60"));
  }
  auto path = cache_.store_tarball(integrity, response->body);
  if (!path) return tarball_flights_.finish(key, std::unexpected(std::move(path).error()));
  tarball_flights_.finish(key, ProxiedFile{*std::move(path), integrity});
}

void Upstream::audit(std::string body, Callback<AuditAnswer> done) {
  Uplink* chosen = nullptr;
  for (const auto& uplink : uplinks_) {
    if (uplink->options().name == config_.audit_uplink) chosen = uplink.get();
  }
  if (chosen == nullptr || config_.offline) return done(AuditAnswer("{}"));
  UplinkRequest request{.method = "POST", .url = chosen->url(), .body = std::move(body), .max_body = kMaxAudit};
  request.url.path += "-/npm/v1/security/advisories/bulk";
  request.headers.add("content-type", "application/json");
  chosen->send(std::move(request), [this, done = std::move(done)](Result<fetcher::HttpResponse> response) mutable {
    post([done = std::move(done), response = std::move(response)]() mutable {
      if (!response) return done(std::unexpected(response.error()));
      const bool readable = fetcher::inflate_body(*response, kMaxAudit).has_value();
      const auto json = parse_json(response->body, "the audit of an uplink");
      if (!readable || response->status != 200 || !json || !json->is_object()) {
        return done(fail("E503", "the uplink gave no audit", "60"));
      }
      done(AuditAnswer(std::move(response->body)));
    });
  });
}

}  // namespace hoist::registry
