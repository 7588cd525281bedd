#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/kinesis/service.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// Where in a shard a reader wants to begin, as GetShardIterator and SubscribeToShard take it.
struct StartingPoint {
    const std::string& type;  ///< one of `shapes::shard_iterator_types`
    const std::optional<std::string>& sequence_number;
    const std::optional<Timestamp>& timestamp;
};

/// The position that a starting point means.
/// Errors: invalid_argument for a sequence number or time that is missing, not wanted, of another shard or stream, or
/// in the future.
Result<Position> starting_position(const Call& call, const Stream& stream, const Shard& shard,
                                   const StartingPoint& point);

}  // namespace rivulet::kinesis
