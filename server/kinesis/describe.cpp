#include "server/kinesis/describe.hpp"

namespace rivulet::kinesis {

shapes::ShardDescription describe_shard(const Shard& shard) {
    shapes::ShardDescription description;
    description.shard_id = shard_id(shard.ordinal);
    if (shard.parent) description.parent_shard_id = shard_id(*shard.parent);
    if (shard.adjacent_parent) description.adjacent_parent_shard_id = shard_id(*shard.adjacent_parent);
    description.hash_key_range = shapes::HashKeyRange{to_string(shard.first_hash_key), to_string(shard.last_hash_key)};
    shapes::SequenceNumberRange range;
    range.starting_sequence_number = to_string(first_sequence_number(shard));
    if (!shard.is_open()) range.ending_sequence_number = to_string(last_sequence_number(shard));
    description.sequence_number_range = range;
    return description;
}

}  // namespace rivulet::kinesis
