#pragma once

#include "server/kinesis/service.hpp"

namespace rivulet::kinesis {

/// Refuses what would take an account's shards in a region past the limit.
/// Errors: limit_exceeded.
Result<void> check_shard_quota(const Call& call, std::int64_t additional);

}  // namespace rivulet::kinesis
