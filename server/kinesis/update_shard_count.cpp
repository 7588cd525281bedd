#include <algorithm>

#include "common/limits.hpp"
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

constexpr std::chrono::hours day{24};

/// The stream's scalings of the last 24 hours against how many there may be.
Result<void> check_scalings(const Call& call, const Stream& stream) {
    const auto& settings = call.service.settings;
    if (!settings.scalings_per_day && settings.limits == LimitsMode::off) return {};
    const std::size_t most = settings.scalings_per_day.value_or(limits::scalings_per_day);
    const Timestamp now = call.service.clock.now();
    const auto recent = std::ranges::count_if(stream.scalings, [now](Timestamp at) { return at + day > now; });
    return static_cast<std::size_t>(recent) < most ? Result<void>() : errors::scales_too_often(stream, most);
}

Result<void> check(const Call& call, const Stream& stream, std::int32_t target) {
    if (stream.mode == StreamMode::on_demand) return errors::on_demand_refuses(stream, "UpdateShardCount");
    const std::size_t current = stream.open_shard_count();
    const auto wanted = static_cast<std::size_t>(target);
    if (auto allowed = check_scalings(call, stream); !allowed) return allowed;
    if (wanted > current * 2) return errors::scales_over_double(current, target);
    if (wanted * 2 < current) return errors::scales_below_half(current, target);
    if (target > limits::max_shards_per_stream) {
        return wanted > current ? errors::scales_over(current, target, limits::max_shards_per_stream)
                                : errors::stays_over(current, target, limits::max_shards_per_stream);
    }
    return wanted > current ? check_shard_quota(call, static_cast<std::int64_t>(wanted - current)) : Result<void>();
}

asio::awaitable<Result<UpdateShardCountOutput>> update_shard_count(const Call& call,
                                                                   const UpdateShardCountInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const std::int32_t target = *input.target_shard_count;
    UpdateShardCountOutput output;
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        if (const auto allowed = check(call, stream, target); !allowed) return allowed.error();
        output = {stream.name, static_cast<std::int32_t>(stream.open_shard_count()), target, stream.arn()};
        const Timestamp now = call.service.clock.now();
        std::erase_if(stream.scalings, [now](Timestamp at) { return at + day <= now; });
        stream.scalings.push_back(now);
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
