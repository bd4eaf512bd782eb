#include "hosted_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hosted/simple_access.hpp"
#include "support/tar_builder.hpp"

namespace hoist::test {

using namespace registry;
namespace asio = boost::asio;

namespace {

class TestClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(std::chrono::milliseconds(1'700'000'000'000 + passed.load())); }
  std::atomic<std::int64_t> passed{0};
};

/// `Bearer NAME` is NAME.
class NameAuthenticator final : public Authenticator {
 public:
  std::optional<Result<Identity>> try_authenticate(const Credentials& credentials) override {
    if (!credentials.authorization.empty()) return std::nullopt;
    return Result<Identity>(Identity{});
  }
  Result<Identity> authenticate(const Credentials& credentials) override {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view name = credentials.authorization.substr(scheme.size());
    const bool read_only = name.starts_with("ro:");
    if (read_only) name.remove_prefix(3);
    if (name == "stranger") return fail("E401", "the token is not valid");
    return Identity{.user = std::string(name), .is_admin = name == "root", .read_only = read_only};
  }
};

class MemoryBody final : public BodyReader {
 public:
  explicit MemoryBody(const Ask& ask) : ask_(ask) {}
  asio::awaitable<Result<std::string_view>> next() override {
    const std::string_view piece = std::string_view(ask_.body).substr(std::min(done_, ask_.body.size()), ask_.piece);
    done_ += piece.size();
    co_return piece;
  }
  std::optional<std::uint64_t> announced() const override {
    return ask_.announced ? std::optional<std::uint64_t>(*ask_.announced) : ask_.body.size();
  }

 private:
  const Ask& ask_;
  std::size_t done_ = 0;
};

}  // namespace

struct HostedFixture::State {
  explicit State(Storage opened) : storage(std::move(opened)) {}
  Storage storage;
  NameAuthenticator authenticator;
  OwnerPolicy policy;
  TestClock clock;
  std::unique_ptr<Registry> registry;
};

HostedFixture::HostedFixture(PublishLimits limits) : limits_(limits) {
  folder_.emplace();
  path_ = *folder_ / "storage";
  open();
  for (const auto* name : {"alice", "bob", "carol", "root"}) {
    if (!storage().metadata().add_user({.name = name, .email = std::string(name) + "@example.test"})) {
      throw std::runtime_error("cannot add a user");
    }
  }
}
HostedFixture::HostedFixture(std::filesystem::path storage) : path_(std::move(storage)) { open(); }
HostedFixture::~HostedFixture() = default;

void HostedFixture::open() {
  auto storage = Storage::open(path_);
  if (!storage) throw std::runtime_error(storage.error().message);
  state_ = std::make_unique<State>(*std::move(storage));
  RegistryOptions options{.public_url = "http://registry.test/"};
  options.publish = limits_;
  auto registry =
      Registry::make(state_->storage, std::move(options),
                     {.authenticator = state_->authenticator, .policy = state_->policy, .clock = state_->clock});
  if (!registry) throw std::runtime_error(registry.error().message);
  state_->registry = *std::move(registry);
}

void HostedFixture::reopen() {
  state_.reset();
  open();
}

Storage& HostedFixture::storage() { return state_->storage; }
Service& HostedFixture::service() { return state_->registry->service(); }
void HostedFixture::advance(std::chrono::milliseconds time) { state_->clock.passed += time.count(); }

Answer HostedFixture::ask(const Ask& ask) {
  const std::string authorization = ask.user.empty() ? "" : "Bearer " + ask.user;
  const Request request{.method = ask.method,
                        .target = ask.target,
                        .accept = ask.accept,
                        .accept_encoding = ask.accept_encoding,
                        .authorization = authorization,
                        .if_none_match = ask.if_none_match,
                        .if_modified_since = ask.if_modified_since,
                        .if_range = ask.if_range,
                        .range = ask.range,
                        .content_encoding = ask.content_encoding,
                        .peer_address = "127.0.0.1"};
  MemoryBody body(ask);
  asio::io_context io(1);
  Response response;
  asio::co_spawn(io, state_->registry->service().serve(request, body),
                 [&](const std::exception_ptr& failure, Response made) {
                   if (failure) std::rethrow_exception(failure);
                   response = std::move(made);
                 });
  io.run();
  Answer answer{.status = response.status};
  for (const auto& [name, value] : response.headers) answer.headers[name] = value;
  if (response.file) {
    answer.body = *response.file->read(response.offset, response.length);
  } else {
    answer.body = response.content();
  }
  return answer;
}

void HostedFixture::publish(const std::string& name, const std::string& version, const Json& extra,
                            const std::string& user) {
  const auto answer = ask({.method = "PUT",
                           .target = "/" + replace_all(name, "/", "%2f"),
                           .user = user,
                           .body = publish_document(name, version, extra).dump()});
  if (answer.status != 201) throw std::runtime_error(fmt::format("publish: {} {}", answer.status, answer.body));
}

Json HostedFixture::packument(const std::string& name) {
  const auto answer = ask({.target = "/" + name + "?write=true", .user = "root"});
  if (answer.status != 200) throw std::runtime_error(fmt::format("packument: {} {}", answer.status, answer.body));
  return answer.json();
}

std::string make_tarball(const std::string& name, const std::string& version, const Json& extra) {
  Json manifest{{"name", name}, {"version", version}};
  manifest.update(extra);
  return TarBuilder().add("package/package.json", manifest.dump()).add("package/index.js", "// " + version).tgz();
}

Json publish_document(const std::string& name, const std::string& version, const Json& extra, std::string tarball) {
  if (tarball.empty()) tarball = make_tarball(name, version, extra);
  const std::string digest = hash(HashAlgorithm::kSha512, tarball);
  Json manifest{{"name", name}, {"version", version}, {"description", "a test package"}};
  manifest.update(extra);
  manifest["_id"] = name + "@" + version;
  manifest["_nodeVersion"] = "22.0.0";
  manifest["readme"] = "# " + name;
  manifest["readmeFilename"] = "README.md";
  manifest["dist"] = Json{{"integrity", Integrity::from_digest(HashAlgorithm::kSha512, digest).to_string()},
                          {"shasum", hex_encode(hash(HashAlgorithm::kSha1, tarball))},
                          {"tarball", "http://elsewhere.test/" + name + "/-/" + name + "-" + version + ".tgz"}};
  return Json{{"_id", name},
              {"name", name},
              {"description", "a test package"},
              {"access", nullptr},
              {"dist-tags", Json{{"latest", version}}},
              {"versions", Json{{version, manifest}}},
              {"_attachments", Json{{name + "-" + version + ".tgz", Json{{"content_type", "application/octet-stream"},
                                                                         {"data", base64_encode(tarball)},
                                                                         {"length", tarball.size()}}}}}};
}

}  // namespace hoist::test
