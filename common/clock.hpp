#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace rivulet {

/// Milliseconds since the Unix epoch: the resolution of every time the services show.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of time. What waits, expires or ages asks a Clock, so that tests run in virtual time.
///
/// Thread safety: every member may be called from any thread.
class Clock {
public:
    using TimerId = std::uint64_t;

    virtual ~Clock() = default;

    /// The wall-clock time. It may go back when the machine's clock is set.
    virtual Timestamp now() const = 0;

    /// Calls `action` once, `delay` from now (at once if not positive), on a thread of the clock's choosing. The action
    /// must be short and must not block.
    virtual TimerId schedule(std::chrono::milliseconds delay, std::function<void()> action) = 0;

    /// Forgets a timer that has not fired. An action that runs already is not waited for.
    virtual void cancel(TimerId timer) = 0;
};

/// The machine's clock; its timers run on an Asio executor.
class SystemClock final : public Clock {
public:
    explicit SystemClock(boost::asio::any_io_executor executor);
    ~SystemClock() override;

    /// Forgets all timers and takes no more: call before the executor's context goes away.
    void stop();

    Timestamp now() const override;
    TimerId schedule(std::chrono::milliseconds delay, std::function<void()> action) override;
    void cancel(TimerId timer) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Virtual time: stands still until it is advanced, and fires due timers, in order, on the advancing thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start = Timestamp{std::chrono::milliseconds{1'700'000'000'000}}) : now_(start) {}

    Timestamp now() const override;
    TimerId schedule(std::chrono::milliseconds delay, std::function<void()> action) override;
    void cancel(TimerId timer) override;

    /// Moves time forward and fires what becomes due, each timer seeing its own due time as `now()`.
    void advance(std::chrono::milliseconds by);

    /// Sets the wall clock, also backwards, without firing timers: a clock that jumps.
    void set(Timestamp now);

private:
    mutable std::mutex mutex_;
    Timestamp now_;
    std::chrono::milliseconds elapsed_{0};
    TimerId last_timer_ = 0;
    std::map<std::pair<std::chrono::milliseconds, TimerId>, std::function<void()>> timers_;
};

}  // namespace rivulet
