#pragma once
/// A registry of scripted answers, and a project that is logged in to it.

#include <algorithm>

#include "support.hpp"
#include "support/fault_server.hpp"

namespace hoist::cli::testing {

class FakeRegistry {
 public:
  FakeRegistry() {
    project.registry = server.url();
    project.write("../home/.npmrc", "//127.0.0.1:" + std::to_string(server.port()) + "/:_authToken=secret-token\n");
  }

  /// JSON for a target, whatever the method.
  void answer(const std::string& target, const Json& body, int status = 200) {
    server.on(target, {test::Reply{status, body.dump(), {{"content-type", "application/json"}}}});
  }

  /// `METHOD target` of everything that was asked, in order.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> lines;
    for (const auto& request : server.requests()) lines.push_back(request.method + ' ' + request.target);
    return lines;
  }
  /// The only request of that method; fails the test when there is not exactly one.
  [[nodiscard]] test::SeenRequest only(const std::string& method) const {
    std::vector<test::SeenRequest> found;
    for (const auto& request : server.requests())
      if (request.method == method) found.push_back(request);
    REQUIRE(found.size() == 1);
    return found.front();
  }
  [[nodiscard]] Json body_of(const std::string& method) const { return Json::parse(only(method).body); }

  test::FaultServer server;
  TestProject project;
};

}  // namespace hoist::cli::testing
