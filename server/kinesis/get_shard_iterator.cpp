#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/shard_iterator.hpp"
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

Result<Position> position_of_sequence_number(const Stream& stream, const Shard& shard, const std::string& given,
                                             bool after) {
    const auto number = parse_sequence_number(given);
    if (!number) return errors::sequence_number_invalid(stream, shard.ordinal, given);
    if (number->shard != shard.ordinal) return errors::sequence_number_of_other_shard(number->shard, shard.ordinal);
    if (number->shard_created != shard.created) {
        return errors::sequence_number_of_other_stream(stream, shard.ordinal, given);
    }
    return std::min<Position>(number->counter + (after ? 1 : 0), end_position);
}

Result<Position> starting_position(const Call& call, const GetShardIteratorInput& input, const Stream& stream,
                                   const Shard& shard) {
    const std::string& type = *input.shard_iterator_type;
    if (type == "TRIM_HORIZON") return Position{0};
    if (type == "LATEST") return call.service.store.log().tip({stream.id, shard.ordinal});
    if (type == "AT_TIMESTAMP") return position_at(*input.timestamp);
    return position_of_sequence_number(stream, shard, *input.starting_sequence_number, type == "AFTER_SEQUENCE_NUMBER");
}

/// Which parameters go with which type of iterator.
Result<void> check_parameters(const GetShardIteratorInput& input, Timestamp now) {
    const std::string& type = *input.shard_iterator_type;
    if (type == "AT_TIMESTAMP") {
        if (!input.timestamp) return errors::timestamp_missing();
        if (*input.timestamp > now) return errors::timestamp_in_future(*input.timestamp, now);
        return {};
    }
    const bool wants_number = type == "AT_SEQUENCE_NUMBER" || type == "AFTER_SEQUENCE_NUMBER";
    const bool has_number = input.starting_sequence_number.has_value();
    if (wants_number != has_number) return errors::sequence_number_and_type(type, has_number);
    return {};
}

asio::awaitable<Result<GetShardIteratorOutput>> get_shard_iterator(const Call& call,
                                                                   const GetShardIteratorInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) co_return stream.error();
    const auto shard = find_shard(**stream, *input.shard_id);
    if (!shard) co_return shard.error();
    if (auto fit = check_parameters(input, call.service.clock.now()); !fit) co_return fit.error();
    const auto position = starting_position(call, input, **stream, **shard);
    if (!position) co_return position.error();
    co_return GetShardIteratorOutput{make_shard_iterator(call, **stream, (*shard)->ordinal, *position)};
}

}  // namespace

constinit const Operation get_shard_iterator_operation =
    wire::operation<&get_shard_iterator, input_shape, &output_shape>("GetShardIterator");

}  // namespace rivulet::kinesis
