#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <utility>

namespace rivulet {

/// Lets a coroutine be told to end, at the places where it says so: long waits are cancelled, everything else runs to
/// its end, so that no step of a batch is left half done.
///
/// Thread safety: none; everything is called on one executor. One guarded operation at a time.
class Interruption {
public:
    bool requested() const { return requested_; }

    void request() {
        requested_ = true;
        signal_.emit(boost::asio::cancellation_type::terminal);
    }

    /// What the operation comes to; nothing if it was interrupted, or was not begun because that had happened before.
    template <class T>
    boost::asio::awaitable<std::optional<T>> guard(boost::asio::awaitable<T> operation) {
        namespace asio = boost::asio;
        if (requested_) co_return std::nullopt;
        try {
            co_return co_await asio::co_spawn(co_await asio::this_coro::executor, std::move(operation),
                                              asio::bind_cancellation_slot(signal_.slot(), asio::use_awaitable));
        } catch (const boost::system::system_error&) {
            if (!requested_) throw;
            co_return std::nullopt;
        }
    }

private:
    boost::asio::cancellation_signal signal_;
    bool requested_ = false;
};

}  // namespace rivulet
