#include "common/clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

namespace rivulet {

namespace asio = boost::asio;
using std::chrono::milliseconds;

struct SystemClock::State {
    explicit State(asio::any_io_executor timer_executor) : executor(std::move(timer_executor)) {}

    asio::any_io_executor executor;
    std::mutex mutex;
    TimerId last_timer = 0;
    std::unordered_map<TimerId, asio::steady_timer> timers;
    bool stopped = false;
};

SystemClock::SystemClock(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

SystemClock::~SystemClock() {
    stop();
}

void SystemClock::stop() {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->timers.clear();
}

Timestamp SystemClock::now() const {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

Clock::TimerId SystemClock::schedule(milliseconds delay, std::function<void()> action) {
    const std::lock_guard lock(state_->mutex);
    const TimerId id = ++state_->last_timer;
    if (state_->stopped) return id;
    auto [entry, inserted] = state_->timers.try_emplace(id, state_->executor, delay);
    entry->second.async_wait([state = std::weak_ptr(state_), id, action = std::move(action)](auto error) {
        const auto alive = state.lock();
        if (!alive) return;
        {
            const std::lock_guard guard(alive->mutex);
            // A timer that expired just before it was cancelled still gets here; being forgotten is what cancels it.
            if (alive->timers.erase(id) == 0 || error) return;
        }
        action();
    });
    return id;
}

void SystemClock::cancel(TimerId timer) {
    const std::lock_guard lock(state_->mutex);
    state_->timers.erase(timer);
}

Timestamp ManualClock::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

Clock::TimerId ManualClock::schedule(milliseconds delay, std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    const TimerId id = ++last_timer_;
    timers_.emplace(std::pair(elapsed_ + std::max(delay, milliseconds{0}), id), std::move(action));
    return id;
}

void ManualClock::cancel(TimerId timer) {
    const std::lock_guard lock(mutex_);
    std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
}

void ManualClock::advance(milliseconds by) {
    std::unique_lock lock(mutex_);
    const milliseconds end = elapsed_ + by;
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
        auto due = timers_.extract(timers_.begin());
        now_ += due.key().first - elapsed_;
        elapsed_ = due.key().first;
        lock.unlock();
        due.mapped()();
        lock.lock();
    }
    now_ += end - elapsed_;
    elapsed_ = end;
}

void ManualClock::set(Timestamp now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

}  // namespace rivulet
