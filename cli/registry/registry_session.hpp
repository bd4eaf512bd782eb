#pragma once
/// What a command tells a registry, and asks it.

#include <optional>
#include <string>

#include "cli/commands/command.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::cli {

/// One command's talk with its registries. When a registry wants a one-time password and somebody is there to type one,
/// it is asked for and the request sent again.
class RegistrySession {
 public:
  /// `registry` replaces the configured one (login, publishConfig); empty = as configured. `scope_registries` are added
  /// to those of the configuration.
  explicit RegistrySession(Session& session, std::string registry = {},
                           std::map<std::string, std::string, std::less<>> scope_registries = {});

  [[nodiscard]] Result<fetcher::HttpResponse> send(fetcher::RegistryCall call);
  /// The answer as JSON; null when it is empty.
  [[nodiscard]] Result<Json> send_json(fetcher::RegistryCall call);
  /// GET.
  [[nodiscard]] Result<Json> get(std::string path, std::string package = {});
  /// The full packument, fresh. `write` asks for the one to be changed and sent back.
  [[nodiscard]] Result<Json> packument(const std::string& name, bool write = false);

  /// With a final slash.
  [[nodiscard]] std::string registry_for(std::string_view package) const { return client_.registry_for(package); }
  [[nodiscard]] fetcher::RegistryClient& client() noexcept { return client_; }
  [[nodiscard]] Session& session() noexcept { return session_; }

 private:
  Result<std::string> one_time_password(const fetcher::HttpResponse& response);

  Session& session_;
  fetcher::HttpClient http_;
  fetcher::RegistryClient client_;
};

/// A call with a JSON body.
[[nodiscard]] fetcher::RegistryCall json_call(std::string method, std::string path, std::string package,
                                              const Json& body);

/// `@scope%2fname`.
[[nodiscard]] std::string escaped_name(std::string_view name);

/// A package argument of a registry command. EUSAGE-free: errors of parse_spec.
[[nodiscard]] Result<package::PackageSpec> registry_spec(const Session& session, const std::string& argument);

/// `name` of the package.json in the folder; empty when there is none.
[[nodiscard]] std::string package_name_at(const std::filesystem::path& folder);

/// Who the user is to the registry. ENEEDAUTH without credentials.
[[nodiscard]] Result<std::string> identity_of(RegistrySession& registry);

}  // namespace hoist::cli
