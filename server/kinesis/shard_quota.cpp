#include "server/kinesis/shard_quota.hpp"

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

Result<void> check_stream_quotas(const Call& call, bool on_demand) {
    if (call.service.settings.limits == LimitsMode::off) return {};
    std::size_t creating = 0;
    std::size_t on_demand_streams = 0;
    for (const auto& stream : call.service.store.streams().list(stream_key(call.owner, {}))) {
        if (stream->status == StreamStatus::creating) ++creating;
        if (stream->mode == StreamMode::on_demand) ++on_demand_streams;
    }
    if (creating >= limits::max_creating_streams) {
        return errors::creating_stream_limit(call.owner, limits::max_creating_streams);
    }
    if (on_demand && on_demand_streams >= limits::max_on_demand_streams) {
        return errors::on_demand_stream_limit(call.owner, on_demand_streams, limits::max_on_demand_streams);
    }
    return {};
}

}  // namespace rivulet::kinesis
