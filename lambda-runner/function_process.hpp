#pragma once

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "lambda-runner/child_process.hpp"
#include "lambda-runner/environment.hpp"
#include "lambda-runner/function_output.hpp"
#include "lambda-runner/runtime_api.hpp"
#include "lambda-runner/task_group.hpp"

namespace rivulet {

/// What all function processes of a server share.
struct ProcessServices {
    boost::asio::any_io_executor executor;
    Clock& clock;
    Random& random;
    RuntimeApiHost& host;
    FunctionOutput& output;
    ProcessGuard& guard;
    BlockingPool& pool;                    ///< looks at handlers' files
    std::string endpoint_url;              ///< where handlers' AWS SDK calls go: this server
    std::filesystem::path runtime_folder;  ///< where the bootstraps are
    HandlerCredentials credentials = {};   ///< what handlers' AWS SDK calls are signed with
};

/// One process of a function, kept for one invocation after another.
///
/// Thread safety: none; everything is called on the executor. Call `end` and wait for it before destruction.
class FunctionProcess {
public:
    /// The time a process has to take its first invocation, and a warm one to take its next
    /// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, "Init phase").
    static constexpr std::chrono::seconds initialisation_limit{10};

    /// Starts the process; it initialises on its own. `version` is that of the function's file. Errors: io_failure.
    static Result<std::unique_ptr<FunctionProcess>> start(std::shared_ptr<const Function> function, FileVersion version,
                                                          const ProcessServices& services);
    ~FunctionProcess();

    /// Whether the process can be given an invocation.
    bool is_usable() const { return usable_ && !child_->has_ended(); }
    /// Whether it has answered an invocation before.
    bool is_warm() const { return answered_ > 0; }
    /// Whether the process runs this very function, and its file as it is now.
    bool runs(const std::shared_ptr<const Function>& function, const FileVersion& version) const {
        return function_ == function && version_ == version;
    }

    /// Runs one invocation. Nothing is answered if a warm process ended without having taken it: another process may
    /// have it then. Cancelling gives it up; the process is of no use afterwards.
    /// Errors: function_failed if the process could not be started.
    boost::asio::awaitable<Result<std::optional<InvocationOutcome>>> invoke(Payload payload);

    /// Kills the process; an invocation that runs fails.
    void kill() { child_->kill(); }

    /// Kills the process if it runs, keeps the last of its output and returns when nothing of it is left.
    boost::asio::awaitable<void> end();

    Timestamp last_used{};  ///< for the owner's use

private:
    struct Stream {
        boost::asio::posix::stream_descriptor descriptor;
        LineSplitter lines;
    };
    class Phase;

    FunctionProcess(std::shared_ptr<const Function> function, FileVersion version, const ProcessServices& services);
    Result<void> launch();
    boost::asio::awaitable<void> read_output(Stream& stream);
    void drain(Stream& stream);
    void drain_output();
    void log(bool by_handler, std::string text);
    void log_start(const Invocation& invocation);
    void log_report(const std::string& request_id, const InvocationOutcome& outcome);
    boost::asio::awaitable<void> await_taken(const Phase& phase);
    boost::asio::awaitable<void> await_outcome(const Phase& phase);
    InvocationOutcome ended_outcome(const std::string& request_id, bool timed_out, std::chrono::seconds limit);

    const std::shared_ptr<const Function> function_;
    const FileVersion version_;
    const ProcessServices& services_;
    Waiter changed_;
    TaskGroup tasks_;
    std::shared_ptr<const std::string> log_stream_;
    std::shared_ptr<RuntimeApi> api_;
    std::unique_ptr<RuntimeApiEndpoint> endpoint_;
    std::unique_ptr<ChildProcess> child_;
    std::array<std::unique_ptr<Stream>, 2> streams_;
    Timestamp started_;
    Timestamp taken_{};
    std::optional<std::chrono::milliseconds> initialisation_;  ///< shown in the first report
    std::size_t answered_ = 0;
    bool usable_ = true;
};

}  // namespace rivulet
