#include <algorithm>

#include "server/kinesis/describe.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html
struct DescribeStreamInput {
    std::optional<std::string> stream_name;
    std::optional<std::int32_t> limit;
    std::optional<std::string> exclusive_start_shard_id;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DescribeStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&DescribeStreamInput::limit>("Limit", shapes::limit),
    wire::member<&DescribeStreamInput::exclusive_start_shard_id>("ExclusiveStartShardId", shapes::shard_id),
    wire::member<&DescribeStreamInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&DescribeStreamInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DescribeStreamInput", input_members);

struct StreamDescription {
    wire::Required<std::string> stream_name;
    wire::Required<std::string> stream_arn;
    wire::Required<std::string> stream_status;
    std::optional<shapes::StreamModeDetails> stream_mode_details;
    wire::Required<std::vector<shapes::ShardDescription>> shards;
    wire::Required<bool> has_more_shards;
    wire::Required<std::int32_t> retention_period_hours;
    wire::Required<Timestamp> stream_creation_timestamp;
    wire::Required<std::vector<shapes::EnhancedMetrics>> enhanced_monitoring;
    std::optional<std::string> encryption_type;
    std::optional<std::string> key_id;
};

constexpr std::array description_members = {
    wire::member<&StreamDescription::stream_name>("StreamName", shapes::stream_name),
    wire::member<&StreamDescription::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&StreamDescription::stream_status>("StreamStatus", shapes::stream_status),
    wire::member<&StreamDescription::stream_mode_details>("StreamModeDetails", shapes::stream_mode_details),
    wire::member<&StreamDescription::shards>("Shards", shapes::shard_list),
    wire::member<&StreamDescription::has_more_shards>("HasMoreShards", shapes::boolean),
    wire::member<&StreamDescription::retention_period_hours>("RetentionPeriodHours", shapes::retention_period_hours),
    wire::member<&StreamDescription::stream_creation_timestamp>("StreamCreationTimestamp", shapes::timestamp),
    wire::member<&StreamDescription::enhanced_monitoring>("EnhancedMonitoring", shapes::enhanced_monitoring_list),
    wire::member<&StreamDescription::encryption_type>("EncryptionType", shapes::encryption_type),
    wire::member<&StreamDescription::key_id>("KeyId", shapes::key_id),
};
constexpr wire::Shape description_shape = wire::structure_shape("StreamDescription", description_members);

struct DescribeStreamOutput {
    wire::Required<StreamDescription> stream_description;
};

constexpr std::array output_members = {
    wire::member<&DescribeStreamOutput::stream_description>("StreamDescription", description_shape),
};
constexpr wire::Shape output_shape = wire::structure_shape("DescribeStreamOutput", output_members);

asio::awaitable<Result<DescribeStreamOutput>> describe_stream(const Call& call, const DescribeStreamInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) co_return stream.error();
    std::int64_t after = -1;
    if (input.exclusive_start_shard_id) {
        const auto ordinal = shard_ordinal(*input.exclusive_start_shard_id);
        if (!ordinal) co_return errors::shard_not_found(**stream, *input.exclusive_start_shard_id);
        after = *ordinal;
    }
    const std::size_t limit = input.limit
                                  ? std::min(static_cast<std::size_t>(*input.limit), limits::max_describe_stream_shards)
                                  : limits::max_describe_stream_shards;
    std::vector<shapes::ShardDescription> shards;
    bool more = false;
    for (const auto& shard : (*stream)->shards) {
        if (static_cast<std::int64_t>(shard.ordinal) <= after) continue;
        more = shards.size() == limit;
        if (more) break;
        shards.push_back(describe_shard(shard));
    }

    StreamDescription description;
    description.stream_name = (*stream)->name;
    description.stream_arn = (*stream)->arn();
    description.stream_status = std::string(status_name((*stream)->status));
    description.stream_mode_details = shapes::StreamModeDetails{std::string(mode_name((*stream)->mode))};
    description.shards = std::move(shards);
    description.has_more_shards = more;
    description.retention_period_hours = (*stream)->retention_hours;
    description.stream_creation_timestamp = (*stream)->created;
    description.enhanced_monitoring = std::vector{shapes::EnhancedMetrics{(*stream)->shard_level_metrics}};
    const Encryption& encryption = (*stream)->encryption;
    description.encryption_type = std::string(encryption_name(encryption.type));
    if (encryption.type != EncryptionType::none) description.key_id = encryption.key_id;
    co_return DescribeStreamOutput{std::move(description)};
}

}  // namespace

constinit const Operation describe_stream_operation =
    wire::operation<&describe_stream, input_shape, &output_shape>("DescribeStream");

}  // namespace rivulet::kinesis
