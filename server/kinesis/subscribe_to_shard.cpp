#include <boost/asio/this_coro.hpp>

#include "server/kinesis/consumer_names.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/starting_position.hpp"
#include "server/kinesis/stream_names.hpp"
#include "server/kinesis/subscription.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

struct StartingPosition {
    wire::Required<std::string> type;
    std::optional<std::string> sequence_number;
    std::optional<Timestamp> timestamp;
};

constexpr std::array starting_position_members = {
    wire::member<&StartingPosition::type>("Type", shapes::shard_iterator_type),
    wire::member<&StartingPosition::sequence_number>("SequenceNumber", shapes::sequence_number),
    wire::member<&StartingPosition::timestamp>("Timestamp", shapes::timestamp),
};
constexpr wire::Shape starting_position_shape = wire::structure_shape("StartingPosition", starting_position_members);

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
struct SubscribeToShardInput {
    wire::Required<std::string> consumer_arn;
    std::optional<std::string> stream_id;
    wire::Required<std::string> shard_id;
    wire::Required<StartingPosition> starting_position;
};

constexpr std::array input_members = {
    wire::member<&SubscribeToShardInput::consumer_arn>("ConsumerARN", shapes::consumer_arn),
    wire::member<&SubscribeToShardInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&SubscribeToShardInput::shard_id>("ShardId", shapes::shard_id),
    wire::member<&SubscribeToShardInput::starting_position>("StartingPosition", starting_position_shape),
};
constexpr wire::Shape input_shape = wire::structure_shape("SubscribeToShardInput", input_members);

using Subscribed = Result<std::unique_ptr<wire::EventSource>>;

asio::awaitable<Subscribed> subscribe_to_shard(const Call& call, const SubscribeToShardInput& input) {
    if (input.stream_id) co_return errors::stream_id_unsupported();
    const auto consumer = find_consumer(call, *input.consumer_arn);
    if (!consumer) co_return consumer.error();
    if ((*consumer)->status != ConsumerStatus::active) co_return errors::subscriber_not_active(**consumer);
    const std::string& stream_name = (*consumer)->stream;
    const auto stream = find_stream(call, StreamReference{stream_key(call.owner, stream_name), stream_name});
    if (!stream) co_return stream.error();
    const auto shard = find_shard(**stream, *input.shard_id);
    if (!shard) co_return shard.error();
    const StartingPoint point{*input.starting_position->type, input.starting_position->sequence_number,
                              input.starting_position->timestamp};
    const auto from = starting_position(call, **stream, **shard, point);
    if (!from) co_return from.error();

    Waiter waiter(co_await asio::this_coro::executor);
    auto place = call.service.subscriptions.take({(*consumer)->id, (*shard)->ordinal}, waiter.waker());
    if (!place) co_return errors::subscription_exists(**consumer, (*shard)->ordinal);
    co_return std::make_unique<Subscription>(call.service, *consumer, *stream, **shard, *from, std::move(place),
                                             std::move(waiter));
}

}  // namespace

constinit const Operation subscribe_to_shard_operation =
    wire::event_stream_operation<&subscribe_to_shard, input_shape>("SubscribeToShard");

}  // namespace rivulet::kinesis
