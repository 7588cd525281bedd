#include "server/kinesis/shard_quota.hpp"

#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

Result<void> check_shard_quota(const Call& call, std::int64_t additional) {
    std::size_t current = 0;
    for (const auto& stream : call.service.store.streams().list(stream_key(call.owner, {}))) {
        current += counted_shards(*stream);
    }
    const std::size_t limit = call.service.settings.shard_limit;
    if (static_cast<std::int64_t>(current) + additional <= static_cast<std::int64_t>(limit)) return {};
    return errors::shard_limit(call.owner, current, limit, additional);
}

}  // namespace rivulet::kinesis
