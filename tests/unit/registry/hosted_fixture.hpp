#pragma once
/// A whole registry in this process, without sockets: requests in, answers out.

#include <map>
#include <memory>
#include <string>

#include "hoist/base/json.hpp"
#include "hosted/registry.hpp"
#include "support/temp_dir.hpp"

namespace hoist::test {

/// A request as a test writes it.
struct Ask {
  std::string method = "GET";
  std::string target;
  std::string user;  ///< logged in as; `ro:NAME` with a token that may only read; empty: nobody
  std::string body;
  std::string accept, accept_encoding, if_none_match, if_modified_since, range, if_range, content_encoding;
  std::size_t piece = 65536;             ///< the body arrives in pieces of this size
  std::optional<std::size_t> announced;  ///< what Content-Length says, when that is not the truth
};

/// An answer, with everything that Response only refers to.
struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
  [[nodiscard]] Json json() const { return Json::parse(body); }
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class HostedFixture {
 public:
  explicit HostedFixture(registry::PublishLimits limits = {});
  /// On a storage that outlives it.
  explicit HostedFixture(std::filesystem::path storage);
  ~HostedFixture();
  HostedFixture(const HostedFixture&) = delete;
  HostedFixture& operator=(const HostedFixture&) = delete;

  /// From any thread.
  Answer ask(const Ask& ask);
  Answer get(const std::string& target, const std::string& user = {}) { return ask({.target = target, .user = user}); }
  /// Publishes as alice, and expects that to work.
  void publish(const std::string& name, const std::string& version, const Json& extra = Json::object(),
               const std::string& user = "alice");
  /// The packument as its owner sees it.
  Json packument(const std::string& name);
  registry::Storage& storage();
  registry::Service& service();
  /// Lets the clock go on; it stands still otherwise.
  void advance(std::chrono::milliseconds time);
  /// Closes everything and opens it again from the disk.
  void reopen();

 private:
  struct State;
  void open();
  std::optional<TempDir> folder_;
  std::filesystem::path path_;
  registry::PublishLimits limits_;
  std::unique_ptr<State> state_;
};

/// A tarball with a package.json of that name and version.
std::string make_tarball(const std::string& name, const std::string& version, const Json& extra = Json::object());

/// The document that npm sends for it. `tarball` empty: make_tarball.
Json publish_document(const std::string& name, const std::string& version, const Json& extra = Json::object(),
                      std::string tarball = {});

}  // namespace hoist::test
