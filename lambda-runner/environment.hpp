#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "lambda-runner/child_process.hpp"
#include "lambda-runner/function.hpp"

namespace rivulet {

/// What the AWS SDKs in functions' processes sign with. The access key is the prefix and the function's account.
struct HandlerCredentials {
    std::string access_key_prefix;
    std::string secret_access_key = "rivulet";
    std::string session_token = "rivulet";
};

/// What a function's process needs to know beside its function.
struct ProcessContext {
    std::string runtime_api;               ///< `host:port` of its Runtime API
    std::string endpoint_url;              ///< where its AWS SDK calls go: this server
    std::string log_stream;                ///< what its output is filed under
    std::filesystem::path runtime_folder;  ///< the folder of the bootstraps
    HandlerCredentials credentials = {};
};

/// `2024/05/31/[$LATEST]` and 32 random hexadecimal digits.
std::string new_log_stream(Timestamp now, Random& random);

/// The whole environment of a function's process: Lambda's variables, what leads an AWS SDK to this server, the
/// function's own, and of this server's environment only what finds programs and libraries.
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
std::map<std::string, std::string> process_environment(const Function& function, const ProcessContext& context);

/// The command, folder and environment that run the function.
ProcessPlan plan_process(const Function& function, const ProcessContext& context);

/// Writes the bootstraps into `folder`, which is created if absent.
/// Errors: io_failure. Blocks.
Result<void> write_runtimes(const std::filesystem::path& folder);

}  // namespace rivulet
