#include "hoist/registry/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <list>

#include "hoist/base/file.hpp"
#include "http/session.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

/// Everything below runs on the one thread inside run(), except stop(), which posts to it.
struct Server::State {
  explicit State(ServerOptions chosen) : options(std::move(chosen)) {}

  asio::awaitable<void> accept_loop(const Router& router);
  void begin_session(tcp::socket socket, const Router& router);
  void end_session(std::list<Session>::iterator session);
  void begin_stop();

  ServerOptions options;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::signal_set signals{io};
  asio::steady_timer slot_free{io, asio::steady_timer::time_point::max()};
  asio::steady_timer drain_deadline{io};
  std::list<Session> sessions;  // io.run returns only when all of them have ended
  bool stopping = false;
};

asio::awaitable<void> Server::State::accept_loop(const Router& router) {
  while (!stopping) {
    if (sessions.size() >= options.limits.connections) {
      co_await slot_free.async_wait(kAsTuple);
      continue;
    }
    auto [error, socket] = co_await acceptor.async_accept(kAsTuple);
    if (stopping) break;
    if (!error) {
      begin_session(std::move(socket), router);
    } else if (error == asio::error::no_descriptors) {
      // Nothing can be accepted until a session ends; trying at once would spin.
      asio::steady_timer pause(io, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAsTuple);
    }
  }
}

void Server::State::begin_session(tcp::socket socket, const Router& router) {
  const auto session = sessions.emplace(sessions.end(), std::move(socket), router, options);
  asio::co_spawn(io, session->run(), [this, session](const std::exception_ptr&) {
    // The root of a session: a bug in answering one client ends that connection only.
    end_session(session);
  });
}

void Server::State::end_session(std::list<Session>::iterator session) {
  sessions.erase(session);
  slot_free.cancel();
  if (stopping && sessions.empty()) drain_deadline.cancel();
}

void Server::State::begin_stop() {
  if (stopping) return;
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  signals.cancel(ignored);
  slot_free.cancel();
  for (Session& session : sessions) session.shutdown();
  if (sessions.empty()) return;
  drain_deadline.expires_after(options.limits.drain_time);
  drain_deadline.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (Session& session : sessions) session.abort();
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::bind(ServerOptions options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error) return fail("EINVAL", fmt::format("not a numeric address: {}", options.host));
  const tcp::endpoint endpoint(address, options.port);
  auto state = std::make_unique<State>(std::move(options));
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
  state_->signals.add(SIGTERM);
  state_->signals.add(SIGINT);
  state_->signals.async_wait([state = state_.get()](const boost::system::error_code& error, int) {
    if (!error) state->begin_stop();
  });
  asio::co_spawn(state_->io, state_->accept_loop(router), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);  // out of run, to main: without accepting there is no server
  });
  state_->io.run();
}

void Server::stop() {
  asio::post(state_->io, [state = state_.get()] { state->begin_stop(); });
}

}  // namespace hoist::registry
