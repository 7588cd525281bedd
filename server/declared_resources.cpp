#include "server/declared_resources.hpp"

#include <algorithm>

#include "common/limits.hpp"
#include "s3-sink/bucket_name.hpp"
#include "server/kinesis/create_stream.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/retention.hpp"
#include "server/wire/decode.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

/// What the services answer to a second creation.
bool is_present(const Error& error) {
    return error.code == ErrorCode::resource_in_use || error.code == ErrorCode::lambda_resource_conflict ||
           error.code == ErrorCode::s3_bucket_already_owned_by_you || error.code == ErrorCode::s3_bucket_already_exists;
}

class Declaring {
public:
    Declaring(const Launch& launch, ResourceOwners owners) : launch_(launch), owners_(owners) {}

    asio::awaitable<Result<void>> create(const StreamDeclaration& declared);
    asio::awaitable<Result<void>> create(const BucketDeclaration& declared);
    asio::awaitable<Result<void>> create(const FunctionDeclaration& declared);
    asio::awaitable<Result<void>> create(const MappingDeclaration& declared);

    /// What is refused without looking at what the others would create, so that nothing is created of a file with a
    /// mistake in it. Blocks.
    Result<void> check(const StreamDeclaration& declared) const;
    Result<void> check(const BucketDeclaration& declared) const;
    Result<void> check(const FunctionDeclaration& declared) const;
    Result<void> check(const MappingDeclaration& declared) const;

    template <class Declaration>
    Result<void> check_all(const std::vector<Declaration>& declarations) const {
        for (const auto& declared : declarations) {
            if (const auto checked = check(declared); !checked) return refused(declared.line, checked.error());
        }
        return {};
    }

    template <class Declaration>
    asio::awaitable<Result<void>> create_all(const std::vector<Declaration>& declarations) {
        for (const auto& declared : declarations) {
            const auto created = co_await create(declared);
            if (created || is_present(created.error())) continue;
            co_return refused(declared.line, created.error());
        }
        co_return Result<void>();
    }

private:
    AccountRegion owner() const { return launch_.settings.owner(); }

    Error refused(int line, const Error& error) const {
        return {ErrorCode::configuration,
                launch_.settings.config.string() + ':' + std::to_string(line) + ": " + error.message};
    }
    Function function_of(const FunctionDeclaration& declared) const;
    EventSourceMapping mapping_of(const MappingDeclaration& declared) const;

    const Launch& launch_;
    ResourceOwners owners_;
};

kinesis::CreateStreamInput stream_of(const StreamDeclaration& declared) {
    kinesis::CreateStreamInput input;
    input.stream_name.emplace() = declared.name;
    if (!declared.on_demand) input.shard_count = declared.shards;
    input.stream_mode_details =
        kinesis::shapes::StreamModeDetails{std::string(declared.on_demand ? "ON_DEMAND" : "PROVISIONED")};
    return input;
}

asio::awaitable<Result<void>> Declaring::create(const StreamDeclaration& declared) {
    const kinesis::Call call{owners_.kinesis, owner()};
    const auto input = stream_of(declared);
    // A declared stream is there when the server is: it passes through CREATING at once.
    kinesis::CreationDetails details{std::chrono::milliseconds{0}};
    if (declared.retention_hours) details.retention_hours = *declared.retention_hours;
    co_return co_await kinesis::create_stream(call, input, details);
}

asio::awaitable<Result<void>> Declaring::create(const BucketDeclaration& declared) {
    co_return co_await run_blocking(owners_.pool,
                                    [&] { return owners_.objects.create_bucket(declared.name, owner()); });
}

Function Declaring::function_of(const FunctionDeclaration& declared) const {
    Function function;
    function.owner = owner();
    function.name = declared.name;
    function.runtime = declared.runtime;
    function.file = declared.file;
    function.handler = declared.handler;
    function.timeout = std::chrono::seconds(declared.timeout_seconds);
    function.memory_mib = declared.memory_mib;
    function.environment = {declared.environment.begin(), declared.environment.end()};
    return function;
}

asio::awaitable<Result<void>> Declaring::create(const FunctionDeclaration& declared) {
    co_return co_await create_function(owners_.kinesis.store, owners_.lambda, owners_.pool, function_of(declared));
}

EventSourceMapping Declaring::mapping_of(const MappingDeclaration& declared) const {
    EventSourceMapping mapping;
    mapping.owner = owner();
    mapping.stream = declared.stream;
    mapping.function = declared.function;
    mapping.batch_size = declared.batch_size;
    mapping.batching_window = declared.batching_window;
    mapping.starting_position = StartingPosition::trim_horizon;
    if (declared.starting_position == "LATEST") mapping.starting_position = StartingPosition::latest;
    if (declared.starting_timestamp) {
        mapping.starting_position = StartingPosition::at_timestamp;
        mapping.starting_timestamp = *declared.starting_timestamp;
    }
    if (declared.sink) mapping.sink = SinkTarget{declared.sink->bucket, declared.sink->prefix};
    return mapping;
}

asio::awaitable<Result<void>> Declaring::create(const MappingDeclaration& declared) {
    const auto created = co_await create_event_source_mapping(owners_.kinesis.store, owners_.lambda,
                                                              owners_.kinesis.random, mapping_of(declared));
    if (!created) co_return created.error();
    co_return Result<void>();
}

Result<void> Declaring::check(const StreamDeclaration& declared) const {
    const auto input = stream_of(declared);
    if (const auto invalid = wire::validate(kinesis::create_stream_input, &input)) return *invalid;
    const auto refused = kinesis::check_retention(declared.retention_hours.value_or(limits::min_retention_hours));
    return refused ? Result<void>(*refused) : Result<void>();
}

Result<void> Declaring::check(const BucketDeclaration& declared) const {
    if (is_bucket_name(declared.name)) return {};
    return Error(ErrorCode::s3_invalid_bucket_name, "\"" + declared.name + "\" cannot be the name of a bucket: " +
                                                        "3 to 63 lower-case letters, digits, dots and hyphens.");
}

Result<void> Declaring::check(const FunctionDeclaration& declared) const {
    return check_function(function_of(declared));
}

Result<void> Declaring::check(const MappingDeclaration& declared) const {
    const auto& resources = launch_.resources;
    const auto is_declared = [](const auto& declarations, const std::string& name) {
        return std::ranges::any_of(declarations, [&](const auto& one) { return one.name == name; });
    };
    const auto absent = [](const char* what, const std::string& name) {
        return Error(ErrorCode::lambda_invalid_parameter_value, std::string("event source mapping: there is no ") +
                                                                    what + " \"" + name +
                                                                    "\"; expected one that is declared, or is there.");
    };
    if (auto checked = check_event_source_mapping(mapping_of(declared)); !checked) return checked;
    if (!is_declared(resources.streams, declared.stream) &&
        !owners_.kinesis.store.streams().find(stream_key(owner(), declared.stream))) {
        return absent("stream", declared.stream);
    }
    if (!is_declared(resources.functions, declared.function) &&
        !owners_.lambda.functions.find(function_key(owner(), declared.function))) {
        return absent("function", declared.function);
    }
    if (declared.sink && !is_declared(resources.buckets, declared.sink->bucket) &&
        !owners_.objects.find_bucket(declared.sink->bucket)) {
        return absent("bucket", declared.sink->bucket);
    }
    return {};
}

}  // namespace

asio::awaitable<Result<void>> declare_resources(const Launch& launch, ResourceOwners owners) {
    Declaring declaring(launch, owners);
    const ConfigFile& resources = launch.resources;
    const auto check_each = [&]() -> Result<void> {
        if (auto checked = declaring.check_all(resources.streams); !checked) return checked;
        if (auto checked = declaring.check_all(resources.buckets); !checked) return checked;
        if (auto checked = declaring.check_all(resources.functions); !checked) return checked;
        return declaring.check_all(resources.event_source_mappings);
    };
    const auto checked = co_await run_blocking(owners.pool, check_each);
    if (!checked) co_return checked;
    if (auto created = co_await declaring.create_all(resources.streams); !created) co_return created;
    if (auto created = co_await declaring.create_all(resources.buckets); !created) co_return created;
    if (auto created = co_await declaring.create_all(resources.functions); !created) co_return created;
    co_return co_await declaring.create_all(resources.event_source_mappings);
}

}  // namespace rivulet
