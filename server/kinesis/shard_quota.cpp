#include "server/kinesis/shard_quota.hpp"

#include <algorithm>

#include "common/limits.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

Result<void> check_shard_quota(const Call& call, std::int64_t additional) {
    std::size_t current = 0;
    for (const auto& stream : call.service.store.streams().list(stream_key(call.owner, {}))) {
        if (stream->mode == StreamMode::provisioned) current += counted_shards(*stream);
    }
    const std::size_t limit = call.service.settings.shard_limit;
    if (static_cast<std::int64_t>(current) + additional <= static_cast<std::int64_t>(limit)) return {};
    return errors::shard_limit(call.owner, current, limit, additional);
}

Result<void> check_on_demand_quota(const Call& call) {
    if (call.service.settings.limits == LimitsMode::off) return {};
    const auto streams = call.service.store.streams().list(stream_key(call.owner, {}));
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(streams, [](const auto& stream) { return stream->mode == StreamMode::on_demand; }));
    if (count < limits::max_on_demand_streams) return {};
    return errors::on_demand_stream_limit(call.owner, count, limits::max_on_demand_streams);
}

Result<void> check_stream_quotas(const Call& call, bool on_demand) {
    if (call.service.settings.limits == LimitsMode::off) return {};
    const auto streams = call.service.store.streams().list(stream_key(call.owner, {}));
    const auto creating = static_cast<std::size_t>(
        std::ranges::count_if(streams, [](const auto& stream) { return stream->status == StreamStatus::creating; }));
    if (creating >= limits::max_creating_streams) {
        return errors::creating_stream_limit(call.owner, limits::max_creating_streams);
    }
    return on_demand ? check_on_demand_quota(call) : Result<void>();
}

}  // namespace rivulet::kinesis
