#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/result.hpp"
#include "lambda-runner/process_guard.hpp"

namespace rivulet {

/// How to start a process.
struct ProcessPlan {
    std::vector<std::string> command;  ///< the first is the program: a path, or a name looked for in the plan's PATH
    std::map<std::string, std::string> environment;  ///< the whole of it
    std::filesystem::path directory;
};

/// A child in a process group of its own. A thread of its own starts it and waits for it: the kernel's order to kill
/// the child with its parent (PR_SET_PDEATHSIG) goes by the thread that forked, so that thread must live as long.
///
/// The child has /dev/null as input, pipes as output, and no other descriptor of this process. Neither it nor anything
/// in its group outlives this process even if that is killed. When it ends, what is left of its group is killed.
///
/// Thread safety: none, but for `ended`, which is called on the child's thread.
class ChildProcess {
public:
    /// Starts the child. `ended` is called once, when the child has ended or could not be started. `guard` must outlive
    /// it.
    /// Errors: io_failure, without a call of `ended`: no pipe or no thread to be had.
    static Result<std::unique_ptr<ChildProcess>> start(ProcessPlan plan, ProcessGuard& guard,
                                                       std::function<void()> ended);

    /// Kills the group and waits for the child.
    ~ChildProcess();

    /// The reading ends of the child's standard output and error, not blocking; the caller owns them, once.
    int take_output();
    int take_error_output();

    /// Whether the child has ended, or could not be started.
    bool has_ended() const;

    /// Why the child could not be started; empty if it was.
    std::string start_fault() const;

    /// How the child ended, as Lambda words it: `exit status 1`, `signal: killed`; empty after an exit with status 0.
    std::string exit_reason() const;

    /// The child's peak of resident memory in MiB, while it runs; 0 if unknown.
    int peak_memory_mib() const;

    /// Kills the child's whole group. It has ended some time after.
    void kill();

private:
    struct State;
    explicit ChildProcess(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace rivulet
