#include "server/kinesis/consumer_lifecycle.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

namespace rivulet::kinesis {

namespace asio = boost::asio;

struct ConsumerLifecycle::State : std::enable_shared_from_this<ConsumerLifecycle::State> {
    State(Store& consumer_store, Clock& timer_clock, asio::any_io_executor timer_executor)
        : store(consumer_store), clock(timer_clock), executor(std::move(timer_executor)) {}

    asio::awaitable<Result<void>> complete(std::string key, Timestamp due);
    void complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay);

    Store& store;
    Clock& clock;
    const asio::any_io_executor executor;
    std::atomic<bool> stopping = false;
};

asio::awaitable<Result<void>> ConsumerLifecycle::State::complete(std::string key, Timestamp due) {
    co_return co_await store.catalog().transact([this, &key, due](Catalog::Transaction& transaction) -> Result<void> {
        const auto consumer = store.consumers().find(key);
        // A later call may have replaced the change, and then has its own timer. The change is known by its time and
        // the time is not compared with the clock, which may have been set back since the timer was.
        if (!consumer || consumer->due != due) return {};
        if (consumer->status == ConsumerStatus::deleting) {
            store.consumers().erase(transaction, key);
            return {};
        }
        Consumer after = *consumer;
        after.status = ConsumerStatus::active;
        after.due.reset();
        store.consumers().put(transaction, key, std::move(after));
        return {};
    });
}

void ConsumerLifecycle::State::complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay) {
    clock.schedule(delay, [weak = weak_from_this(), key, due] {
        const auto self = weak.lock();
        if (!self || self->stopping) return;
        asio::co_spawn(self->executor, self->complete(key, due), [self, key, due](const auto&, Result<void> done) {
            if (done || self->stopping) return;
            // The disk may be full: the change stays in the catalog, and is tried again.
            spdlog::warn("A change of consumer {} is delayed: {}", key, done.error().message);
            self->complete_later(key, due, std::chrono::seconds(1));
        });
    });
}

ConsumerLifecycle::ConsumerLifecycle(Store& store, Clock& clock, asio::any_io_executor executor)
    : state_(std::make_shared<State>(store, clock, std::move(executor))) {}

ConsumerLifecycle::~ConsumerLifecycle() {
    stop();
}

void ConsumerLifecycle::resume() {
    for (const auto& consumer : state_->store.consumers().list({})) {
        if (!consumer->due) continue;
        state_->complete_later(consumer_key(consumer->owner, consumer->stream, consumer->name), *consumer->due,
                               *consumer->due - state_->clock.now());
    }
}

asio::awaitable<Result<void>> ConsumerLifecycle::follow(const std::string& consumer_key) {
    const auto consumer = state_->store.consumers().find(consumer_key);
    if (!consumer || !consumer->due) co_return Result<void>();
    const Timestamp due = *consumer->due;
    const auto delay = due - state_->clock.now();
    if (delay.count() <= 0) {
        auto done = co_await state_->complete(consumer_key, due);
        // What has begun is tried again until it is done, whatever its caller is told.
        if (!done) state_->complete_later(consumer_key, due, std::chrono::seconds(1));
        co_return done;
    }
    state_->complete_later(consumer_key, due, delay);
    co_return Result<void>();
}

void ConsumerLifecycle::stop() {
    state_->stopping = true;
}

}  // namespace rivulet::kinesis
