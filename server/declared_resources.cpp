#include "server/declared_resources.hpp"

#include "server/kinesis/create_stream.hpp"
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

    template <class Declaration>
    asio::awaitable<Result<void>> create_all(const std::vector<Declaration>& declarations) {
        for (const auto& declared : declarations) {
            const auto created = co_await create(declared);
            if (created || is_present(created.error())) continue;
            co_return Error(ErrorCode::configuration, launch_.settings.config.string() + ':' +
                                                          std::to_string(declared.line) + ": " +
                                                          created.error().message);
        }
        co_return Result<void>();
    }

private:
    AccountRegion owner() const { return launch_.settings.owner(); }

    const Launch& launch_;
    ResourceOwners owners_;
};

asio::awaitable<Result<void>> Declaring::create(const StreamDeclaration& declared) {
    const kinesis::Call call{owners_.kinesis, owner()};
    kinesis::CreateStreamInput input;
    input.stream_name.emplace() = declared.name;
    if (!declared.on_demand) input.shard_count = declared.shards;
    input.stream_mode_details =
        kinesis::shapes::StreamModeDetails{std::string(declared.on_demand ? "ON_DEMAND" : "PROVISIONED")};
    if (const auto invalid = wire::validate(kinesis::create_stream_input, &input)) co_return *invalid;
    // A declared stream is there when the server is: it passes through CREATING at once.
    auto created = co_await kinesis::create_stream(call, input, std::chrono::milliseconds{0});
    if (!created || !declared.retention_hours) co_return created;
    kinesis::RetentionInput retention;
    retention.stream_name = declared.name;
    retention.retention_period_hours.emplace() = *declared.retention_hours;
    co_return co_await kinesis::set_retention(call, retention,
                                              [](const Stream&, std::int32_t) { return std::optional<Error>(); });
}

asio::awaitable<Result<void>> Declaring::create(const BucketDeclaration& declared) {
    co_return co_await run_blocking(owners_.pool,
                                    [&] { return owners_.objects.create_bucket(declared.name, owner()); });
}

asio::awaitable<Result<void>> Declaring::create(const FunctionDeclaration& declared) {
    Function function;
    function.owner = owner();
    function.name = declared.name;
    function.runtime = declared.runtime;
    function.file = declared.file;
    function.handler = declared.handler;
    function.timeout = std::chrono::seconds(declared.timeout_seconds);
    function.memory_mib = declared.memory_mib;
    function.environment = {declared.environment.begin(), declared.environment.end()};
    co_return co_await create_function(owners_.kinesis.store, owners_.lambda, owners_.pool, std::move(function));
}

asio::awaitable<Result<void>> Declaring::create(const MappingDeclaration& declared) {
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
    const auto created = co_await create_event_source_mapping(owners_.kinesis.store, owners_.lambda,
                                                              owners_.kinesis.random, std::move(mapping));
    if (!created) co_return created.error();
    co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<void>> declare_resources(const Launch& launch, ResourceOwners owners) {
    Declaring declaring(launch, owners);
    const ConfigFile& resources = launch.resources;
    if (auto created = co_await declaring.create_all(resources.streams); !created) co_return created;
    if (auto created = co_await declaring.create_all(resources.buckets); !created) co_return created;
    if (auto created = co_await declaring.create_all(resources.functions); !created) co_return created;
    co_return co_await declaring.create_all(resources.event_source_mappings);
}

}  // namespace rivulet
