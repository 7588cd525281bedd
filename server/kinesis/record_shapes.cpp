#include "server/kinesis/record_shapes.hpp"

#include <algorithm>

#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

std::vector<shapes::ChildShard> children_of(const Stream& stream, std::uint32_t ordinal) {
    std::vector<shapes::ChildShard> children;
    for (const auto& shard : stream.shards) {
        if (shard.parent != ordinal && shard.adjacent_parent != ordinal) continue;
        std::vector<std::string> parents;
        if (shard.parent) parents.push_back(shard_id(*shard.parent));
        if (shard.adjacent_parent) parents.push_back(shard_id(*shard.adjacent_parent));
        children.push_back({shard_id(shard.ordinal), std::move(parents),
                            shapes::HashKeyRange{to_string(shard.first_hash_key), to_string(shard.last_hash_key)}});
    }
    return children;
}

std::vector<shapes::Record> show_records(const Stream& stream, const Shard& shard, std::vector<StoredRecord>&& stored) {
    const auto encryption = shown_encryption(stream);
    std::vector<shapes::Record> records;
    records.reserve(stored.size());
    for (auto& record : stored) {
        records.push_back({to_string(sequence_number_of(shard, record.position)), arrival_of(record.position),
                           wire::Blob{std::move(record.data)}, std::move(record.partition_key), encryption});
    }
    return records;
}

std::size_t bytes_of(const std::vector<StoredRecord>& records) {
    std::size_t bytes = 0;
    for (const auto& record : records) bytes += record.partition_key.size() + record.data.size();
    return bytes;
}

std::int64_t millis_behind(const ReadBatch& batch, Timestamp now) {
    if (batch.reached_tip || batch.records.empty()) return 0;
    return std::max<std::int64_t>(0, (now - arrival_of(batch.records.back().position)).count());
}

}  // namespace rivulet::kinesis
