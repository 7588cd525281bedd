#pragma once

#include <vector>

#include "server/kinesis/shapes.hpp"
#include "storage/stream.hpp"

/// Records and the children of a shard, as GetRecords and SubscribeToShard show them.
namespace rivulet::kinesis::shapes {

struct Record {
    Required<std::string> sequence_number;
    std::optional<Timestamp> approximate_arrival_timestamp;
    Required<Blob> data;
    Required<std::string> partition_key;
    std::optional<std::string> encryption_type;
};
inline constexpr std::array record_members = {
    member<&Record::sequence_number>("SequenceNumber", shapes::sequence_number),
    member<&Record::approximate_arrival_timestamp>("ApproximateArrivalTimestamp", timestamp),
    member<&Record::data>("Data", shapes::data), member<&Record::partition_key>("PartitionKey", shapes::partition_key),
    member<&Record::encryption_type>("EncryptionType", shapes::encryption_type)};
inline constexpr Shape record = structure_shape("Record", record_members);
inline constexpr Shape record_list = list_shape<Record>(record);

struct ChildShard {
    Required<std::string> shard_id;
    Required<std::vector<std::string>> parent_shards;
    Required<HashKeyRange> hash_key_range;
};
inline constexpr Shape shard_id_list = list_shape<std::string>(shapes::shard_id);
inline constexpr std::array child_shard_members = {
    member<&ChildShard::shard_id>("ShardId", shapes::shard_id),
    member<&ChildShard::parent_shards>("ParentShards", shard_id_list),
    member<&ChildShard::hash_key_range>("HashKeyRange", shapes::hash_key_range)};
inline constexpr Shape child_shard = structure_shape("ChildShard", child_shard_members);
inline constexpr Shape child_shard_list = list_shape<ChildShard>(child_shard);

}  // namespace rivulet::kinesis::shapes

namespace rivulet::kinesis {

/// The shards that took a closed shard's place.
std::vector<shapes::ChildShard> children_of(const Stream& stream, std::uint32_t ordinal);

/// Records of a stream's shard.
std::vector<shapes::Record> show_records(const Stream& stream, const Shard& shard, std::vector<StoredRecord>&& stored);

/// The bytes of records as rates count them: data and partition keys.
std::size_t bytes_of(const std::vector<StoredRecord>& records);

/// How long before `now` the last record of a batch arrived; 0 for a reader that has caught up.
std::int64_t millis_behind(const ReadBatch& batch, Timestamp now);

}  // namespace rivulet::kinesis
