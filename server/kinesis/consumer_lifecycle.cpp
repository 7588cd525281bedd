#include "server/kinesis/consumer_lifecycle.hpp"

namespace rivulet::kinesis {

namespace {

void complete(Table<Consumer>& consumers, Catalog::Transaction& transaction, const std::string& key) {
    Consumer consumer = *consumers.find(key);
    if (consumer.status == ConsumerStatus::deleting) {
        consumers.erase(transaction, key);
        return;
    }
    consumer.status = ConsumerStatus::active;
    consumer.due.reset();
    consumers.put(transaction, key, std::move(consumer));
}

}  // namespace

Lifecycle::Kind consumer_lifecycle(Store& store) {
    auto& consumers = store.consumers();
    return {.name = "consumer",
            .keys =
                [&consumers] {
                    std::vector<std::string> keys;
                    for (const auto& consumer : consumers.list({})) {
                        keys.push_back(consumer_key(consumer->owner, consumer->stream, consumer->name));
                    }
                    return keys;
                },
            .due =
                [&consumers](const std::string& key) {
                    const auto consumer = consumers.find(key);
                    return consumer ? consumer->due : std::nullopt;
                },
            .complete = [&consumers](Catalog::Transaction& transaction,
                                     const std::string& key) { complete(consumers, transaction, key); }};
}

}  // namespace rivulet::kinesis
