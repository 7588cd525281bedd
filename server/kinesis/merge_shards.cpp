#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
struct MergeShardsInput {
    std::optional<std::string> stream_name;
    wire::Required<std::string> shard_to_merge;
    wire::Required<std::string> adjacent_shard_to_merge;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&MergeShardsInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&MergeShardsInput::shard_to_merge>("ShardToMerge", shapes::shard_id),
    wire::member<&MergeShardsInput::adjacent_shard_to_merge>("AdjacentShardToMerge", shapes::shard_id),
    wire::member<&MergeShardsInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&MergeShardsInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("MergeShardsInput", input_members);

/// Whether both ranges together have no gap; which of them is the lower does not matter.
bool are_adjacent(const Shard& one, const Shard& other) {
    const auto follows = [](const Shard& lower, const Shard& upper) {
        return lower.last_hash_key != max_uint128 && lower.last_hash_key + 1 == upper.first_hash_key;
    };
    return follows(one, other) || follows(other, one);
}

asio::awaitable<Result<void>> merge_shards(const Call& call, const MergeShardsInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const DecideChange decide = [&](const Stream& stream) -> Result<ChangeKind> {
        if (stream.mode == StreamMode::on_demand) return errors::on_demand_refuses(stream, "MergeShards");
        const auto shard = find_shard_to_reshard(stream, *input.shard_to_merge);
        if (!shard) return shard.error();
        const auto adjacent = find_shard_to_reshard(stream, *input.adjacent_shard_to_merge);
        if (!adjacent) return adjacent.error();
        if (!are_adjacent(**shard, **adjacent)) return errors::shards_not_adjacent(stream, **shard, **adjacent);
        return ChangeKind(change::Merge{(*shard)->ordinal, (*adjacent)->ordinal});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.merge_shards_time, decide);
}

}  // namespace

constinit const Operation merge_shards_operation = wire::operation<&merge_shards, input_shape>("MergeShards");

}  // namespace rivulet::kinesis
