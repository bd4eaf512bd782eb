#include "scripts_signals.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

namespace hoist::installer {
namespace {

/// More scripts than this at a time are run without passing signals on to the surplus.
constexpr int kSlots = 256;
constexpr pid_t kReserved = 1;  // pid 1 is never a child of ours

// Handlers may touch lock-free atomics only. A negative number is a process group.
std::atomic<pid_t> g_children[kSlots];
std::atomic<int> g_received{0};
static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

std::mutex g_mutex;  // guards the two below
int g_guards = 0;
struct sigaction g_before[2];
constexpr int kSignals[2] = {SIGINT, SIGTERM};

extern "C" void pass_on(int signal) {
  const int saved = errno;
  g_received.store(signal);
  for (auto& child : g_children)
    if (const pid_t pid = child.load(); pid != 0 && pid != kReserved) ::kill(pid, signal);
  errno = saved;
}

}  // namespace

ChildSignals::ChildSignals() {
  const std::scoped_lock lock(g_mutex);
  if (g_guards++ > 0) return;
  g_received.store(0);
  struct sigaction action{};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < 2; ++i) {
    ::sigaction(kSignals[i], nullptr, &g_before[i]);
    // What our parent told us to ignore (nohup, a shell's background job) stays ignored.
    if (g_before[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

ChildSignals::~ChildSignals() {
  forget();
  const std::scoped_lock lock(g_mutex);
  if (--g_guards > 0) return;
  for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &g_before[i], nullptr);
}

void ChildSignals::watch(pid_t child, bool group) {
  for (int i = 0; i < kSlots; ++i) {
    pid_t empty = 0;
    if (!g_children[i].compare_exchange_strong(empty, kReserved)) continue;
    slot_ = i;
    g_children[i].store(group ? -child : child);
    break;
  }
  // The handler may have run between the start of the child and its listing.
  if (const int signal = g_received.load(); signal != 0) ::kill(group ? -child : child, signal);
}

void ChildSignals::forget() noexcept {
  if (slot_ >= 0) g_children[slot_].store(0);
  slot_ = -1;
}

int ChildSignals::received() const noexcept { return g_received.load(); }

}  // namespace hoist::installer
