#pragma once

#include "server/kinesis/service.hpp"

namespace rivulet::kinesis {

/// Refuses what would take an account's shards in a region past the limit. Those of on-demand streams do not count.
/// Errors: limit_exceeded.
Result<void> check_shard_quota(const Call& call, std::int64_t additional);

/// Refuses another on-demand stream where limits are enforced and there are too many.
/// Errors: limit_exceeded.
Result<void> check_on_demand_quota(const Call& call);

/// Refuses another stream where limits are enforced and too many are CREATING, or on-demand.
/// Errors: limit_exceeded.
Result<void> check_stream_quotas(const Call& call, bool on_demand);

}  // namespace rivulet::kinesis
