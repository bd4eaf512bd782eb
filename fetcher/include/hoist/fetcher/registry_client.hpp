#pragma once
/// Requests to npm registries: the right registry for a name, its credentials, npm's headers, npm's errors.

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "hoist/base/json.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/fetcher/auth.hpp"
#include "hoist/fetcher/http_client.hpp"

namespace hoist::fetcher {

struct RegistryOptions {
  std::string registry = "https://registry.npmjs.org/";
  /// `@scope` → URL (`@scope:registry`).
  std::map<std::string, std::string, std::less<>> scoped_registries;
  CredentialMap credentials;
  std::string user_agent;  ///< as npm's `user-agent` expands to
  std::string command;     ///< `npm-command` header; empty = not sent
  std::string session;     ///< `npm-session`
  std::string auth_type;   ///< `npm-auth-type`
  std::string scope;       ///< `npm-scope`, and the registry of names without a scope when it has one of its own
  std::string otp;         ///< `npm-otp`
  /// npm's `replace-registry-host`: never, always, npmjs, a host name or a URL.
  std::string replace_registry_host = "npmjs";
};

/// One call of the registry's interface.
struct RegistryCall {
  std::string method = "GET";
  /// A path below the registry (`/-/whoami`, `@scope%2fname`) or a whole URL.
  std::string path;
  /// The package it is about: decides the registry by its scope, and is named in errors. May be empty.
  std::string package;
  Headers headers;
  std::string body;            ///< JSON unless headers say otherwise
  std::string otp;             ///< instead of RegistryOptions::otp
  bool ignore_errors = false;  ///< a status of 400 and more is an answer, not an Error
};

/// Thread safe; const after construction but for the notices it has shown.
class RegistryClient {
 public:
  RegistryClient(HttpClient& http, RegistryOptions options, Reporter& reporter);

  /// The registry of a package name, by its scope; with a final slash.
  [[nodiscard]] std::string registry_for(std::string_view package) const;
  /// `<registry>/<escaped name>`.
  [[nodiscard]] std::string packument_url(std::string_view package) const;
  /// The URL of a lockfile's `resolved`, moved to the configured registry when `replace-registry-host` says so.
  [[nodiscard]] std::string tarball_url(std::string_view resolved) const;

  /// The request with npm's headers and the credential that belongs to its URL.
  [[nodiscard]] Result<HttpRequest> prepare(RegistryCall call) const;
  /// prepare, send, wait, check.
  [[nodiscard]] Result<HttpResponse> call(RegistryCall call);
  /// call() and parse the answer; null for an empty body.
  [[nodiscard]] Result<Json> call_json(RegistryCall call);

  /// npm's errors for statuses from 400: `E404`, `E401`, `EOTP`, `EAUTHIP`, …, message
  /// `404 Not Found - GET https://… - reason the registry gave`. Shows the registry's `npm-notice` once.
  [[nodiscard]] Result<HttpResponse> check(std::string_view method, std::string_view package, HttpResponse response);

  [[nodiscard]] HttpClient& http() noexcept { return http_; }
  [[nodiscard]] const RegistryOptions& options() const noexcept { return options_; }
  [[nodiscard]] Reporter& reporter() noexcept { return reporter_; }

 private:
  Error status_error(std::string_view method, std::string_view package, const HttpResponse& response) const;

  HttpClient& http_;
  const RegistryOptions options_;
  Reporter& reporter_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> notices_;
};

/// npm's (arborist's) `replace-registry-host`: `resolved` moved to `registry` when its host is `policy`'s.
[[nodiscard]] std::string replace_registry_host(std::string_view resolved, std::string_view registry,
                                                std::string_view policy);

}  // namespace hoist::fetcher
