#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/clock.hpp"
#include "common/result.hpp"
#include "common/waiter.hpp"
#include "lambda-runner/invoker.hpp"

namespace rivulet {

/// An invocation on its way to a function's process.
struct Invocation {
    std::string request_id;
    std::string function_arn;
    std::string trace_id;
    std::chrono::milliseconds timeout;  ///< counted from when the process takes the invocation
    Payload payload;
};

/// A request of a function's process, without its HTTP.
struct RuntimeCall {
    std::string_view method;
    std::string_view path;
    std::string_view error_type;  ///< the header Lambda-Runtime-Function-Error-Type
    /// The request's body. Errors: request_entity_too_large past that many bytes; bad_request if it breaks off.
    std::function<boost::asio::awaitable<Result<std::string>>(std::size_t)> read_body;
};

struct RuntimeReply {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// The Lambda Runtime API as one process sees it: it takes an invocation, posts what came of it, and takes the next.
/// One invocation at a time; the process is initialised once it asks for the first.
/// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
///
/// Thread safety: none; everything is called on one executor, which runs one handler at a time.
class RuntimeApi {
public:
    /// What the process's owner learns, at once: `taken` when the process takes the invocation, before it sees it;
    /// `changed` then and whenever an outcome or an initialisation error has come.
    struct Events {
        std::function<void(const Invocation&)> taken;
        std::function<void()> changed;
    };

    RuntimeApi(boost::asio::any_io_executor executor, Clock& clock, Events events);

    const boost::asio::any_io_executor& executor() const { return executor_; }

    /// Answers a request of the process. A request for the next invocation waits until there is one.
    boost::asio::awaitable<RuntimeReply> answer(RuntimeCall call);

    /// Gives the process its next invocation. There must be none already.
    void offer(Invocation invocation);

    /// Whether the process has asked for an invocation once, and so has initialised.
    bool initialised() const { return initialised_; }
    /// Whether the process has taken the invocation that was offered.
    bool taken() const { return phase_ == Phase::running; }
    /// Whether there is an outcome to take.
    bool answered() const { return phase_ == Phase::answered; }
    /// The outcome of the invocation, handed out once; the process may then be offered another.
    std::optional<InvocationOutcome> take_outcome();
    /// What the process reported instead of initialising.
    const std::optional<InvocationOutcome>& initialisation_error() const { return initialisation_error_; }

    /// Ends a request that waits for an invocation. No other will be answered, and no event is told any more.
    void close();

private:
    enum class Phase { idle, offered, running, answered };

    boost::asio::awaitable<RuntimeReply> next();
    boost::asio::awaitable<RuntimeReply> fail_initialisation(const RuntimeCall& call);
    boost::asio::awaitable<RuntimeReply> finish(const RuntimeCall& call, std::string_view request_id, bool failed);
    RuntimeReply deliver();
    void settle(InvocationOutcome outcome);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Events events_;
    Phase phase_ = Phase::idle;
    Invocation invocation_;
    std::optional<InvocationOutcome> outcome_;
    std::optional<InvocationOutcome> initialisation_error_;
    bool initialised_ = false;
    std::shared_ptr<Waiter> waiting_;  ///< of the request that waits for an invocation
    bool closed_ = false;
};

/// The error object that a failed invocation answers with.
InvocationOutcome failed_outcome(std::string type, std::string message);

/// An open address of the Runtime API.
class RuntimeApiEndpoint {
public:
    virtual ~RuntimeApiEndpoint() = default;

    /// `host:port`
    virtual std::string address() const = 0;

    /// Takes no more requests, breaks off its connections and returns when none is left. Call it before destruction.
    virtual boost::asio::awaitable<void> close() = 0;
};

/// What gives each process an address of its own to speak the Runtime API at: the HTTP that this room does not have.
class RuntimeApiHost {
public:
    virtual ~RuntimeApiHost() = default;

    /// Opens an address on the loopback interface. `api` is called on the executor it was made with.
    /// Errors: io_failure.
    virtual Result<std::unique_ptr<RuntimeApiEndpoint>> open(std::shared_ptr<RuntimeApi> api) = 0;
};

}  // namespace rivulet
