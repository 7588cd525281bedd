#include "lambda-runner/process_guard.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace rivulet {

namespace {

// Lines of `+ GROUP` and `- GROUP` until the server is gone; then the end of all groups that are left.
constexpr const char* script = R"(
trap '' HUP INT QUIT TERM
groups=' '
while read -r verb group; do
    case $verb in
        +) groups="$groups$group " ;;
        -) groups="${groups%% $group *} ${groups#* $group }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
)";

/// Starts /bin/sh in a session of its own with nothing but `input` open. Returns an errno.
int spawn_shell(int input, pid_t& process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::array<std::string, 3> words = {"rivulet-guard", "-c", script};
    std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    std::array<char*, 1> environment = {nullptr};
    const int fault = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return fault;
}

}  // namespace

ProcessGuard::~ProcessGuard() {
    if (line_ >= 0) close(line_);
    if (process_ == 0) return;
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void ProcessGuard::watch(pid_t group) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(started_, true)) start();
    tell('+', group);
}

void ProcessGuard::forget(pid_t group) {
    const std::lock_guard lock(mutex_);
    tell('-', group);
}

void ProcessGuard::start() {
    std::array<int, 2> ends{};
    int fault = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0 ? 0 : errno;
    if (fault == 0) {
        fault = spawn_shell(ends[1], process_);
        close(ends[1]);
        line_ = ends[0];
    }
    if (fault == 0) return;
    process_ = 0;
    spdlog::warn("What functions start may outlive a crash of the server: no process to watch over it ({}).",
                 std::strerror(fault));
}

void ProcessGuard::tell(char verb, pid_t group) {
    if (process_ == 0) return;
    const std::string words = std::string(1, verb) + ' ' + std::to_string(group) + '\n';
    // A guard that somebody has killed is missed by nobody else.
    [[maybe_unused]] const auto sent = send(line_, words.data(), words.size(), MSG_NOSIGNAL);
}

}  // namespace rivulet
