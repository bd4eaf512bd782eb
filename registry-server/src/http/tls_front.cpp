#include "http/tls_front.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "hoist/base/file.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Inner = asio::local::stream_protocol::socket;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kHandshakeTime{10};
constexpr std::chrono::seconds kGoodbyeTime{2};
constexpr std::size_t kPiece = 16U << 10U;  // what one TLS record holds

/// Moves bytes until one side ends.
template <class From, class To>
asio::awaitable<void> pump(From& from, To& to) {
  std::array<char, kPiece> piece;
  for (;;) {
    const auto [read_error, size] = co_await from.async_read_some(asio::buffer(piece), kAsTuple);
    if (read_error) co_return;
    const auto [write_error, written] = co_await asio::async_write(to, asio::buffer(piece.data(), size), kAsTuple);
    if (write_error) co_return;
  }
}

}  // namespace

/// Everything runs on the one thread.
struct TlsFront::State {
  State(Options chosen, Adopt take) : options(std::move(chosen)), adopt(std::move(take)) {}

  asio::awaitable<void> accept_loop();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> handshake(asio::ssl::stream<tcp::socket>& stream);

  Options options;
  Adopt adopt;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::size_t open = 0;
  std::jthread thread;
};

asio::awaitable<bool> TlsFront::State::handshake(asio::ssl::stream<tcp::socket>& stream) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(io, kHandshakeTime);
  const auto outcome =
      co_await (stream.async_handshake(asio::ssl::stream_base::server, kAsTuple) || timer.async_wait(kAsTuple));
  co_return outcome.index() == 0 && !std::get<0>(std::get<0>(outcome));
}

asio::awaitable<void> TlsFront::State::serve(tcp::socket socket) {
  using namespace asio::experimental::awaitable_operators;
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) co_return;
  socket.set_option(tcp::no_delay(true), error);
  asio::ssl::stream<tcp::socket> stream(std::move(socket), tls);
  const bool encrypted = co_await handshake(stream);
  if (!encrypted) co_return;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) co_return;
  Inner inner(io, asio::local::stream_protocol(), ends[0]);
  adopt(ends[1], endpoint.address().to_string());
  // A server that closes gets its last bytes out: its direction ends when they are written. A client that says goodbye
  // wants no more answers.
  co_await (pump(stream, inner) || pump(inner, stream));
  inner.shutdown(Inner::shutdown_send, error);
  asio::steady_timer timer(io, kGoodbyeTime);
  (void)co_await (stream.async_shutdown(kAsTuple) || timer.async_wait(kAsTuple));
}

asio::awaitable<void> TlsFront::State::accept_loop() {
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAsTuple);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    if (error || open >= options.connections) {
      // No descriptor, or no room: trying at once would spin.
      asio::steady_timer pause(io, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAsTuple);
      continue;
    }
    ++open;
    asio::co_spawn(io, serve(std::move(socket)), [this](const std::exception_ptr&) { --open; });
  }
}

TlsFront::TlsFront(std::unique_ptr<State> state) : state_(std::move(state)) {}

TlsFront::~TlsFront() {
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<std::unique_ptr<TlsFront>> TlsFront::bind(Options options, Adopt adopt) {
  auto state = std::make_unique<State>(std::move(options), std::move(adopt));
  const Options& chosen = state->options;
  boost::system::error_code error;
  state->tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                             asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression,
                         error);
  if (!error) state->tls.use_certificate_chain_file(chosen.certificate, error);
  if (error) return fail("ETLS", fmt::format("the certificate {}: {}", chosen.certificate, error.message()));
  state->tls.use_private_key_file(chosen.key, asio::ssl::context::pem, error);
  if (error) return fail("ETLS", fmt::format("the key {}: {}", chosen.key, error.message()));

  const auto address = asio::ip::make_address(chosen.host, error);
  if (error) return fail("EINVAL", fmt::format("not a numeric address: {}", chosen.host));
  const tcp::endpoint endpoint(address, chosen.port);
  tcp::acceptor& acceptor = state->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return std::unexpected(errno_error(error.value(), "listening on", fmt::format("{}:{}", chosen.host, chosen.port)));
  }
  return std::unique_ptr<TlsFront>(new TlsFront(std::move(state)));
}

std::string TlsFront::url() const {
  const auto endpoint = state_->acceptor.local_endpoint();
  const std::string host = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "https://[{}]:{}/" : "https://{}:{}/"), host,
                     endpoint.port());
}

void TlsFront::start() {
  asio::co_spawn(state_->io, state_->accept_loop(), asio::detached);
  state_->thread = std::jthread([io = &state_->io] { io->run(); });
}

void TlsFront::stop_accepting() {
  asio::post(state_->io, [state = state_.get()] {
    boost::system::error_code ignored;
    state->acceptor.close(ignored);
  });
}

}  // namespace hoist::registry
