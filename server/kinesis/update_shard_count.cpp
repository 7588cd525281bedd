#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/shard_quota.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
struct UpdateShardCountInput {
    std::optional<std::string> stream_name;
    wire::Required<std::int32_t> target_shard_count;
    wire::Required<std::string> scaling_type;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&UpdateShardCountInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&UpdateShardCountInput::target_shard_count>("TargetShardCount", shapes::positive_integer),
    wire::member<&UpdateShardCountInput::scaling_type>("ScalingType", shapes::scaling_type),
    wire::member<&UpdateShardCountInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&UpdateShardCountInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("UpdateShardCountInput", input_members);

struct UpdateShardCountOutput {
    std::optional<std::string> stream_name;
    std::optional<std::int32_t> current_shard_count;
    std::optional<std::int32_t> target_shard_count;
    std::optional<std::string> stream_arn;
};

constexpr std::array output_members = {
    wire::member<&UpdateShardCountOutput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&UpdateShardCountOutput::current_shard_count>("CurrentShardCount", shapes::positive_integer),
    wire::member<&UpdateShardCountOutput::target_shard_count>("TargetShardCount", shapes::positive_integer),
    wire::member<&UpdateShardCountOutput::stream_arn>("StreamARN", shapes::stream_arn),
};
constexpr wire::Shape output_shape = wire::structure_shape("UpdateShardCountOutput", output_members);

Result<void> check(const Call& call, const Stream& stream, std::int32_t target) {
    if (stream.mode == StreamMode::on_demand) return errors::on_demand_refuses(stream, "UpdateShardCount");
    const std::size_t current = stream.open_shard_count();
    const auto wanted = static_cast<std::size_t>(target);
    if (wanted > current * 2) return errors::scales_over_double(current, target);
    if (wanted * 2 < current) return errors::scales_below_half(current, target);
    return wanted > current ? check_shard_quota(call, static_cast<std::int64_t>(wanted - current)) : Result<void>();
}

asio::awaitable<Result<UpdateShardCountOutput>> update_shard_count(const Call& call,
                                                                   const UpdateShardCountInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const std::int32_t target = *input.target_shard_count;
    UpdateShardCountOutput output;
    const DecideChange decide = [&](const Stream& stream) -> Result<ChangeKind> {
        if (const auto allowed = check(call, stream, target); !allowed) return allowed.error();
        output = {stream.name, static_cast<std::int32_t>(stream.open_shard_count()), target, stream.arn()};
        return ChangeKind(change::Scaling{target});
    };
    const auto changed =
        co_await change_stream(call, *reference, call.service.settings.update_shard_count_time, decide);
    if (!changed) co_return changed.error();
    co_return output;
}

}  // namespace

constinit const Operation update_shard_count_operation =
    wire::operation<&update_shard_count, input_shape, &output_shape>("UpdateShardCount");

}  // namespace rivulet::kinesis
