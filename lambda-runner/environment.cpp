#include "lambda-runner/environment.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "common/hex.hpp"
#include "lambda-runner/runtimes.hpp"

namespace rivulet {

namespace {

// What an interpreter and its libraries are found by. Everything else of the server's environment is the server's.
constexpr std::array<const char*, 12> inherited_variables = {
    "PATH",       "HOME",        "USER",       "TMPDIR",        "LD_LIBRARY_PATH", "PYTHONHOME",
    "PYTHONPATH", "VIRTUAL_ENV", "PYENV_ROOT", "PYENV_VERSION", "NODE_PATH",       "NVM_DIR",
};

constexpr const char* python_bootstrap = "bootstrap.py";
constexpr const char* node_bootstrap = "bootstrap.mjs";

void add_lambda_variables(std::map<std::string, std::string>& variables, const Function& function,
                          const ProcessContext& context) {
    variables["AWS_LAMBDA_FUNCTION_NAME"] = function.name;
    variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
    variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(function.memory_mib);
    variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + function.name;
    variables["AWS_LAMBDA_LOG_STREAM_NAME"] = context.log_stream;
    variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
    variables["AWS_LAMBDA_RUNTIME_API"] = context.runtime_api;
    variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + function.runtime;
    variables["AWS_REGION"] = function.owner.region;
    variables["AWS_DEFAULT_REGION"] = function.owner.region;
    variables["_HANDLER"] = function.handler_name();
    variables["LAMBDA_TASK_ROOT"] = function.file.parent_path().string();
    variables["LAMBDA_RUNTIME_DIR"] = context.runtime_folder.string();
}

void add_endpoint_variables(std::map<std::string, std::string>& variables, const Function& function,
                            const ProcessContext& context) {
    variables["AWS_ACCESS_KEY_ID"] = context.credentials.access_key_prefix + function.owner.account;
    variables["AWS_SECRET_ACCESS_KEY"] = context.credentials.secret_access_key;
    variables["AWS_SESSION_TOKEN"] = context.credentials.session_token;
    variables["AWS_ENDPOINT_URL"] = context.endpoint_url;
    variables["AWS_EC2_METADATA_DISABLED"] = "true";
    // A proxy that the function's own environment names is not for this machine's addresses.
    variables["NO_PROXY"] = "127.0.0.1,localhost,::1";
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return Error(ErrorCode::io_failure, path.string() + " cannot be written.");
    return {};
}

}  // namespace

std::string new_log_stream(Timestamp now, Random& random) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
    char text[32];
    std::snprintf(text, sizeof text, "%04d/%02u/%02u/[$LATEST]", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text + hex_encode(random_bytes(random, 16));
}

std::map<std::string, std::string> process_environment(const Function& function, const ProcessContext& context) {
    std::map<std::string, std::string> variables = {
        // Lambda names en_US.UTF-8, which few small machines have; what it is for, the encoding, every glibc has.
        {"LANG", "en_US.UTF-8"},
        {"LC_CTYPE", "C.UTF-8"},
        {"TZ", ":UTC"}};
    for (const char* name : inherited_variables) {
        if (const char* value = std::getenv(name)) variables[name] = value;
    }
    add_endpoint_variables(variables, function, context);
    for (const auto& [name, value] : function.environment) variables[name] = value;
    add_lambda_variables(variables, function, context);
    return variables;
}

ProcessPlan plan_process(const Function& function, const ProcessContext& context) {
    ProcessPlan plan{{}, process_environment(function, context), function.file.parent_path()};
    switch (function.kind()) {
        case RuntimeKind::python:
            plan.command = {"python3", (context.runtime_folder / python_bootstrap).string(), function.file.string(),
                            function.handler};
            break;
        case RuntimeKind::nodejs:
            plan.command = {"node", (context.runtime_folder / node_bootstrap).string(), function.file.string(),
                            function.handler};
            break;
        case RuntimeKind::provided: plan.command = {function.file.string()}; break;
    }
    return plan;
}

Result<void> write_runtimes(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault) return Error(ErrorCode::io_failure, folder.string() + " cannot be created: " + fault.message() + '.');
    if (const auto written = write_file(folder / python_bootstrap, runtimes::bootstrap_py); !written) {
        return written.error();
    }
    return write_file(folder / node_bootstrap, runtimes::bootstrap_mjs);
}

}  // namespace rivulet
