#pragma once
/// An HTTP/1.1 server on loopback that misbehaves on request: what a network does only when nobody watches.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace hoist::test {

enum class Fault {
  kNone,
  kReset,         ///< RST instead of an answer
  kHangUp,        ///< orderly close instead of an answer
  kTruncate,      ///< head with the full length, half of the body, close
  kResetMidBody,  ///< the same, ending with RST
  kStall,         ///< no answer, ever
  kStallMidBody,  ///< half of the body, then nothing
  kDrip,          ///< the body byte by byte
};

/// One scripted answer.
struct Reply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  Fault fault = Fault::kNone;
  bool no_length = false;  ///< neither Content-Length nor chunked: the body ends with the connection
};

/// What came in. Header names in lower case.
struct SeenRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;
};

/// Starts at construction, stops and joins at destruction. Thread safe.
class FaultServer {
 public:
  using Handler = std::function<Reply(const SeenRequest& request, int nth)>;

  FaultServer();
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  /// Answers to a target, in order; the last one repeats. Unknown targets get 404.
  void on(std::string target, std::vector<Reply> replies);
  /// `nth` counts from 1 for each target.
  void on(std::string target, Handler handler);

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url(std::string_view target = "/") const;
  [[nodiscard]] std::vector<SeenRequest> requests() const;
  [[nodiscard]] int count(std::string_view target) const;
  /// Connections accepted so far.
  [[nodiscard]] int connections() const;

 private:
  void accept_loop();
  void serve(int socket);
  bool answer(int socket, const SeenRequest& request);
  bool send_all(int socket, std::string_view bytes);
  void wait_for_stop();

  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable stop_signal_;
  bool stopping_ = false;
  int connections_ = 0;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::map<std::string, int, std::less<>> counts_;
  std::vector<SeenRequest> requests_;
  std::set<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace hoist::test
