#include "server/retention.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

namespace rivulet {

namespace asio = boost::asio;

struct RetentionJob::State : std::enable_shared_from_this<RetentionJob::State> {
    State(Store& record_store, Clock& timer_clock, BlockingPool& blocking_pool, const Settings& server_settings,
          asio::any_io_executor job_executor)
        : store(record_store),
          clock(timer_clock),
          pool(blocking_pool),
          settings(server_settings),
          executor(std::move(job_executor)) {}

    void schedule();
    asio::awaitable<void> run_once();
    Result<void> trim(const Stream& stream) const;
    asio::awaitable<Result<void>> forget_expired_shards(const Stream& stream);

    Store& store;
    Clock& clock;
    BlockingPool& pool;
    const Settings& settings;
    const asio::any_io_executor executor;
    std::atomic<bool> stopping = false;
};

namespace {

bool has_expired(const Shard& shard, const Stream& stream, Timestamp now) {
    if (shard.is_open()) return false;
    // Closed within that second: its last record may have come at the second's end.
    const Timestamp last{std::chrono::seconds{*shard.closed + 1}};
    return last <= stream.horizon(now);
}

}  // namespace

void RetentionJob::State::schedule() {
    clock.schedule(settings.retention_check_interval, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->stopping) return;
        asio::co_spawn(self->executor, self->run_once(), [self](const std::exception_ptr&) {
            if (!self->stopping) self->schedule();
        });
    });
}

Result<void> RetentionJob::State::trim(const Stream& stream) const {
    const Position horizon = position_at(stream.horizon(clock.now()));
    for (const auto& shard : stream.shards) {
        // A shard younger than the retention period has nothing to give.
        if (Timestamp{std::chrono::seconds{shard.created}} >= arrival_of(horizon)) continue;
        if (auto trimmed = store.log().trim({stream.id, shard.ordinal}, horizon); !trimmed) return trimmed;
    }
    return {};
}

asio::awaitable<Result<void>> RetentionJob::State::forget_expired_shards(const Stream& stream) {
    const auto expired = [this](const Stream& of) {
        return std::ranges::any_of(of.shards, [&](const auto& shard) { return has_expired(shard, of, clock.now()); });
    };
    if (!expired(stream)) co_return Result<void>();
    const std::string key = stream_key(stream.owner, stream.name);
    co_return co_await store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        const auto found = store.streams().find(key);
        if (!found || found->id != stream.id) return {};
        Stream after = *found;
        std::erase_if(after.shards, [&](const auto& shard) { return has_expired(shard, after, transaction.now()); });
        store.streams().put(transaction, key, after);
        for (const auto& shard : found->shards) {
            if (!after.find_shard(shard.ordinal)) transaction.drop_shard({found->id, shard.ordinal});
        }
        return {};
    });
}

asio::awaitable<void> RetentionJob::State::run_once() {
    for (const auto& stream : store.streams().list({})) {
        if (stopping) co_return;
        auto done = co_await run_blocking(pool, [&] { return trim(*stream); });
        if (stopping) co_return;
        if (done) done = co_await forget_expired_shards(*stream);
        if (!done) spdlog::warn("Expired records of stream {} stay for now: {}", stream->name, done.error().message);
    }
}

RetentionJob::RetentionJob(Store& store, Clock& clock, BlockingPool& pool, const Settings& settings,
                           asio::any_io_executor executor)
    : state_(std::make_shared<State>(store, clock, pool, settings, std::move(executor))) {}

RetentionJob::~RetentionJob() {
    stop();
}

void RetentionJob::stop() {
    state_->stopping = true;
}

void RetentionJob::start() {
    state_->schedule();
}

asio::awaitable<void> RetentionJob::run_once() {
    return state_->run_once();
}

}  // namespace rivulet
