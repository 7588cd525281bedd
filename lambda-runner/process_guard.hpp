#pragma once

#include <sys/types.h>

#include <mutex>

namespace rivulet {

/// Kills what is left of functions' processes when the server is gone, however it went. The kernel does that for a
/// process that the server has started (PR_SET_PDEATHSIG), but not for those that this one has started in its turn: for
/// them a small process of its own, which nothing but the server's end ends, holds the list of process groups.
///
/// Without that process (there is no /bin/sh) the groups are not watched, and everything else works.
///
/// Thread safety: every member may be called from any thread.
class ProcessGuard {
public:
    ProcessGuard() = default;
    /// Kills the groups that are still watched.
    ~ProcessGuard();
    ProcessGuard(const ProcessGuard&) = delete;

    /// Takes a process group into its care. The first call starts the guard's process. Blocks.
    void watch(pid_t group);

    /// Releases a group. Call it while the group's number cannot belong to a stranger yet.
    void forget(pid_t group);

private:
    void start();
    void tell(char verb, pid_t group);

    std::mutex mutex_;
    bool started_ = false;
    int line_ = -1;  ///< to the guard's process, which ends with it
    pid_t process_ = 0;
};

}  // namespace rivulet
