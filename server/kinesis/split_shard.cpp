#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/shard_quota.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
struct SplitShardInput {
    std::optional<std::string> stream_name;
    wire::Required<std::string> shard_to_split;
    wire::Required<std::string> new_starting_hash_key;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&SplitShardInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&SplitShardInput::shard_to_split>("ShardToSplit", shapes::shard_id),
    wire::member<&SplitShardInput::new_starting_hash_key>("NewStartingHashKey", shapes::hash_key),
    wire::member<&SplitShardInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&SplitShardInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("SplitShardInput", input_members);

/// The service wants a lower child of two keys at least.
bool divides(uint128 key, const Shard& shard) {
    return key > shard.first_hash_key && key - shard.first_hash_key > 1 && key < shard.last_hash_key;
}

asio::awaitable<Result<void>> split_shard(const Call& call, const SplitShardInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const DecideChange decide = [&](const Stream& stream) -> Result<ChangeKind> {
        if (stream.mode == StreamMode::on_demand) return errors::on_demand_refuses(stream, "SplitShard");
        const auto shard = find_shard_to_reshard(stream, *input.shard_to_split);
        if (!shard) return shard.error();
        if (const auto allowed = check_shard_quota(call, 1); !allowed) return allowed.error();
        const auto key = parse_uint128(*input.new_starting_hash_key);
        if (!key || !divides(*key, **shard)) {
            return errors::new_starting_hash_key_invalid(stream, **shard, *input.new_starting_hash_key);
        }
        return ChangeKind(change::Split{(*shard)->ordinal, *key});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.split_shard_time, decide);
}

}  // namespace

constinit const Operation split_shard_operation = wire::operation<&split_shard, input_shape>("SplitShard");

}  // namespace rivulet::kinesis
