#include "server/kinesis/stream_lifecycle.hpp"

#include "server/kinesis/reshard.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace {

void complete(Store& store, Catalog::Transaction& transaction, const std::string& key) {
    const auto stream = store.streams().find(key);
    const auto after = after_change(*stream, transaction.now());
    if (!after) {
        store.streams().erase(transaction, key);
        for (const auto& consumer : store.consumers().list(consumer_key(stream->owner, stream->name, {}))) {
            store.consumers().erase(transaction, consumer_key(consumer->owner, consumer->stream, consumer->name));
        }
        return;
    }
    // The catalog first: whoever sees a shard closed finds its children.
    store.streams().put(transaction, key, *after);
    apply_to_log(transaction, *stream, *after);
}

}  // namespace

Lifecycle::Kind stream_lifecycle(Store& store) {
    return {.name = "stream",
            .keys =
                [&store] {
                    std::vector<std::string> keys;
                    for (const auto& stream : store.streams().list({})) {
                        keys.push_back(stream_key(stream->owner, stream->name));
                    }
                    return keys;
                },
            .due = [&store](const std::string& key) -> std::optional<Timestamp> {
                const auto stream = store.streams().find(key);
                if (!stream || !stream->pending) return std::nullopt;
                return stream->pending->due;
            },
            .complete = [&store](Catalog::Transaction& transaction,
                                 const std::string& key) { complete(store, transaction, key); }};
}

}  // namespace rivulet::kinesis
