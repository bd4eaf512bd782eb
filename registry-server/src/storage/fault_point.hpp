#pragma once
/// Places where a test kills the server. Nothing at all in a release build.

namespace hoist::registry {

#ifdef HOIST_FAULT_POINTS
/// Counts the places reached. HOIST_CRASH_AT=<n> ends the process with SIGKILL at the n-th; HOIST_CRASH_AT=<name>:<n>
/// at the n-th of that name. Without the variable it does nothing.
void fault_point(const char* name);

/// From now on as if HOIST_CRASH_AT had been `count`, counting from here; 0: no crash. For a forked child of a test.
void plan_crash(unsigned long count);
#else
inline void fault_point(const char* /*name*/) {}
#endif

}  // namespace hoist::registry
