#include "hoist/registry/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <csignal>
#include <list>
#include <thread>

#include "hoist/base/file.hpp"
#include "http/session.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

/// As many connections as the system lets this process have: the usual soft limit is far below the hard one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The fixture router, which knows no bodies and never waits.
class RouterService final : public Service {
 public:
  explicit RouterService(const Router& router) : router_(router) {}
  asio::awaitable<Response> serve(const Request& request, BodyReader& /*body*/) override {
    co_return router_.handle(request);
  }

 private:
  const Router& router_;
};

}  // namespace

/// One network thread. Its sessions are touched by that thread only.
struct Loop {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer drain_deadline{io};
  std::list<Session> sessions;  // io.run returns only when all of them have ended
  bool stopping = false;

  void begin_stop(std::chrono::seconds drain_time) {
    stopping = true;
    work.reset();
    for (Session& session : sessions) session.shutdown();
    if (sessions.empty()) return;
    drain_deadline.expires_after(drain_time);
    drain_deadline.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      for (Session& session : sessions) session.abort();
    });
  }
};

std::vector<std::unique_ptr<Loop>> make_loops(unsigned threads) {
  const unsigned count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<Loop>> loops;
  for (unsigned i = 0; i < count; ++i) loops.push_back(std::make_unique<Loop>());
  return loops;
}

/// The acceptor, the signals and the count of connections belong to the first loop's thread.
struct Server::State {
  explicit State(ServerOptions chosen) : options(std::move(chosen)), loops(make_loops(options.threads)) {}

  asio::io_context& main() { return loops.front()->io; }
  asio::awaitable<void> accept_loop(Service& service);
  void begin_session(Loop& loop, tcp::socket socket, Service& service, std::string peer = {});
  void end_session(Loop& loop, std::list<Session>::iterator session);
  void begin_stop();

  ServerOptions options;
  std::vector<std::unique_ptr<Loop>> loops;
  tcp::acceptor acceptor{main()};
  asio::signal_set signals{main()};
  asio::steady_timer slot_free{main(), asio::steady_timer::time_point::max()};
  std::size_t connections = 0;
  std::size_t next_loop = 0;
  std::atomic<Service*> serving{nullptr};  // set while run() serves
  bool stopping = false;
};

asio::awaitable<void> Server::State::accept_loop(Service& service) {
  while (!stopping) {
    if (connections >= options.limits.connections) {
      co_await slot_free.async_wait(kAsTuple);
      continue;
    }
    Loop& loop = *loops[next_loop];
    auto [error, socket] = co_await acceptor.async_accept(loop.io, kAsTuple);
    if (stopping) break;
    if (!error) {
      ++connections;
      next_loop = (next_loop + 1) % loops.size();
      asio::post(loop.io, [this, &loop, &service, accepted = std::move(socket)]() mutable {
        begin_session(loop, std::move(accepted), service);
      });
    } else if (error == asio::error::no_descriptors) {
      // Nothing can be accepted until a session ends; trying at once would spin.
      asio::steady_timer pause(main(), std::chrono::milliseconds(100));
      co_await pause.async_wait(kAsTuple);
    }
  }
}

void Server::State::begin_session(Loop& loop, tcp::socket socket, Service& service, std::string peer) {
  if (loop.stopping) return;
  const auto session = loop.sessions.emplace(loop.sessions.end(), std::move(socket), service, options, std::move(peer));
  asio::co_spawn(loop.io, session->run(), [this, &loop, session](const std::exception_ptr&) {
    // The root of a session: a bug in answering one client ends that connection only.
    end_session(loop, session);
  });
}

void Server::State::end_session(Loop& loop, std::list<Session>::iterator session) {
  loop.sessions.erase(session);
  if (loop.stopping) {
    if (loop.sessions.empty()) loop.drain_deadline.cancel();
    return;
  }
  asio::post(main(), [this] {
    --connections;
    slot_free.cancel();
  });
}

void Server::State::begin_stop() {
  if (stopping) return;
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  signals.cancel(ignored);
  slot_free.cancel();
  for (const auto& loop : loops) {
    asio::post(loop->io, [raw = loop.get(), time = options.limits.drain_time] { raw->begin_stop(time); });
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::bind(ServerOptions options) {
  raise_descriptor_limit();
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error) return fail("EINVAL", fmt::format("not a numeric address: {}", options.host));
  const tcp::endpoint endpoint(address, options.port);
  auto state = std::make_unique<State>(std::move(options));
  if (!state->options.accepts) return std::unique_ptr<Server>(new Server(std::move(state)));
  tcp::acceptor& acceptor = state->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return std::unexpected(
        errno_error(error.value(), "listening on", fmt::format("{}:{}", state->options.host, state->options.port)));
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::string Server::url() const {
  const auto endpoint = state_->acceptor.local_endpoint();
  const std::string host = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "http://[{}]:{}/" : "http://{}:{}/"), host,
                     endpoint.port());
}

void Server::run(const Router& router) {
  RouterService service(router);
  run(service);
}

void Server::run(Service& service) {
  state_->signals.add(SIGTERM);
  state_->signals.add(SIGINT);
  state_->signals.async_wait([state = state_.get()](const boost::system::error_code& error, int) {
    if (!error) state->begin_stop();
  });
  state_->serving = &service;
  const auto accept = [](State& state, Service& served) -> asio::awaitable<void> {
    if (state.options.accepts) co_await state.accept_loop(served);
  };
  asio::co_spawn(state_->main(), accept(*state_, service), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);  // out of run, to main: without accepting there is no server
  });
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < state_->loops.size(); ++i) {
    threads.emplace_back([io = &state_->loops[i]->io] { io->run(); });
  }
  state_->main().run();
}

void Server::adopt(int socket, std::string peer) {
  State& state = *state_;
  asio::post(state.main(), [&state, socket, peer = std::move(peer)]() mutable {
    Service* service = state.serving;
    Loop& loop = *state.loops[state.next_loop];
    tcp::socket adopted(loop.io);
    boost::system::error_code error;
    adopted.assign(tcp::v4(), socket, error);  // what kind of stream it is matters to nobody above
    if (error) ::close(socket);
    if (error || service == nullptr || state.stopping) return;
    ++state.connections;
    state.next_loop = (state.next_loop + 1) % state.loops.size();
    asio::post(loop.io, [&state, &loop, service, adopted = std::move(adopted), peer = std::move(peer)]() mutable {
      state.begin_session(loop, std::move(adopted), *service, std::move(peer));
    });
  });
}

void Server::stop() {
  asio::post(state_->main(), [state = state_.get()] { state->begin_stop(); });
}

}  // namespace hoist::registry
