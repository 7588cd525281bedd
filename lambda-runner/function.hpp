#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/account_region.hpp"
#include "common/blocking.hpp"
#include "common/result.hpp"
#include "storage/store.hpp"

namespace rivulet {

struct LambdaTables;

/// What runs a handler: an interpreter with a bootstrap of this server, or the code itself.
enum class RuntimeKind : std::uint8_t { python, nodejs, provided };

/// The kind of a runtime's name: `python3`, `nodejs` and `provided`, or with a version as Lambda spells them
/// (`python3.12`, `nodejs20.x`, `provided.al2023`). A version is not looked at: what is installed runs.
std::optional<RuntimeKind> runtime_kind(std::string_view name);

/// A Lambda function whose code is a file on this machine.
struct Function {
    AccountRegion owner;
    std::string name;
    std::string runtime;         ///< as `runtime_kind` takes it
    std::filesystem::path file;  ///< absolute: the handler's source, or the executable
    std::string handler;         ///< the symbol inside the file; without a meaning for `provided`
    std::chrono::seconds timeout{3};
    std::int32_t memory_mib = 128;  ///< shown to the handler, not enforced
    std::map<std::string, std::string> environment;

    RuntimeKind kind() const { return runtime_kind(runtime).value_or(RuntimeKind::provided); }

    /// `arn:aws:lambda:region:account:function:name`
    std::string arn() const;

    /// What Lambda calls the handler: `<file without extension>.<symbol>`.
    std::string handler_name() const;

    bool operator==(const Function&) const = default;
};

/// What changes when a file is edited or replaced; all zero for a file that is not there.
struct FileVersion {
    std::int64_t modified = 0;  ///< nanoseconds since the epoch
    std::uint64_t bytes = 0;
    std::uint64_t inode = 0;

    bool operator==(const FileVersion&) const = default;
};

/// The version of the file at `path` now. Blocks.
FileVersion version_of(const std::filesystem::path& path);

template <>
struct RowCodec<Function> {
    static std::string encode(const Function& function);
    static Result<Function> decode(std::string_view bytes);
};

/// The catalog's key of a function; its order is by account, region and name.
std::string function_key(const AccountRegion& owner, std::string_view name);

/// Whether a function could be added as far as it depends on the function alone: its settings, and its file. Blocks.
/// Errors: lambda_invalid_parameter_value, as of create_function.
Result<void> check_function(const Function& function);

/// Adds a function. An empty handler becomes the runtime's default: `lambda_handler` for Python, `handler` for Node.js.
/// The file is looked at in `pool`.
/// Errors: lambda_invalid_parameter_value (a name, number or environment out of bounds, a file that is missing,
/// unreadable or, for `provided`, not executable); lambda_resource_conflict if there is one of this name; io_failure.
/// Bounds: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
boost::asio::awaitable<Result<void>> create_function(Store& store, LambdaTables& tables, BlockingPool& pool,
                                                     Function function);

}  // namespace rivulet
