#include "server/kinesis/lifecycle.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

namespace rivulet::kinesis {

namespace asio = boost::asio;

struct Lifecycle::State : std::enable_shared_from_this<Lifecycle::State> {
    State(Kind what, Catalog& of_catalog, Clock& timer_clock, asio::any_io_executor timer_executor)
        : kind(std::move(what)), catalog(of_catalog), clock(timer_clock), executor(std::move(timer_executor)) {}

    asio::awaitable<Result<void>> complete(std::string key, Timestamp due);
    void complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay, bool told = false);

    const Kind kind;
    Catalog& catalog;
    Clock& clock;
    const asio::any_io_executor executor;
    std::atomic<bool> stopping = false;
};

asio::awaitable<Result<void>> Lifecycle::State::complete(std::string key, Timestamp due) {
    co_return co_await catalog.transact([this, &key, due](Catalog::Transaction& transaction) -> Result<void> {
        // A later call may have replaced the change, and then has its own timer. The change is known by its time and
        // the time is not compared with the clock, which may have been set back since the timer was.
        if (kind.due(key) == due) kind.complete(transaction, key);
        return {};
    });
}

void Lifecycle::State::complete_later(const std::string& key, Timestamp due, std::chrono::milliseconds delay,
                                      bool told) {
    clock.schedule(delay, [weak = weak_from_this(), key, due, told] {
        const auto self = weak.lock();
        if (!self || self->stopping) return;
        asio::co_spawn(
            self->executor, self->complete(key, due), [self, key, due, told](const auto&, Result<void> done) {
                if (done || self->stopping) return;
                // The disk may be full: the change stays pending in the catalog, and is tried again.
                if (!told) spdlog::warn("A change of {} {} is delayed: {}", self->kind.name, key, done.error().message);
                self->complete_later(key, due, std::chrono::seconds(1), true);
            });
    });
}

Lifecycle::Lifecycle(Kind kind, Catalog& catalog, Clock& clock, asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(kind), catalog, clock, std::move(executor))) {}

Lifecycle::~Lifecycle() {
    stop();
}

void Lifecycle::resume() {
    for (const auto& key : state_->kind.keys()) {
        if (const auto due = state_->kind.due(key)) state_->complete_later(key, *due, *due - state_->clock.now());
    }
}

asio::awaitable<Result<void>> Lifecycle::follow(std::string key) {
    const auto due = state_->kind.due(key);
    if (!due) co_return Result<void>();
    const auto delay = *due - state_->clock.now();
    if (delay.count() <= 0) {
        auto done = co_await state_->complete(key, *due);
        // What has begun is tried again until it is done, whatever its caller is told.
        if (!done) state_->complete_later(key, *due, std::chrono::seconds(1));
        co_return done;
    }
    state_->complete_later(key, *due, delay);
    co_return Result<void>();
}

void Lifecycle::stop() {
    state_->stopping = true;
}

}  // namespace rivulet::kinesis
