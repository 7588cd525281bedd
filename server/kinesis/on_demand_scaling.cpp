#include "server/kinesis/on_demand_scaling.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <mutex>
#include <unordered_map>

#include "common/limits.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

std::int64_t day_of(Timestamp time) {
    return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

std::int64_t rounded_up(std::int64_t amount, std::int64_t unit) {
    return (amount + unit - 1) / unit;
}

struct Traffic {
    std::int64_t records = 0;
    std::int64_t bytes = 0;
};

}  // namespace

std::int32_t wanted_shards(const Stream& stream, Timestamp now) {
    std::int64_t bytes = 0;
    std::int64_t records = 0;
    for (const auto& peak : stream.write_peaks) {
        if (day_of(now) - peak.day > limits::on_demand_peak_days) continue;
        bytes = std::max(bytes, peak.bytes_per_second);
        records = std::max(records, peak.records_per_second);
    }
    const std::int64_t wanted =
        std::max({std::int64_t{limits::on_demand_initial_shards}, std::int64_t{stream.warm_throughput_mibps},
                  rounded_up(2 * bytes, limits::shard_bytes_in_per_second),
                  rounded_up(2 * records, limits::shard_records_in_per_second)});
    return static_cast<std::int32_t>(std::min(wanted, limits::max_shards_per_stream));
}

bool note_traffic(Stream& stream, std::int64_t bytes_per_second, std::int64_t records_per_second, Timestamp now) {
    const auto before = stream.write_peaks;
    const std::int64_t today = day_of(now);
    auto& peaks = stream.write_peaks;
    if (peaks.empty()) {
        const auto shards = static_cast<std::int64_t>(stream.open_shard_count());
        peaks.push_back(
            {today, shards * limits::shard_bytes_in_per_second / 2, shards * limits::shard_records_in_per_second / 2});
    }
    if (bytes_per_second > 0 || records_per_second > 0) {
        if (peaks.back().day < today) peaks.push_back({today, 0, 0});
        peaks.back().bytes_per_second = std::max(peaks.back().bytes_per_second, bytes_per_second);
        peaks.back().records_per_second = std::max(peaks.back().records_per_second, records_per_second);
    }
    // The last one stays, so that a stream that rests for long is not taken for a new one.
    while (peaks.size() > 1 && today - peaks.front().day > limits::on_demand_peak_days) peaks.erase(peaks.begin());
    return peaks != before;
}

struct OnDemandScaling::State : std::enable_shared_from_this<OnDemandScaling::State> {
    State(Service& kinesis_service, asio::any_io_executor job_executor)
        : service(kinesis_service), executor(std::move(job_executor)), looked_at(service.clock.now()) {}

    void schedule();
    asio::awaitable<void> run_once();
    asio::awaitable<Result<void>> look_at(const std::shared_ptr<const Stream>& stream, Traffic per_second);

    Service& service;
    const asio::any_io_executor executor;
    std::atomic<bool> stopping = false;
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Traffic> counted;
    Timestamp looked_at;
};

void OnDemandScaling::State::schedule() {
    service.clock.schedule(service.settings.on_demand_check_interval, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->stopping) return;
        asio::co_spawn(self->executor, self->run_once(), [self](const std::exception_ptr&) {
            if (!self->stopping) self->schedule();
        });
    });
}

asio::awaitable<void> OnDemandScaling::State::run_once() {
    std::unordered_map<std::uint64_t, Traffic> seen;
    std::int64_t elapsed = 0;
    {
        const std::lock_guard lock(mutex);
        seen.swap(counted);
        const Timestamp now = service.clock.now();
        // A clock that was set back tells nothing; the interval is what has passed at least.
        elapsed =
            std::max<std::int64_t>({1, (now - looked_at).count(), service.settings.on_demand_check_interval.count()});
        looked_at = now;
    }
    for (const auto& stream : service.store.streams().list({})) {
        if (stopping) co_return;
        if (stream->mode != StreamMode::on_demand || stream->status != StreamStatus::active) continue;
        const auto found = seen.find(stream->id);
        const Traffic traffic = found == seen.end() ? Traffic{} : found->second;
        const Traffic per_second{traffic.records * 1000 / elapsed, traffic.bytes * 1000 / elapsed};
        const auto done = co_await look_at(stream, per_second);
        if (!done) spdlog::warn("On-demand stream {} is not scaled: {}", stream->name, done.error().message);
    }
}

asio::awaitable<Result<void>> OnDemandScaling::State::look_at(const std::shared_ptr<const Stream>& stream,
                                                              Traffic per_second) {
    const Timestamp now = service.clock.now();
    const auto changed = [&](const Stream& before) -> std::optional<Stream> {
        Stream after = before;
        bool changes = note_traffic(after, per_second.bytes, per_second.records, now);
        if (const auto wanted = wanted_shards(after, now);
            static_cast<std::size_t>(wanted) != before.open_shard_count()) {
            const auto& settings = service.settings;
            after.status = StreamStatus::updating;
            after.pending = PendingChange{now + settings.update_shard_count_time.value_or(settings.update_stream_time),
                                          change::Scaling{wanted}};
            changes = true;
        }
        return changes ? std::optional(std::move(after)) : std::nullopt;
    };
    // Most looks find nothing to write down, and then do not trouble the store's writer.
    if (!changed(*stream)) co_return Result<void>();
    const std::string key = stream_key(stream->owner, stream->name);
    const auto begun =
        co_await service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            const auto current = service.store.streams().find(key);
            const bool same = current && current->id == stream->id && current->status == StreamStatus::active &&
                              current->mode == StreamMode::on_demand;
            if (!same) return {};
            if (auto after = changed(*current)) service.store.streams().put(transaction, key, std::move(*after));
            return {};
        });
    if (!begun) co_return begun;
    co_return co_await service.lifecycle.follow(stream_key(stream->owner, stream->name));
}

OnDemandScaling::OnDemandScaling(Service& service, asio::any_io_executor executor)
    : state_(std::make_shared<State>(service, std::move(executor))) {}

OnDemandScaling::~OnDemandScaling() {
    stop();
}

void OnDemandScaling::start() {
    state_->schedule();
}

void OnDemandScaling::stop() {
    state_->stopping = true;
}

void OnDemandScaling::count(std::uint64_t stream, std::size_t records, std::size_t bytes) {
    const std::lock_guard lock(state_->mutex);
    Traffic& traffic = state_->counted[stream];
    traffic.records += static_cast<std::int64_t>(records);
    traffic.bytes += static_cast<std::int64_t>(bytes);
}

asio::awaitable<void> OnDemandScaling::run_once() {
    return state_->run_once();
}

}  // namespace rivulet::kinesis
