#include "server/kinesis/stream_lifecycle.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

#include "server/kinesis/reshard.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

struct StreamLifecycle::State : std::enable_shared_from_this<StreamLifecycle::State> {
    State(Store& stream_store, Clock& timer_clock, asio::any_io_executor timer_executor)
        : store(stream_store), clock(timer_clock), executor(std::move(timer_executor)) {}

    asio::awaitable<Result<void>> complete(std::string key, Timestamp due);
    void complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay);

    Store& store;
    Clock& clock;
    const asio::any_io_executor executor;
    std::atomic<bool> stopping = false;
};

asio::awaitable<Result<void>> StreamLifecycle::State::complete(std::string key, Timestamp due) {
    co_return co_await store.catalog().transact([this, &key, due](Catalog::Transaction& transaction) -> Result<void> {
        const auto stream = store.streams().find(key);
        // A later call may have replaced the change, and then has its own timer. The change is known by its time and
        // the time is not compared with the clock, which may have been set back since the timer was.
        if (!stream || !stream->pending || stream->pending->due != due) return {};
        const auto after = after_change(*stream, transaction.now());
        if (!after) {
            store.streams().erase(transaction, key);
            for (const auto& consumer : store.consumers().list(consumer_key(stream->owner, stream->name, {}))) {
                store.consumers().erase(transaction, consumer_key(consumer->owner, consumer->stream, consumer->name));
            }
            return {};
        }
        // The catalog first: whoever sees a shard closed finds its children.
        store.streams().put(transaction, key, *after);
        apply_to_log(transaction, *stream, *after);
        return {};
    });
}

void StreamLifecycle::State::complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay) {
    clock.schedule(delay, [weak = weak_from_this(), key, due] {
        const auto self = weak.lock();
        if (!self || self->stopping) return;
        asio::co_spawn(self->executor, self->complete(key, due), [self, key, due](const auto&, Result<void> done) {
            if (done || self->stopping) return;
            // The disk may be full: the change stays pending in the catalog, and is tried again.
            spdlog::warn("A change of stream {} is delayed: {}", key, done.error().message);
            self->complete_later(key, due, std::chrono::seconds(1));
        });
    });
}

StreamLifecycle::StreamLifecycle(Store& store, Clock& clock, asio::any_io_executor executor)
    : state_(std::make_shared<State>(store, clock, std::move(executor))) {}

StreamLifecycle::~StreamLifecycle() {
    stop();
}

void StreamLifecycle::resume() {
    for (const auto& stream : state_->store.streams().list({})) {
        if (!stream->pending) continue;
        const Timestamp due = stream->pending->due;
        state_->complete_later(stream_key(stream->owner, stream->name), due, due - state_->clock.now());
    }
}

asio::awaitable<Result<void>> StreamLifecycle::follow(const AccountRegion& owner, const std::string& name) {
    const std::string key = stream_key(owner, name);
    const auto stream = state_->store.streams().find(key);
    if (!stream || !stream->pending) co_return Result<void>();
    const Timestamp due = stream->pending->due;
    const auto delay = due - state_->clock.now();
    if (delay.count() <= 0) {
        auto done = co_await state_->complete(key, due);
        // What has begun is tried again until it is done, whatever its caller is told.
        if (!done) state_->complete_later(key, due, std::chrono::seconds(1));
        co_return done;
    }
    state_->complete_later(key, due, delay);
    co_return Result<void>();
}

void StreamLifecycle::stop() {
    state_->stopping = true;
}

}  // namespace rivulet::kinesis
