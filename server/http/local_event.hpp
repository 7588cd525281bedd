#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace rivulet::http {

/// One coroutine waits; others of the same executor notify it. A notification that comes before the wait is kept.
///
/// Thread safety: none; everything happens on the executor, which must run its handlers one at a time. (A `Waiter` may
/// be woken from any thread, and costs more.)
class LocalEvent {
public:
    explicit LocalEvent(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    void notify() {
        notified_ = true;
        if (waiting_) timer_.cancel();
    }

    /// True when notified; false once `time` has passed, or when the coroutine is cancelled.
    boost::asio::awaitable<bool> wait_for(std::chrono::steady_clock::duration time) {
        if (!notified_) {
            timer_.expires_after(time);
            co_await wait_for_timer();
        }
        co_return std::exchange(notified_, false);
    }

    boost::asio::awaitable<bool> wait() {
        if (!notified_) {
            timer_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await wait_for_timer();
        }
        co_return std::exchange(notified_, false);
    }

private:
    boost::asio::awaitable<void> wait_for_timer() {
        waiting_ = true;
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        waiting_ = false;
    }

    boost::asio::steady_timer timer_;
    bool notified_ = false;
    bool waiting_ = false;
};

}  // namespace rivulet::http
