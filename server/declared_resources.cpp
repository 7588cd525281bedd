#include "server/declared_resources.hpp"

#include "server/kinesis/create_stream.hpp"
#include "server/kinesis/retention.hpp"
#include "server/wire/decode.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

Error refused(const Launch& launch, int line, const Error& error) {
    return {ErrorCode::configuration,
            launch.settings.config.string() + ':' + std::to_string(line) + ": " + error.message};
}

bool is_present(ErrorCode code) {
    return code == ErrorCode::resource_in_use || code == ErrorCode::s3_bucket_already_owned_by_you ||
           code == ErrorCode::s3_bucket_already_exists;
}

asio::awaitable<Result<void>> declare_stream(const Launch& launch, kinesis::Service& service,
                                             const StreamDeclaration& declared) {
    const kinesis::Call call{service, launch.settings.owner()};
    kinesis::CreateStreamInput input;
    input.stream_name.emplace() = declared.name;
    if (!declared.on_demand) input.shard_count = declared.shards;
    input.stream_mode_details =
        kinesis::shapes::StreamModeDetails{std::string(declared.on_demand ? "ON_DEMAND" : "PROVISIONED")};
    if (const auto invalid = wire::validate(kinesis::create_stream_input, &input)) co_return *invalid;
    // A declared stream is there when the server is: it passes through CREATING at once.
    auto created = co_await kinesis::create_stream(call, input, std::chrono::milliseconds{0});
    if (!created && is_present(created.error().code)) co_return Result<void>();
    if (!created || !declared.retention_hours) co_return created;
    kinesis::RetentionInput retention;
    retention.stream_name = declared.name;
    retention.retention_period_hours.emplace() = *declared.retention_hours;
    co_return co_await kinesis::set_retention(call, retention,
                                              [](const Stream&, std::int32_t) { return std::optional<Error>(); });
}

}  // namespace

asio::awaitable<Result<void>> declare_resources(const Launch& launch, kinesis::Service& kinesis, ObjectStore& objects) {
    for (const auto& stream : launch.resources.streams) {
        auto declared = co_await declare_stream(launch, kinesis, stream);
        if (!declared) co_return refused(launch, stream.line, declared.error());
    }
    for (const auto& bucket : launch.resources.buckets) {
        const auto created = objects.create_bucket(bucket.name, launch.settings.owner());
        if (!created && !is_present(created.error().code)) co_return refused(launch, bucket.line, created.error());
    }
    co_return Result<void>();
}

}  // namespace rivulet
