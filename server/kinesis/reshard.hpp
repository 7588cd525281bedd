#pragma once

#include <cstdint>

#include "storage/stream.hpp"

/// Changes of a stream's shards, on its description alone. A shard is closed at `now`, and the shards that take its
/// place are created one second after, as the service does. All times are seconds since the epoch.
namespace rivulet::kinesis {

/// Adds `count` shards that divide the whole hash key space evenly; the last takes the remainder.
void create_shards(Stream& stream, std::int32_t count, std::int64_t now);

/// Closes the open shard `ordinal` and adds its two children; the second begins at `new_starting_hash_key`, which must
/// be inside the shard's range and not its first key.
void split_shard(Stream& stream, std::uint32_t ordinal, uint128 new_starting_hash_key, std::int64_t now);

/// Closes two open shards whose ranges touch and adds the one that covers both.
void merge_shards(Stream& stream, std::uint32_t ordinal, std::uint32_t adjacent_ordinal, std::int64_t now);

/// Splits and merges until `count` open shards divide the hash key space evenly. A shard that has its range already
/// stays as it is; others pass through short-lived shards where one step does not do
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html).
void scale_uniformly(Stream& stream, std::int32_t count, std::int64_t now);

/// Makes the log follow a change of shards: those that are new take records, those that were closed take no more.
void apply_to_log(Catalog::Transaction& transaction, const Stream& before, const Stream& after);

}  // namespace rivulet::kinesis
