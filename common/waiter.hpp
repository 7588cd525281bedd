#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "common/clock.hpp"

namespace rivulet {

/// One coroutine waits; anyone may wake it. A wake that comes before the wait is kept, so none is lost; several wakes
/// before one wait count as one.
///
/// Thread safety: `wake` from any thread; the waiting members from the coroutine that owns the waiter, on its executor,
/// which must run its handlers one at a time (a single-threaded io_context or a strand).
class Waiter {
public:
    explicit Waiter(boost::asio::any_io_executor executor);

    /// Returns when woken. Cancelling the coroutine's operation also ends the wait, with an exception.
    boost::asio::awaitable<void> wait();

    /// Returns true when woken, false once `delay` of the clock's time has passed.
    boost::asio::awaitable<bool> wait_for(Clock& clock, std::chrono::milliseconds delay);

    void wake();

    /// A function that wakes this waiter and may outlive it.
    std::function<void()> waker() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Suspends the calling coroutine for `delay` of the clock's time.
boost::asio::awaitable<void> sleep_for(Clock& clock, std::chrono::milliseconds delay);

}  // namespace rivulet
