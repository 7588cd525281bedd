#include "lambda-runner/function.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/arn.hpp"
#include "lambda-runner/lambda_tables.hpp"

namespace rivulet {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::size_t max_function_name = 64;
constexpr std::chrono::seconds max_timeout{900};
constexpr std::int32_t min_memory_mib = 128;
constexpr std::int32_t max_memory_mib = 10'240;
constexpr std::size_t max_environment_bytes = 4096;

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved environment variables".
constexpr std::array<std::string_view, 17> reserved_variables = {"AWS_ACCESS_KEY",
                                                                 "AWS_ACCESS_KEY_ID",
                                                                 "AWS_DEFAULT_REGION",
                                                                 "AWS_EXECUTION_ENV",
                                                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                                 "AWS_LAMBDA_FUNCTION_NAME",
                                                                 "AWS_LAMBDA_FUNCTION_VERSION",
                                                                 "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                                 "AWS_LAMBDA_LOG_GROUP_NAME",
                                                                 "AWS_LAMBDA_LOG_STREAM_NAME",
                                                                 "AWS_LAMBDA_RUNTIME_API",
                                                                 "AWS_REGION",
                                                                 "AWS_SECRET_ACCESS_KEY",
                                                                 "AWS_SESSION_TOKEN",
                                                                 "LAMBDA_RUNTIME_DIR",
                                                                 "LAMBDA_TASK_ROOT",
                                                                 "_HANDLER"};

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
    return is_alphanumeric(c) || c == '-' || c == '_';
}

Error invalid(std::string message) {
    return {ErrorCode::lambda_invalid_parameter_value, std::move(message)};
}

Result<void> check_environment(const std::map<std::string, std::string>& environment) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : environment) {
        bytes += name.size() + value.size();
        const bool spelt = name.size() >= 2 && is_alphanumeric(name[0]) && !(name[0] >= '0' && name[0] <= '9') &&
                           std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
        const bool reserved = std::ranges::find(reserved_variables, name) != reserved_variables.end();
        if (reserved) {
            return invalid(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                "provided contains reserved keys that are currently not supported for modification. Reserved keys used "
                "in this request: " +
                name);
        }
        if (!spelt) {
            return invalid("The environment variable '" + name +
                           "' must have a name of at least two letters, digits and underscores that begins with a "
                           "letter.");
        }
        if (value.find('\0') != std::string::npos) {
            return invalid("The environment variable '" + name + "' holds a NUL character.");
        }
    }
    if (bytes > max_environment_bytes) {
        return invalid("The environment variables have " + std::to_string(bytes) + " bytes together; at most " +
                       std::to_string(max_environment_bytes) + " are allowed.");
    }
    return {};
}

Result<void> check_settings(const Function& function) {
    if (function.name.empty() || function.name.size() > max_function_name ||
        !std::ranges::all_of(function.name, is_name_character)) {
        return invalid("A function's name has 1 to " + std::to_string(max_function_name) +
                       " letters, digits, hyphens and underscores; '" + function.name + "' is not one.");
    }
    const std::string of = " of the function '" + function.name + "' ";
    if (!runtime_kind(function.runtime)) {
        return invalid("The runtime" + of + "must be python3, nodejs or provided, not '" + function.runtime + "'.");
    }
    if (function.timeout.count() < 1 || function.timeout > max_timeout) {
        return invalid("The timeout" + of + "must be 1 to " + std::to_string(max_timeout.count()) + " seconds, not " +
                       std::to_string(function.timeout.count()) + '.');
    }
    if (function.memory_mib < min_memory_mib || function.memory_mib > max_memory_mib) {
        return invalid("The memory" + of + "must be " + std::to_string(min_memory_mib) + " to " +
                       std::to_string(max_memory_mib) + " MiB, not " + std::to_string(function.memory_mib) + '.');
    }
    if (function.handler.find_first_of(std::string_view("\0/ \t\n", 5)) != std::string::npos) {
        return invalid("The handler" + of + "must be the name of a function in its file, not '" + function.handler +
                       "'.");
    }
    return check_environment(function.environment);
}

Result<void> check_file(const Function& function) {
    const std::string is = "The handler file of the function '" + function.name + "', " + function.file.string() + ", ";
    if (!function.file.is_absolute()) return invalid(is + "must be given by its absolute path.");
    std::error_code fault;
    const auto status = std::filesystem::status(function.file, fault);
    if (!std::filesystem::exists(status)) return invalid(is + "does not exist.");
    if (!std::filesystem::is_regular_file(status)) return invalid(is + "is not a file.");
    if (access(function.file.c_str(), R_OK) != 0) return invalid(is + "cannot be read: " + std::strerror(errno) + '.');
    if (function.kind() == RuntimeKind::provided && access(function.file.c_str(), X_OK) != 0) {
        return invalid(is + "is not executable.");
    }
    return {};
}

std::string default_handler(RuntimeKind kind) {
    switch (kind) {
        case RuntimeKind::python: return "lambda_handler";
        case RuntimeKind::nodejs: return "handler";
        case RuntimeKind::provided: break;
    }
    return {};
}

}  // namespace

std::optional<RuntimeKind> runtime_kind(std::string_view name) {
    const auto versioned = [&](std::string_view base, std::string_view separators) {
        return name == base || (name.size() > base.size() + 1 && name.starts_with(base) &&
                                separators.find(name[base.size()]) != std::string_view::npos);
    };
    if (versioned("python3", ".")) return RuntimeKind::python;
    if (versioned("nodejs", "0123456789")) return RuntimeKind::nodejs;
    if (versioned("provided", ".")) return RuntimeKind::provided;
    return std::nullopt;
}

std::string Function::arn() const {
    return make_arn("lambda", owner, "function:" + name);
}

std::string Function::handler_name() const {
    return handler.empty() ? file.filename().string() : file.stem().string() + '.' + handler;
}

FileVersion version_of(const std::filesystem::path& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return {};
    return {std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
            static_cast<std::uint64_t>(found.st_size), found.st_ino};
}

std::string RowCodec<Function>::encode(const Function& function) {
    const json row = {{"account", function.owner.account},
                      {"region", function.owner.region},
                      {"name", function.name},
                      {"runtime", function.runtime},
                      {"file", function.file.string()},
                      {"handler", function.handler},
                      {"timeout", function.timeout.count()},
                      {"memory", function.memory_mib},
                      {"environment", function.environment}};
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<Function> RowCodec<Function>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    Function function;
    function.owner = {row.at("account").get<std::string>(), row.at("region").get<std::string>()};
    function.name = row.at("name").get<std::string>();
    function.runtime = row.at("runtime").get<std::string>();
    function.file = row.at("file").get<std::string>();
    function.handler = row.value("handler", std::string());
    function.timeout = std::chrono::seconds{row.at("timeout").get<std::int64_t>()};
    function.memory_mib = row.at("memory").get<std::int32_t>();
    function.environment = row.value("environment", std::map<std::string, std::string>());
    return function;
} catch (const json::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("a function's catalog row cannot be read: ") + fault.what());
}

std::string function_key(const AccountRegion& owner, std::string_view name) {
    return owner.account + '/' + owner.region + '/' + std::string(name);
}

Result<void> check_function(const Function& function) {
    if (auto checked = check_settings(function); !checked) return checked;
    return check_file(function);
}

asio::awaitable<Result<void>> create_function(Store& store, LambdaTables& tables, BlockingPool& pool,
                                              Function function) {
    if (const auto checked = check_settings(function); !checked) co_return checked.error();
    if (function.handler.empty()) function.handler = default_handler(function.kind());
    const auto found = co_await run_blocking(pool, [&] { return check_file(function); });
    if (!found) co_return found.error();
    co_return co_await store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        auto key = function_key(function.owner, function.name);
        if (tables.functions.find(key)) {
            return Error(ErrorCode::lambda_resource_conflict, "Function already exist: " + function.name);
        }
        tables.functions.put(transaction, std::move(key), std::move(function));
        return {};
    });
}

}  // namespace rivulet
