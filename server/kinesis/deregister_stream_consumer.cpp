#include "server/kinesis/consumer_names.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html
struct DeregisterStreamConsumerInput {
    std::optional<std::string> stream_arn;
    std::optional<std::string> consumer_name;
    std::optional<std::string> consumer_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DeregisterStreamConsumerInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&DeregisterStreamConsumerInput::consumer_name>("ConsumerName", shapes::consumer_name),
    wire::member<&DeregisterStreamConsumerInput::consumer_arn>("ConsumerARN", shapes::consumer_arn),
    wire::member<&DeregisterStreamConsumerInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DeregisterStreamConsumerInput", input_members);

asio::awaitable<Result<void>> deregister_stream_consumer(const Call& call, const DeregisterStreamConsumerInput& input) {
    std::string key;
    std::uint64_t id = 0;
    const auto deregistered =
        co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            const auto consumer =
                find_consumer(call, input.stream_arn, input.consumer_name, input.consumer_arn, input.stream_id);
            if (!consumer) return consumer.error();
            // One that is going already goes in its time.
            if ((*consumer)->status == ConsumerStatus::deleting) return {};
            key = consumer_key((*consumer)->owner, (*consumer)->stream, (*consumer)->name);
            id = (*consumer)->id;
            Consumer after = **consumer;
            after.status = ConsumerStatus::deleting;
            after.due = transaction.now() + call.service.settings.delete_consumer_time;
            call.service.store.consumers().put(transaction, key, std::move(after));
            return {};
        });
    if (!deregistered || key.empty()) co_return deregistered;
    call.service.subscriptions.wake(id);
    co_return co_await call.service.consumer_lifecycle.follow(key);
}

}  // namespace

constinit const Operation deregister_stream_consumer_operation =
    wire::operation<&deregister_stream_consumer, input_shape>("DeregisterStreamConsumer");

}  // namespace rivulet::kinesis
