#include "lambda-runner/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

namespace rivulet {

namespace {

/// A descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }

private:
    int number_;
};

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error(ErrorCode::io_failure, std::string("no pipe for a process: ") + std::strerror(errno));
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// The program's path, since a forked child of a process with threads may not search for it.
std::string find_program(const ProcessPlan& plan) {
    const std::string& name = plan.command.front();
    if (name.find('/') != std::string::npos) return name;
    std::string_view folders = "/usr/local/bin:/usr/bin:/bin";
    if (const auto path = plan.environment.find("PATH"); path != plan.environment.end()) folders = path->second;
    while (!folders.empty()) {
        const auto end = std::min(folders.find(':'), folders.size());
        std::string candidate = std::string(folders.substr(0, end)) + '/' + name;
        if (access(candidate.c_str(), X_OK) == 0) return candidate;
        folders.remove_prefix(std::min(end + 1, folders.size()));
    }
    return {};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// Everything the child needs between fork and exec, made ready before: in between it may only call what is
/// async-signal-safe (POSIX, fork).
struct Launch {
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::string> variables;
    std::string directory;
    pid_t parent = 0;
    int output = -1;
    int error_output = -1;
    int fault = -1;
};

[[noreturn]] void give_up(int fault_pipe) {
    const int fault = errno;
    [[maybe_unused]] const auto written = write(fault_pipe, &fault, sizeof fault);
    _exit(127);
}

[[noreturn]] void become(const Launch& launch, char* const* arguments, char* const* variables) {
    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != launch.parent) _exit(127);
    // What this process ignores or blocks would be ignored and blocked after exec too.
    for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);

    const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, STDIN_FILENO) < 0) give_up(launch.fault);
    if (dup2(launch.output, STDOUT_FILENO) < 0 || dup2(launch.error_output, STDERR_FILENO) < 0) give_up(launch.fault);
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    if (chdir(launch.directory.c_str()) != 0) give_up(launch.fault);
    execve(launch.program.c_str(), arguments, variables);
    give_up(launch.fault);
}

std::string describe(int wait_status) {
    if (WIFEXITED(wait_status)) {
        const int status = WEXITSTATUS(wait_status);
        return status == 0 ? std::string() : "exit status " + std::to_string(status);
    }
    switch (const int number = WTERMSIG(wait_status)) {
        case SIGKILL: return "signal: killed";
        case SIGSEGV: return "signal: segmentation fault";
        case SIGABRT: return "signal: aborted";
        case SIGTERM: return "signal: terminated";
        default: return "signal: " + std::to_string(number);
    }
}

}  // namespace

struct ChildProcess::State {
    State(ProcessPlan process_plan, ProcessGuard& process_guard, std::function<void()> on_end)
        : plan(std::move(process_plan)), guard(process_guard), ended(std::move(on_end)) {}

    const ProcessPlan plan;
    ProcessGuard& guard;
    const std::function<void()> ended;
    Pipe output;
    Pipe error_output;
    std::thread thread;

    mutable std::mutex mutex;  ///< guards what is below
    pid_t process = 0;         ///< 0 before it is there and after it has been waited for
    bool kill_requested = false;
    bool has_ended = false;
    std::string start_fault;
    std::string exit_reason;

    void run();
    std::string launch();
    void kill_group();
};

// Call with the mutex held: a process that has been waited for may have left its number to a stranger.
void ChildProcess::State::kill_group() {
    if (process == 0) return;
    ::kill(-process, SIGKILL);
    ::kill(process, SIGKILL);
}

std::string ChildProcess::State::launch() {
    Launch launch;
    launch.program = find_program(plan);
    if (launch.program.empty()) return "'" + plan.command.front() + "' is not installed, or not in PATH";
    launch.arguments = plan.command;
    for (const auto& [name, value] : plan.environment) launch.variables.push_back(name + '=' + value);
    launch.directory = plan.directory.string();
    launch.parent = getpid();
    launch.output = output.write.get();
    launch.error_output = error_output.write.get();
    auto fault = make_pipe();
    if (!fault) return fault.error().message;
    launch.fault = fault->write.get();
    const auto arguments = pointers(launch.arguments);
    const auto variables = pointers(launch.variables);

    const pid_t forked = fork();
    if (forked < 0) return std::string("no process to be had: ") + std::strerror(errno);
    if (forked == 0) become(launch, arguments.data(), variables.data());
    setpgid(forked, forked);
    {
        const std::lock_guard lock(mutex);
        process = forked;
        if (kill_requested) kill_group();
    }
    guard.watch(forked);
    fault->write.close();
    int number = 0;
    // The pipe is closed by a successful exec.
    if (read(fault->read.get(), &number, sizeof number) != sizeof number) return {};
    return launch.program + " cannot be started in " + launch.directory + ": " + std::strerror(number);
}

void ChildProcess::State::run() {
    std::string fault = launch();
    output.write.close();
    error_output.write.close();
    std::string reason;
    if (process != 0) {
        siginfo_t info{};
        while (waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
        const std::lock_guard lock(mutex);
        // The ended child still holds its number, so what it has left behind in its group can be addressed.
        kill_group();
        guard.forget(process);
        int status = 0;
        while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
        }
        reason = describe(status);
        process = 0;
    }
    {
        const std::lock_guard lock(mutex);
        start_fault = std::move(fault);
        exit_reason = std::move(reason);
        has_ended = true;
    }
    ended();
}

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(ProcessPlan plan, ProcessGuard& guard,
                                                          std::function<void()> ended) {
    auto output = make_pipe();
    if (!output) return output.error();
    auto error_output = make_pipe();
    if (!error_output) return error_output.error();
    for (const auto* pipe : {&*output, &*error_output}) fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);

    auto state = std::make_unique<State>(std::move(plan), guard, std::move(ended));
    state->output = std::move(*output);
    state->error_output = std::move(*error_output);
    try {
        state->thread = std::thread([running = state.get()] { running->run(); });
    } catch (const std::system_error& fault) {
        return Error(ErrorCode::io_failure, std::string("no thread for a process: ") + fault.what());
    }
    return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

ChildProcess::~ChildProcess() {
    kill();
    state_->thread.join();
}

int ChildProcess::take_output() {
    return state_->output.read.release();
}

int ChildProcess::take_error_output() {
    return state_->error_output.read.release();
}

bool ChildProcess::has_ended() const {
    const std::lock_guard lock(state_->mutex);
    return state_->has_ended;
}

std::string ChildProcess::start_fault() const {
    const std::lock_guard lock(state_->mutex);
    return state_->start_fault;
}

std::string ChildProcess::exit_reason() const {
    const std::lock_guard lock(state_->mutex);
    return state_->exit_reason;
}

int ChildProcess::peak_memory_mib() const {
    const std::lock_guard lock(state_->mutex);
    if (state_->process == 0) return 0;
    const std::string path = "/proc/" + std::to_string(state_->process) + "/status";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> status(std::fopen(path.c_str(), "re"), &std::fclose);
    if (!status) return 0;
    std::array<char, 256> line{};
    while (std::fgets(line.data(), line.size(), status.get())) {
        long kib = 0;
        if (std::sscanf(line.data(), "VmHWM: %ld kB", &kib) == 1) return static_cast<int>((kib + 1023) / 1024);
    }
    return 0;
}

void ChildProcess::kill() {
    const std::lock_guard lock(state_->mutex);
    state_->kill_requested = true;
    state_->kill_group();
}

}  // namespace rivulet
