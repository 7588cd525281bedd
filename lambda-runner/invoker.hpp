#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "common/result.hpp"
#include "lambda-runner/function.hpp"

namespace rivulet {

/// Why an invocation failed in the function: what it raised, or how its process ended.
struct FunctionError {
    std::string type;  ///< such as `ValueError`, `Runtime.ExitError`, `Sandbox.Timedout`
    std::string message;
};

/// What an invocation came to.
struct InvocationOutcome {
    std::string
        payload;  ///< what the handler returned, byte for byte; after an error the JSON object that describes it
    std::optional<FunctionError> error;  ///< absent after a success
};

/// Payloads are shared, not copied: a failed batch is handed over again and again.
using Payload = std::shared_ptr<const std::string>;

/// Runs functions.
class Invoker {
public:
    virtual ~Invoker() = default;

    /// Hands `payload` (JSON) to the function and waits for what comes of it. Cancelling the coroutine gives the
    /// invocation up.
    /// Errors: function_failed if the function could not be run at all (no interpreter, no more processes); what the
    /// function itself did wrong is an outcome.
    virtual boost::asio::awaitable<Result<InvocationOutcome>> invoke(std::shared_ptr<const Function> function,
                                                                     Payload payload) = 0;
};

}  // namespace rivulet
