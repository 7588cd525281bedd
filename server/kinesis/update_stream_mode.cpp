#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/recent_changes.hpp"
#include "server/kinesis/shard_quota.hpp"
#include "server/kinesis/stream_change.hpp"
#include "server/kinesis/warm_throughput.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
struct UpdateStreamModeInput {
    wire::Required<std::string> stream_arn;
    std::optional<std::string> stream_id;
    wire::Required<shapes::StreamModeDetails> stream_mode_details;
    std::optional<std::int32_t> warm_throughput_mibps;
};

constexpr std::array input_members = {
    wire::member<&UpdateStreamModeInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&UpdateStreamModeInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&UpdateStreamModeInput::stream_mode_details>("StreamModeDetails", shapes::stream_mode_details),
    wire::member<&UpdateStreamModeInput::warm_throughput_mibps>("WarmThroughputMiBps", shapes::natural_integer),
};
constexpr wire::Shape input_shape = wire::structure_shape("UpdateStreamModeInput", input_members);

/// The stream keeps the shards that it has, in either direction
/// (https://docs.aws.amazon.com/streams/latest/dev/switchmodes.html).
Result<void> check(const Call& call, Stream& stream, StreamMode mode, std::optional<std::int32_t> mibps) {
    if (mibps && (mode != StreamMode::on_demand || stream.mode == mode))
        return errors::warm_throughput_without_switch();
    if (mibps) {
        if (auto checked = check_warm_throughput(call, *mibps); !checked) return checked;
    }
    const bool enforce = call.service.settings.limits == LimitsMode::enforce;
    if (count_recent(stream.mode_switches, call.service.clock.now()) > limits::mode_switches_per_day && enforce) {
        return errors::changes_too_often(stream, call.operation, limits::mode_switches_per_day);
    }
    if (mode == StreamMode::on_demand) return check_on_demand_quota(call);
    return check_shard_quota(call, static_cast<std::int64_t>(stream.open_shard_count()));
}

asio::awaitable<Result<void>> update_stream_mode(const Call& call, const UpdateStreamModeInput& input) {
    const auto reference = resolve_stream(call, std::nullopt, *input.stream_arn, input.stream_id);
    if (!reference) co_return reference.error();
    const bool on_demand = *input.stream_mode_details->stream_mode == "ON_DEMAND";
    const StreamMode mode = on_demand ? StreamMode::on_demand : StreamMode::provisioned;
    const auto stream_now = find_stream(call, *reference);
    if (!stream_now) co_return stream_now.error();
    const bool has_it = (*stream_now)->mode == mode && (*stream_now)->status == StreamStatus::active;
    // Infrastructure tools ask for the mode that a stream has: that is no change, and none of the two a day.
    if (has_it && !input.warm_throughput_mibps) co_return Result<void>();
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        if (const auto checked = check(call, stream, mode, input.warm_throughput_mibps); !checked) {
            return checked.error();
        }
        return ChangeKind(change::Mode{mode, input.warm_throughput_mibps.value_or(0)});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.update_stream_mode_time, decide);
}

}  // namespace

constinit const Operation update_stream_mode_operation =
    wire::operation<&update_stream_mode, input_shape>("UpdateStreamMode");

}  // namespace rivulet::kinesis
