#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
struct DeleteStreamInput {
    std::optional<std::string> stream_name;
    std::optional<bool> enforce_consumer_deletion;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DeleteStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&DeleteStreamInput::enforce_consumer_deletion>("EnforceConsumerDeletion", shapes::boolean),
    wire::member<&DeleteStreamInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&DeleteStreamInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DeleteStreamInput", input_members);

/// Consumers that are registered keep a stream, unless the caller would have them go with it.
Result<void> release_consumers(const Call& call, Catalog::Transaction& transaction, const Stream& stream,
                               bool enforce) {
    auto& consumers = call.service.store.consumers();
    const auto registered = consumers.list(consumer_key(stream.owner, stream.name, {}));
    if (!registered.empty() && !enforce) return errors::stream_has_consumers(stream);
    for (const auto& consumer : registered) {
        const std::string key = consumer_key(consumer->owner, consumer->stream, consumer->name);
        Consumer after = *consumer;
        after.status = ConsumerStatus::deleting;
        after.due.reset();
        consumers.put(transaction, key, std::move(after));
    }
    return {};
}

asio::awaitable<Result<void>> delete_stream(const Call& call, const DeleteStreamInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    auto& streams = call.service.store.streams();
    const auto deleted = co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction)
                                                                            -> Result<void> {
        const auto stream = find_stream(call, *reference);
        if (!stream) return stream.error();
        if ((*stream)->status == StreamStatus::deleting) return errors::stream_not_active(**stream);
        const bool enforce = input.enforce_consumer_deletion.value_or(false);
        if (auto released = release_consumers(call, transaction, **stream, enforce); !released) return released;
        Stream after = **stream;
        after.status = StreamStatus::deleting;
        after.pending = PendingChange{transaction.now() + call.service.settings.delete_stream_time, change::Deletion{}};
        // A stream that is going shows no shards and takes and gives no records: they can go now.
        after.shards.clear();
        streams.put(transaction, reference->key, after);
        transaction.drop_shards(after.id);
        return {};
    });
    if (!deleted) co_return deleted;
    co_return co_await call.service.lifecycle.follow(stream_key(call.owner, reference->name));
}

}  // namespace

constinit const Operation delete_stream_operation = wire::operation<&delete_stream, input_shape>("DeleteStream");

}  // namespace rivulet::kinesis
