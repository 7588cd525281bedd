#include <algorithm>

#include "server/kinesis/billing_commitment.hpp"
#include "server/kinesis/consumer_shapes.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
struct RegisterStreamConsumerInput {
    wire::Required<std::string> stream_arn;
    wire::Required<std::string> consumer_name;
    std::optional<std::string> stream_id;
    std::optional<wire::StringMap> tags;
};

constexpr std::array input_members = {
    wire::member<&RegisterStreamConsumerInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&RegisterStreamConsumerInput::consumer_name>("ConsumerName", shapes::consumer_name),
    wire::member<&RegisterStreamConsumerInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&RegisterStreamConsumerInput::tags>("Tags", shapes::tag_map),
};
constexpr wire::Shape input_shape = wire::structure_shape("RegisterStreamConsumerInput", input_members);

struct RegisterStreamConsumerOutput {
    wire::Required<shapes::Consumer> consumer;
};

constexpr std::array output_members = {
    wire::member<&RegisterStreamConsumerOutput::consumer>("Consumer", shapes::consumer),
};
constexpr wire::Shape output_shape = wire::structure_shape("RegisterStreamConsumerOutput", output_members);

/// A consumer can be registered while its stream takes records.
Result<void> check_stream(const Stream& stream) {
    const bool ready = stream.status == StreamStatus::active || stream.status == StreamStatus::updating;
    return ready ? Result<void>() : errors::stream_not_active(stream);
}

/// An on-demand stream of an account with the billing commitment is what the documentation calls On-demand Advantage.
std::size_t most_consumers(const Call& call, const Stream& stream) {
    const bool advantage = stream.mode == StreamMode::on_demand && is_committed(call);
    return advantage ? limits::max_consumers_per_advantage_stream : limits::max_consumers_per_stream;
}

Result<void> check_limits(const Call& call, const Stream& stream) {
    const auto& consumers = call.service.store.consumers();
    const std::size_t most = most_consumers(call, stream);
    if (consumers.list(consumer_key(call.owner, stream.name, {})).size() >= most) {
        return errors::consumer_limit(stream, most);
    }
    const auto creating = std::ranges::count_if(consumers.list(stream_key(call.owner, {})), [](const auto& consumer) {
        return consumer->status == ConsumerStatus::creating;
    });
    if (static_cast<std::size_t>(creating) < limits::max_creating_consumers) return {};
    return errors::creating_consumer_limit(call.owner, limits::max_creating_consumers);
}

Result<Consumer> new_consumer(const Call& call, const RegisterStreamConsumerInput& input, const Stream& stream,
                              Catalog::Transaction& transaction) {
    Consumer consumer;
    consumer.id = transaction.next_id();
    consumer.owner = call.owner;
    consumer.stream = stream.name;
    consumer.name = *input.consumer_name;
    consumer.created = std::chrono::floor<std::chrono::seconds>(transaction.now());
    consumer.due = transaction.now() + call.service.settings.create_consumer_time;
    if (input.tags) {
        if (const auto added = add_tags(consumer.tags, *input.tags, described(consumer)); !added) return added.error();
    }
    return consumer;
}

asio::awaitable<Result<RegisterStreamConsumerOutput>> register_stream_consumer(
    const Call& call, const RegisterStreamConsumerInput& input) {
    const auto reference = resolve_stream(call, std::nullopt, *input.stream_arn, input.stream_id);
    if (!reference) co_return reference.error();
    const std::string key = consumer_key(call.owner, reference->name, *input.consumer_name);
    RegisterStreamConsumerOutput output;
    const auto registered =
        co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            const auto stream = find_stream(call, *reference);
            if (!stream) return stream.error();
            auto& consumers = call.service.store.consumers();
            if (consumers.find(key)) {
                return errors::consumer_exists(*input.consumer_name, (*stream)->name, call.owner.account);
            }
            if (auto ready = check_stream(**stream); !ready) return ready;
            if (auto allowed = check_limits(call, **stream); !allowed) return allowed;
            auto consumer = new_consumer(call, input, **stream, transaction);
            if (!consumer) return consumer.error();
            output.consumer = shapes::show_consumer(*consumer);
            consumers.put(transaction, key, std::move(*consumer));
            return {};
        });
    if (!registered) co_return registered.error();
    if (auto followed = co_await call.service.consumer_lifecycle.follow(key); !followed) co_return followed.error();
    co_return output;
}

}  // namespace

constinit const Operation register_stream_consumer_operation =
    wire::operation<&register_stream_consumer, input_shape, &output_shape>("RegisterStreamConsumer");

}  // namespace rivulet::kinesis
