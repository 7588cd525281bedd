#include "server/kinesis/put.hpp"

#include "common/hashing.hpp"
#include "server/kinesis/on_demand_scaling.hpp"
#include "server/kinesis/throttle.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

Result<uint128> hash_key_for(std::string_view partition_key, const std::optional<std::string>& explicit_hash_key) {
    if (!explicit_hash_key) return hash_key_of(partition_key);
    const auto given = parse_uint128(*explicit_hash_key);
    if (!given) return errors::explicit_hash_key_out_of_range(*explicit_hash_key);
    return *given;
}

namespace {

std::size_t bytes_of(const PutEntry& entry) {
    return entry.data.size() + entry.partition_key.size();
}

/// Marks the entries that their shards have no room for, and returns the others.
Result<std::vector<std::size_t>> admitted(Throttle& throttle, const Stream& stream,
                                          const std::vector<PutEntry>& entries, std::vector<Put>& placed) {
    std::vector<std::size_t> let_in;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Shard* const shard = stream.shard_for(entries[i].hash_key);
        if (!shard) return errors::stream_not_found(stream.name, stream.owner.account);
        if (throttle.admit_record({stream.id, shard->ordinal}, bytes_of(entries[i]))) {
            let_in.push_back(i);
        } else {
            placed[i] = {shard->ordinal, {}, true};
        }
    }
    return let_in;
}

void count_traffic(const Call& call, const Stream& stream, const std::vector<PutEntry>& entries,
                   const std::vector<Put>& placed) {
    if (stream.mode != StreamMode::on_demand || call.service.on_demand == nullptr) return;
    std::size_t records = 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (placed[i].throttled) continue;
        ++records;
        bytes += bytes_of(entries[i]);
    }
    call.service.on_demand->count(stream.id, records, bytes);
}

}  // namespace

asio::awaitable<Result<std::vector<Put>>> put(const Call& call, std::shared_ptr<const Stream> stream,
                                              const std::vector<PutEntry>& entries) {
    std::vector<Put> placed(entries.size());
    std::vector<std::size_t> waiting(entries.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
    if (call.service.throttle != nullptr) {
        auto let_in = admitted(*call.service.throttle, *stream, entries, placed);
        if (!let_in) co_return let_in.error();
        waiting = std::move(*let_in);
    }

    while (!waiting.empty()) {
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
        waiting = std::move(refused);
        if (waiting.empty()) break;
        // A reshard came between the look-up and the commit: the catalog has its outcome by now.
        auto now = call.service.store.streams().find(stream_key(stream->owner, stream->name));
        if (!now || now->id != stream->id) co_return errors::stream_not_found(stream->name, call.owner.account);
        stream = std::move(now);
    }
    count_traffic(call, *stream, entries, placed);
    co_return placed;
}

}  // namespace rivulet::kinesis
