#include "server/kinesis/stream_change.hpp"

#include "server/kinesis/errors.hpp"
#include "server/kinesis/reshard.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// Puts a change's values in place.
struct Apply {
    Stream& stream;
    std::int64_t now;  ///< seconds since the epoch

    void operator()(const change::Creation& c) const { create_shards(stream, c.shard_count, now); }
    void operator()(const change::Deletion&) const {}
    void operator()(const change::Scaling& c) const { scale_uniformly(stream, c.shard_count, now); }
    void operator()(const change::Split& c) const { split_shard(stream, c.shard, c.new_starting_hash_key, now); }
    void operator()(const change::Merge& c) const { merge_shards(stream, c.shard, c.adjacent_shard, now); }
    void operator()(const change::Encrypting& c) const { stream.encryption = c.encryption; }
    void operator()(const change::Mode& c) const {
        stream.mode = c.mode;
        warm(c.warm_throughput_mibps);
        // On-demand again, it begins with what its shards are good for then.
        stream.write_peaks.clear();
    }
    void operator()(const change::WarmThroughput& c) const { warm(c.mibps); }
    void operator()(const change::MaxRecordSize& c) const { stream.max_record_kib = c.kib; }
    void operator()(const change::Monitoring& c) const { stream.shard_level_metrics = c.shard_level_metrics; }

    /// A shard takes one MiB per second. What is more than wanted goes when the stream is scaled by its traffic.
    void warm(std::int32_t mibps) const {
        stream.warm_throughput_mibps = mibps;
        if (static_cast<std::size_t>(mibps) > stream.open_shard_count()) scale_uniformly(stream, mibps, now);
    }
};

}  // namespace

std::optional<Stream> after_change(const Stream& stream, Timestamp now) {
    if (stream.pending->as<change::Deletion>()) return std::nullopt;
    Stream after = stream;
    after.status = StreamStatus::active;
    after.pending.reset();
    std::visit(Apply{after, now.time_since_epoch().count() / 1000}, stream.pending->kind);
    return after;
}

std::size_t counted_shards(const Stream& stream) {
    const std::size_t open = stream.open_shard_count();
    if (!stream.pending) return open;
    std::int32_t target = 0;
    if (const auto* creation = stream.pending->as<change::Creation>()) target = creation->shard_count;
    if (const auto* scaling = stream.pending->as<change::Scaling>()) target = scaling->shard_count;
    if (stream.pending->as<change::Split>()) return open + 1;
    return std::max(open, static_cast<std::size_t>(target));
}

asio::awaitable<Result<void>> change_stream(const Call& call, const StreamReference& reference,
                                            std::optional<std::chrono::milliseconds> time, const DecideChange& decide) {
    const std::chrono::milliseconds duration = time.value_or(call.service.settings.update_stream_time);
    const auto begun =
        co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            const auto stream = find_stream(call, reference);
            if (!stream) return stream.error();
            if ((*stream)->status != StreamStatus::active) return errors::stream_not_active(**stream);
            Stream after = **stream;
            auto kind = decide(after);
            if (!kind) return kind.error();
            after.status = StreamStatus::updating;
            after.pending = PendingChange{transaction.now() + duration, std::move(*kind)};
            call.service.store.streams().put(transaction, reference.key, std::move(after));
            return {};
        });
    if (!begun) co_return begun;
    co_return co_await call.service.lifecycle.follow(stream_key(call.owner, reference.name));
}

}  // namespace rivulet::kinesis
