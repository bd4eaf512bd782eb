#pragma once
/// Passing SIGINT and SIGTERM on to children.

#include <sys/types.h>

namespace hoist::installer {

/// From construction to destruction SIGINT and SIGTERM do not end this process; they go to every child that is listed.
/// Guards of several threads share one set of handlers, which the last one takes down again.
///
/// The only state of this library that is global: a signal handler can reach nothing else.
class ChildSignals {
 public:
  ChildSignals();
  ~ChildSignals();
  ChildSignals(const ChildSignals&) = delete;
  ChildSignals& operator=(const ChildSignals&) = delete;

  /// Lists a child. `group`: the signal goes to its whole process group. A signal that came since construction is sent
  /// at once.
  void watch(pid_t child, bool group);
  /// To be called before the child is reaped: its number may be given to another process then.
  void forget() noexcept;
  /// SIGINT or SIGTERM when one came since the first guard of those now alive was made; else 0.
  [[nodiscard]] int received() const noexcept;

 private:
  int slot_ = -1;
};

}  // namespace hoist::installer
