#include "lambda-runner/function_process.hpp"

#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

#include "common/hex.hpp"

namespace rivulet {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
std::string new_trace_id(Timestamp now, Random& random) {
    char seconds[16];
    std::snprintf(seconds, sizeof seconds, "%08llx",
                  static_cast<unsigned long long>(now.time_since_epoch().count() / 1000) & 0xffff'ffff);
    return std::string("Root=1-") + seconds + '-' + hex_encode(random_bytes(random, 12)) +
           ";Parent=" + hex_encode(random_bytes(random, 8)) + ";Sampled=0";
}

std::string timed_out_message(std::chrono::seconds limit) {
    return "Task timed out after " + std::to_string(limit.count()) + ".00 seconds";
}

}  // namespace

/// A bounded stretch of an invocation, timed by a timer, so that a wall clock that is set does not shorten it.
class FunctionProcess::Phase {
public:
    Phase(Clock& clock, milliseconds limit, std::function<void()> wake)
        : clock_(clock), timer_(clock.schedule(limit, [expired = expired_, wake = std::move(wake)] {
              expired->store(true);
              wake();
          })) {}
    ~Phase() { clock_.cancel(timer_); }
    Phase(const Phase&) = delete;

    bool expired() const { return expired_->load(); }

private:
    std::shared_ptr<std::atomic<bool>> expired_ = std::make_shared<std::atomic<bool>>(false);
    Clock& clock_;
    Clock::TimerId timer_;
};

FunctionProcess::FunctionProcess(std::shared_ptr<const Function> function, FileVersion version,
                                 const ProcessServices& services)
    : function_(std::move(function)),
      version_(version),
      services_(services),
      changed_(services.executor),
      tasks_(services.executor),
      started_(services.clock.now()) {}

Result<std::unique_ptr<FunctionProcess>> FunctionProcess::start(std::shared_ptr<const Function> function,
                                                                FileVersion version, const ProcessServices& services) {
    std::unique_ptr<FunctionProcess> process(new FunctionProcess(std::move(function), version, services));
    const auto launched = process->launch();
    if (!launched) return launched.error();
    return process;
}

FunctionProcess::~FunctionProcess() {
    if (api_) api_->close();
}

Result<void> FunctionProcess::launch() {
    log_stream_ = std::make_shared<const std::string>(new_log_stream(started_, services_.random));
    api_ = std::make_shared<RuntimeApi>(
        services_.executor, services_.clock,
        RuntimeApi::Events{[this](const Invocation& invocation) { log_start(invocation); }, changed_.waker()});
    auto endpoint = services_.host.open(api_);
    if (!endpoint) return endpoint.error();
    endpoint_ = std::move(*endpoint);

    const ProcessContext context{endpoint_->address(), services_.endpoint_url, *log_stream_, services_.runtime_folder,
                                 services_.credentials};
    auto child = ChildProcess::start(plan_process(*function_, context), services_.guard, changed_.waker());
    if (!child) return child.error();
    child_ = std::move(*child);
    const std::array<int, 2> outputs = {child_->take_output(), child_->take_error_output()};
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        streams_[i] = std::make_unique<Stream>(
            Stream{asio::posix::stream_descriptor(services_.executor, outputs[i]), LineSplitter{}});
        tasks_.spawn("The reading of a function's output", read_output(*streams_[i]));
    }
    return {};
}

asio::awaitable<void> FunctionProcess::read_output(Stream& stream) {
    while (stream.descriptor.is_open()) {
        boost::system::error_code fault;
        co_await stream.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                              asio::redirect_error(asio::use_awaitable, fault));
        if (fault) co_return;
        drain(stream);
        co_await services_.output.room();
    }
}

// Takes what is in the pipe, without waiting and within bounds. Closes the stream at its end.
void FunctionProcess::drain(Stream& stream) {
    constexpr std::size_t most_at_once = 1024 * 1024;
    std::array<char, 64 * 1024> buffer;
    for (std::size_t taken = 0; stream.descriptor.is_open() && taken < most_at_once;) {
        const auto count = ::read(stream.descriptor.native_handle(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (count <= 0) {
            if (auto rest = stream.lines.finish(); !rest.empty()) log(true, std::move(rest));
            boost::system::error_code ignored;
            stream.descriptor.close(ignored);
            return;
        }
        taken += static_cast<std::size_t>(count);
        for (auto& line : stream.lines.push({buffer.data(), static_cast<std::size_t>(count)})) {
            log(true, std::move(line));
        }
    }
}

void FunctionProcess::drain_output() {
    for (const auto& stream : streams_) drain(*stream);
}

void FunctionProcess::log(bool by_handler, std::string text) {
    services_.output.write({function_, log_stream_, services_.clock.now(), by_handler, std::move(text)});
}

void FunctionProcess::log_start(const Invocation& invocation) {
    taken_ = services_.clock.now();
    drain_output();
    log(false, "START RequestId: " + invocation.request_id + " Version: $LATEST");
}

void FunctionProcess::log_report(const std::string& request_id, const InvocationOutcome& outcome) {
    drain_output();
    const auto duration = std::max<std::int64_t>((services_.clock.now() - taken_).count(), 0);
    // An error that the runtime reports is in its own output already; one that only this server saw is told here.
    if (outcome.error && (outcome.error->type == "Sandbox.Timedout" || outcome.error->type == "Runtime.ExitError")) {
        log(false, outcome.error->message);
    } else if (outcome.error && outcome.error->type == "Function.ResponseSizeTooLarge") {
        log(false, "RequestId: " + request_id + " Error: " + outcome.error->type + ": " + outcome.error->message);
    }
    log(false, "END RequestId: " + request_id);
    std::string report = "REPORT RequestId: " + request_id + "\tDuration: " + std::to_string(duration) +
                         ".00 ms\tBilled Duration: " + std::to_string(std::max<std::int64_t>(duration, 1)) +
                         " ms\tMemory Size: " + std::to_string(function_->memory_mib) +
                         " MB\tMax Memory Used: " + std::to_string(child_->peak_memory_mib()) + " MB\t";
    if (initialisation_) report += "Init Duration: " + std::to_string(initialisation_->count()) + ".00 ms\t";
    initialisation_.reset();
    log(false, std::move(report));
}

asio::awaitable<void> FunctionProcess::await_taken(const Phase& phase) {
    while (!api_->taken() && !api_->answered() && !api_->initialisation_error() && !child_->has_ended() &&
           !phase.expired()) {
        co_await changed_.wait();
    }
}

asio::awaitable<void> FunctionProcess::await_outcome(const Phase& phase) {
    while (!api_->answered() && !child_->has_ended() && !phase.expired()) co_await changed_.wait();
}

// What to answer for a process that has ended by itself, or is over its time and about to be ended.
InvocationOutcome FunctionProcess::ended_outcome(const std::string& request_id, bool timed_out,
                                                 std::chrono::seconds limit) {
    const std::string prefix = "RequestId: " + request_id + " Error: ";
    if (timed_out) return failed_outcome("Sandbox.Timedout", prefix + timed_out_message(limit));
    const std::string reason = child_->exit_reason();
    return failed_outcome("Runtime.ExitError", prefix + (reason.empty() ? "Runtime exited without providing a reason"
                                                                        : "Runtime exited with error: " + reason));
}

asio::awaitable<Result<std::optional<InvocationOutcome>>> FunctionProcess::invoke(Payload payload) {
    // Whatever happens below but an answer leaves a process that nobody should use again.
    usable_ = false;
    const std::string request_id = random_uuid(services_.random);
    const bool first = answered_ == 0;
    taken_ = services_.clock.now();
    api_->offer(
        {request_id, function_->arn(), new_trace_id(taken_, services_.random), function_->timeout, std::move(payload)});
    {
        const Phase phase(services_.clock, initialisation_limit, changed_.waker());
        co_await await_taken(phase);
    }
    if (const auto fault = child_->start_fault(); !fault.empty()) {
        co_return Error(ErrorCode::function_failed, "The function '" + function_->name + "' cannot be run: " + fault);
    }
    if (api_->initialisation_error()) {
        log_report(request_id, *api_->initialisation_error());
        co_return api_->initialisation_error();
    }
    if (!api_->taken() && !api_->answered()) {
        if (!first) co_return std::nullopt;
        auto outcome = ended_outcome(request_id, !child_->has_ended(), initialisation_limit);
        log_report(request_id, outcome);
        co_return std::move(outcome);
    }
    if (first) initialisation_ = std::max(taken_ - started_, milliseconds{0});
    {
        const Phase phase(services_.clock, function_->timeout, changed_.waker());
        co_await await_outcome(phase);
    }
    auto outcome = api_->take_outcome();
    if (outcome) {
        usable_ = true;
        ++answered_;
    } else {
        outcome = ended_outcome(request_id, !child_->has_ended(), function_->timeout);
    }
    log_report(request_id, *outcome);
    co_return std::move(outcome);
}

asio::awaitable<void> FunctionProcess::end() {
    usable_ = false;
    api_->close();
    child_->kill();
    while (!child_->has_ended()) co_await changed_.wait();
    drain_output();
    for (const auto& stream : streams_) {
        if (auto rest = stream->lines.finish(); !rest.empty()) log(true, std::move(rest));
        boost::system::error_code ignored;
        stream->descriptor.close(ignored);
    }
    co_await tasks_.join();
    co_await endpoint_->close();
}

}  // namespace rivulet
