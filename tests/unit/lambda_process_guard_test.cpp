#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "lambda-runner/process_guard.hpp"

namespace rivulet {

namespace {

/// A process that sleeps in a group of its own.
class Sleeper {
public:
    Sleeper() {
        process_ = fork();
        if (process_ == 0) {
            setpgid(0, 0);
            execl("/bin/sleep", "sleep", "1000", nullptr);
            _exit(127);
        }
        setpgid(process_, process_);
    }
    ~Sleeper() { end(); }
    Sleeper(const Sleeper&) = delete;

    pid_t process() const { return process_; }

    /// Ends it, unless it has been ended before, and returns the signal that did.
    int end() {
        if (process_ == 0) return 0;
        ::kill(process_, SIGTERM);
        int status = 0;
        waitpid(process_, &status, 0);
        process_ = 0;
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

private:
    pid_t process_ = 0;
};

}  // namespace

TEST(ProcessGuard, kills_the_groups_it_still_watches_when_it_goes_and_no_other) {
    std::array<Sleeper, 4> sleepers;
    {
        ProcessGuard guard;
        for (const auto& sleeper : sleepers) guard.watch(sleeper.process());
        guard.forget(sleepers[1].process());
        guard.forget(sleepers[3].process());
    }
    // The guard has ended, and what it killed was killed before this test's own signal.
    EXPECT_EQ(sleepers[0].end(), SIGKILL);
    EXPECT_EQ(sleepers[1].end(), SIGTERM);
    EXPECT_EQ(sleepers[2].end(), SIGKILL);
    EXPECT_EQ(sleepers[3].end(), SIGTERM);
}

TEST(ProcessGuard, without_anything_to_watch_starts_no_process) {
    const ProcessGuard guard;
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

}  // namespace rivulet
