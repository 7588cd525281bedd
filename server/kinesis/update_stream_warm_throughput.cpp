#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/stream_change.hpp"
#include "server/kinesis/warm_throughput.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html
struct UpdateStreamWarmThroughputInput {
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_name;
    std::optional<std::string> stream_id;
    wire::Required<std::int32_t> warm_throughput_mibps;
};

constexpr std::array input_members = {
    wire::member<&UpdateStreamWarmThroughputInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&UpdateStreamWarmThroughputInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&UpdateStreamWarmThroughputInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&UpdateStreamWarmThroughputInput::warm_throughput_mibps>("WarmThroughputMiBps",
                                                                          shapes::natural_integer),
};
constexpr wire::Shape input_shape = wire::structure_shape("UpdateStreamWarmThroughputInput", input_members);

struct UpdateStreamWarmThroughputOutput {
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_name;
    std::optional<shapes::WarmThroughput> warm_throughput;
};

constexpr std::array output_members = {
    wire::member<&UpdateStreamWarmThroughputOutput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&UpdateStreamWarmThroughputOutput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&UpdateStreamWarmThroughputOutput::warm_throughput>("WarmThroughput", shapes::warm_throughput),
};
constexpr wire::Shape output_shape = wire::structure_shape("UpdateStreamWarmThroughputOutput", output_members);

asio::awaitable<Result<UpdateStreamWarmThroughputOutput>> update_stream_warm_throughput(
    const Call& call, const UpdateStreamWarmThroughputInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const std::int32_t mibps = *input.warm_throughput_mibps;
    UpdateStreamWarmThroughputOutput output;
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        if (stream.mode != StreamMode::on_demand) return errors::provisioned_refuses(stream, call.operation);
        if (const auto checked = check_warm_throughput(call, mibps); !checked) return checked.error();
        output = {stream.arn(), stream.name,
                  shapes::WarmThroughput{mibps, static_cast<std::int32_t>(stream.open_shard_count())}};
        return ChangeKind(change::WarmThroughput{mibps});
    };
    const auto changed =
        co_await change_stream(call, *reference, call.service.settings.update_stream_warm_throughput_time, decide);
    if (!changed) co_return changed.error();
    co_return output;
}

}  // namespace

constinit const Operation update_stream_warm_throughput_operation =
    wire::operation<&update_stream_warm_throughput, input_shape, &output_shape>("UpdateStreamWarmThroughput");

}  // namespace rivulet::kinesis
