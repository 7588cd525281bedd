#include "server/kinesis/put.hpp"

#include "common/hashing.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

Result<uint128> hash_key_for(std::string_view partition_key, const std::optional<std::string>& explicit_hash_key) {
    if (!explicit_hash_key) return hash_key_of(partition_key);
    const auto given = parse_uint128(*explicit_hash_key);
    if (!given) return errors::explicit_hash_key_out_of_range(*explicit_hash_key);
    return *given;
}

asio::awaitable<Result<std::vector<Put>>> put(const Call& call, std::shared_ptr<const Stream> stream,
                                              const std::vector<PutEntry>& entries) {
    std::vector<Put> placed(entries.size());
    std::vector<std::size_t> waiting(entries.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;

    while (true) {
        std::vector<NewRecord> records;
        std::vector<const Shard*> shards;
        records.reserve(waiting.size());
        for (const std::size_t i : waiting) {
            const Shard* const shard = stream->shard_for(entries[i].hash_key);
            if (!shard) co_return errors::stream_not_found(stream->name, call.owner.account);
            shards.push_back(shard);
            records.push_back({{stream->id, shard->ordinal}, entries[i].partition_key, entries[i].data});
        }
        const auto positions = co_await call.service.store.log().append(records);
        if (!positions) co_return positions.error();
        std::vector<std::size_t> refused;
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (const auto position = (*positions)[i]) {
                placed[waiting[i]] = {shards[i]->ordinal, sequence_number_of(*shards[i], *position)};
            } else {
                refused.push_back(waiting[i]);
            }
        }
        if (refused.empty()) co_return placed;
        // A reshard came between the look-up and the commit: the catalog has its outcome by now.
        waiting = std::move(refused);
        auto now = call.service.store.streams().find(stream_key(stream->owner, stream->name));
        if (!now || now->id != stream->id) co_return errors::stream_not_found(stream->name, call.owner.account);
        stream = std::move(now);
    }
}

}  // namespace rivulet::kinesis
