#include "server/kinesis/shard_quota.hpp"

#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

Result<void> check_shard_quota(const Call& call, std::int64_t additional) {
    std::size_t current = 0;
    for (const auto& stream : call.service.store.streams().list(stream_key(call.owner, {}))) {
        // What a stream is on its way to counts as if it were there.
        const std::int32_t target = stream->pending ? stream->pending->target_shard_count : 0;
        current += std::max(static_cast<std::size_t>(target), stream->open_shard_count());
    }
    const std::size_t limit = call.service.settings.shard_limit;
    if (static_cast<std::int64_t>(current) + additional <= static_cast<std::int64_t>(limit)) return {};
    return errors::shard_limit(call.owner, current, limit, additional);
}

}  // namespace rivulet::kinesis
