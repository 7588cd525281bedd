#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"
#include "server/kinesis/warm_throughput.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html
struct DescribeStreamSummaryInput {
    std::optional<std::string> stream_name;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DescribeStreamSummaryInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&DescribeStreamSummaryInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&DescribeStreamSummaryInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DescribeStreamSummaryInput", input_members);

struct Summary {
    wire::Required<std::string> stream_name;
    wire::Required<std::string> stream_arn;
    wire::Required<std::string> stream_status;
    std::optional<shapes::StreamModeDetails> stream_mode_details;
    wire::Required<std::int32_t> retention_period_hours;
    wire::Required<Timestamp> stream_creation_timestamp;
    wire::Required<std::vector<shapes::EnhancedMetrics>> enhanced_monitoring;
    std::optional<std::string> encryption_type;
    std::optional<std::string> key_id;
    wire::Required<std::int32_t> open_shard_count;
    std::optional<std::int32_t> consumer_count;
    std::optional<shapes::WarmThroughput> warm_throughput;
    std::optional<std::int32_t> max_record_size_in_kib;
};

constexpr std::array summary_members = {
    wire::member<&Summary::stream_name>("StreamName", shapes::stream_name),
    wire::member<&Summary::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&Summary::stream_status>("StreamStatus", shapes::stream_status),
    wire::member<&Summary::stream_mode_details>("StreamModeDetails", shapes::stream_mode_details),
    wire::member<&Summary::retention_period_hours>("RetentionPeriodHours", shapes::retention_period_hours),
    wire::member<&Summary::stream_creation_timestamp>("StreamCreationTimestamp", shapes::timestamp),
    wire::member<&Summary::enhanced_monitoring>("EnhancedMonitoring", shapes::enhanced_monitoring_list),
    wire::member<&Summary::encryption_type>("EncryptionType", shapes::encryption_type),
    wire::member<&Summary::key_id>("KeyId", shapes::key_id),
    wire::member<&Summary::open_shard_count>("OpenShardCount", shapes::shard_count),
    wire::member<&Summary::consumer_count>("ConsumerCount", shapes::consumer_count),
    wire::member<&Summary::warm_throughput>("WarmThroughput", shapes::warm_throughput),
    wire::member<&Summary::max_record_size_in_kib>("MaxRecordSizeInKiB", shapes::max_record_size_in_kib),
};
constexpr wire::Shape summary_shape = wire::structure_shape("StreamDescriptionSummary", summary_members);

struct DescribeStreamSummaryOutput {
    wire::Required<Summary> stream_description_summary;
};

constexpr std::array output_members = {
    wire::member<&DescribeStreamSummaryOutput::stream_description_summary>("StreamDescriptionSummary", summary_shape),
};
constexpr wire::Shape output_shape = wire::structure_shape("DescribeStreamSummaryOutput", output_members);

asio::awaitable<Result<DescribeStreamSummaryOutput>> describe_stream_summary(const Call& call,
                                                                             const DescribeStreamSummaryInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) co_return stream.error();
    Summary summary;
    summary.stream_name = (*stream)->name;
    summary.stream_arn = (*stream)->arn();
    summary.stream_status = std::string(status_name((*stream)->status));
    summary.stream_mode_details = shapes::StreamModeDetails{std::string(mode_name((*stream)->mode))};
    summary.retention_period_hours = (*stream)->retention_hours;
    summary.stream_creation_timestamp = (*stream)->created;
    summary.enhanced_monitoring = std::vector{shapes::EnhancedMetrics{(*stream)->shard_level_metrics}};
    const Encryption& encryption = (*stream)->encryption;
    summary.encryption_type = std::string(encryption_name(encryption.type));
    if (encryption.type != EncryptionType::none) summary.key_id = encryption.key_id;
    summary.open_shard_count = static_cast<std::int32_t>((*stream)->open_shard_count());
    const auto consumers = call.service.store.consumers().list(consumer_key(call.owner, (*stream)->name, {}));
    summary.consumer_count = static_cast<std::int32_t>(consumers.size());
    summary.warm_throughput = warm_throughput_of(call, **stream);
    summary.max_record_size_in_kib = (*stream)->max_record_kib;
    co_return DescribeStreamSummaryOutput{std::move(summary)};
}

}  // namespace

constinit const Operation describe_stream_summary_operation =
    wire::operation<&describe_stream_summary, input_shape, &output_shape>("DescribeStreamSummary");

}  // namespace rivulet::kinesis
