#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/shard_iterator.hpp"
#include "server/kinesis/starting_position.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
struct GetShardIteratorInput {
    std::optional<std::string> stream_name;
    wire::Required<std::string> shard_id;
    wire::Required<std::string> shard_iterator_type;
    std::optional<std::string> starting_sequence_number;
    std::optional<Timestamp> timestamp;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&GetShardIteratorInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&GetShardIteratorInput::shard_id>("ShardId", shapes::shard_id),
    wire::member<&GetShardIteratorInput::shard_iterator_type>("ShardIteratorType", shapes::shard_iterator_type),
    wire::member<&GetShardIteratorInput::starting_sequence_number>("StartingSequenceNumber", shapes::sequence_number),
    wire::member<&GetShardIteratorInput::timestamp>("Timestamp", shapes::timestamp),
    wire::member<&GetShardIteratorInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&GetShardIteratorInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("GetShardIteratorInput", input_members);

struct GetShardIteratorOutput {
    std::optional<std::string> shard_iterator;
};

constexpr std::array output_members = {
    wire::member<&GetShardIteratorOutput::shard_iterator>("ShardIterator", shapes::shard_iterator),
};
constexpr wire::Shape output_shape = wire::structure_shape("GetShardIteratorOutput", output_members);

asio::awaitable<Result<GetShardIteratorOutput>> get_shard_iterator(const Call& call,
                                                                   const GetShardIteratorInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) co_return stream.error();
    const auto shard = find_shard(**stream, *input.shard_id);
    if (!shard) co_return shard.error();
    const StartingPoint point{*input.shard_iterator_type, input.starting_sequence_number, input.timestamp};
    const auto position = starting_position(call, **stream, **shard, point);
    if (!position) co_return position.error();
    co_return GetShardIteratorOutput{make_shard_iterator(call, **stream, (*shard)->ordinal, *position)};
}

}  // namespace

constinit const Operation get_shard_iterator_operation =
    wire::operation<&get_shard_iterator, input_shape, &output_shape>("GetShardIterator");

}  // namespace rivulet::kinesis
