#include "lambda-runner/runtime_api.hpp"

#include <nlohmann/json.hpp>

namespace rivulet {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::string_view api_prefix = "/2018-06-01/runtime/";

// Six MiB and a hundred bytes: the number that the service's own message names.
constexpr std::size_t max_response_bytes = 6 * 1024 * 1024 + 100;
// An error object is cut by the service far below this; a larger one is a fault of the runtime.
constexpr std::size_t max_error_bytes = 1024 * 1024;

RuntimeReply json_reply(unsigned status, const json& body) {
    return {status, {{"Content-Type", "application/json"}}, body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

RuntimeReply refusal(unsigned status, std::string_view type, std::string_view message) {
    return json_reply(status, {{"errorMessage", message}, {"errorType", type}});
}

RuntimeReply accepted() {
    return json_reply(202, {{"status", "OK"}});
}

std::string text_member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What a runtime reports is passed on as it is; what this server tells of it is read from it where it can be.
InvocationOutcome reported_outcome(std::string body, std::string_view type_header) {
    FunctionError error;
    const json object = json::parse(body, nullptr, false);
    if (object.is_object()) {
        error.type = text_member(object, "errorType");
        error.message = text_member(object, "errorMessage");
    }
    if (error.type.empty()) error.type = type_header.empty() ? "Runtime.Unknown" : std::string(type_header);
    if (body.empty()) return failed_outcome(error.type, error.message);
    return {std::move(body), std::move(error)};
}

}  // namespace

InvocationOutcome failed_outcome(std::string type, std::string message) {
    const json object = {{"errorType", type}, {"errorMessage", message}};
    return {object.dump(-1, ' ', false, json::error_handler_t::replace),
            FunctionError{std::move(type), std::move(message)}};
}

RuntimeApi::RuntimeApi(asio::any_io_executor executor, Clock& clock, Events events)
    : executor_(std::move(executor)), clock_(clock), events_(std::move(events)) {}

void RuntimeApi::offer(Invocation invocation) {
    invocation_ = std::move(invocation);
    phase_ = Phase::offered;
    if (waiting_) waiting_->wake();
}

std::optional<InvocationOutcome> RuntimeApi::take_outcome() {
    if (phase_ != Phase::answered) return std::nullopt;
    phase_ = Phase::idle;
    return std::exchange(outcome_, std::nullopt);
}

void RuntimeApi::close() {
    closed_ = true;
    events_ = {[](const Invocation&) {}, [] {}};
    if (waiting_) waiting_->wake();
}

void RuntimeApi::settle(InvocationOutcome outcome) {
    outcome_ = std::move(outcome);
    phase_ = Phase::answered;
    invocation_.payload.reset();
    events_.changed();
}

asio::awaitable<RuntimeReply> RuntimeApi::answer(RuntimeCall call) {
    if (closed_) co_return refusal(410, "Runtime.Closed", "The process has been given up.");
    if (!call.path.starts_with(api_prefix)) co_return refusal(404, "NotFound", "No such resource.");
    const auto resource = call.path.substr(api_prefix.size());
    if (resource == "invocation/next" && call.method == "GET") co_return co_await next();
    if (resource == "init/error" && call.method == "POST") co_return co_await fail_initialisation(call);

    constexpr std::string_view invocation = "invocation/";
    const auto slash = resource.rfind('/');
    if (resource.starts_with(invocation) && slash > invocation.size() && call.method == "POST") {
        const auto request_id = resource.substr(invocation.size(), slash - invocation.size());
        const auto verb = resource.substr(slash + 1);
        if (verb == "response") co_return co_await finish(call, request_id, false);
        if (verb == "error") co_return co_await finish(call, request_id, true);
    }
    co_return refusal(404, "NotFound", "No such resource.");
}

asio::awaitable<RuntimeReply> RuntimeApi::next() {
    if (phase_ == Phase::running) {
        co_return refusal(403, "InvalidStateTransition", "The invocation at hand has not been answered.");
    }
    // A process that lost patience with its last request asks again: only the newest request is one it listens to.
    const auto mine = std::make_shared<Waiter>(executor_);
    if (const auto older = std::exchange(waiting_, mine)) older->wake();
    if (!initialised_) {
        initialised_ = true;
        events_.changed();
    }
    while (!closed_ && waiting_ == mine && phase_ != Phase::offered) co_await mine->wait();
    if (closed_ || waiting_ != mine) co_return refusal(410, "Runtime.Closed", "This request has been given up.");
    waiting_.reset();
    co_return deliver();
}

RuntimeReply RuntimeApi::deliver() {
    phase_ = Phase::running;
    events_.taken(invocation_);
    events_.changed();
    const auto deadline = clock_.now() + invocation_.timeout;
    return {200,
            {{"Content-Type", "application/json"},
             {"Lambda-Runtime-Aws-Request-Id", invocation_.request_id},
             {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline.time_since_epoch().count())},
             {"Lambda-Runtime-Invoked-Function-Arn", invocation_.function_arn},
             {"Lambda-Runtime-Trace-Id", invocation_.trace_id}},
            *invocation_.payload};
}

asio::awaitable<RuntimeReply> RuntimeApi::fail_initialisation(const RuntimeCall& call) {
    auto body = co_await call.read_body(max_error_bytes);
    if (!body) co_return refusal(400, "InvalidRequest", body.error().message);
    if (initialised_) {
        co_return refusal(403, "InvalidStateTransition", "The process has initialised already.");
    }
    initialisation_error_ = reported_outcome(std::move(*body), call.error_type);
    events_.changed();
    co_return accepted();
}

asio::awaitable<RuntimeReply> RuntimeApi::finish(const RuntimeCall& call, std::string_view request_id, bool failed) {
    const auto is_current = [&] { return phase_ == Phase::running && request_id == invocation_.request_id; };
    auto body = co_await call.read_body(failed ? max_error_bytes : max_response_bytes);
    if (!is_current()) co_return refusal(400, "InvalidRequestID", "Invalid request ID");
    if (!body && body.error().code == ErrorCode::request_entity_too_large) {
        const std::string bytes = " (" + std::to_string(max_response_bytes) + " bytes).";
        settle(failed_outcome("Function.ResponseSizeTooLarge",
                              "Response payload size exceeded maximum allowed payload size" + bytes));
        co_return refusal(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size" + bytes);
    }
    if (!body) co_return refusal(400, "InvalidRequest", body.error().message);
    if (failed) {
        settle(reported_outcome(std::move(*body), call.error_type));
    } else {
        settle({std::move(*body), std::nullopt});
    }
    co_return accepted();
}

}  // namespace rivulet
