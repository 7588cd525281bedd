#pragma once

#include <string>
#include <string_view>

#include "server/kinesis/service.hpp"
#include "storage/record_log.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// What a shard iterator says: where a reader goes on.
struct ShardIterator {
    std::string stream_name;
    std::uint64_t stream_id = 0;
    std::uint32_t shard = 0;
    Position position = 0;
};

/// An iterator for the caller, valid from now for 300 seconds.
std::string make_shard_iterator(const Call& call, const Stream& stream, std::uint32_t shard, Position position);

/// Errors: invalid_argument for one that is altered, made up, or another caller's; expired_iterator.
Result<ShardIterator> read_shard_iterator(const Call& call, std::string_view text);

}  // namespace rivulet::kinesis
