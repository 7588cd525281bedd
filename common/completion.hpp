#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace rivulet {

/// Suspends the calling coroutine until `start` has called back exactly once, and resumes it with the value called back
/// with. `start` gets a `std::function<void(T)>`, which it may call from any thread: the coroutine goes on on its own
/// executor. A `start` that takes that executor as a second argument has to have its callback called on it, after it
/// has returned: who calls many back needs no post for each.
///
/// This and its callers are plain functions that return an awaitable, not coroutines: g++ 12 destroys a closure twice
/// that is made inside a co_await expression and holds anything with a destructor (GCC bug 99576).
template <class T, class Start>
boost::asio::awaitable<T> await_callback(Start start) {
    namespace asio = boost::asio;
    return asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
        [start = std::move(start)](auto handler) mutable {
            const auto executor = asio::get_associated_executor(handler);
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            auto work = asio::make_work_guard(executor);
            if constexpr (std::is_invocable_v<Start&, std::function<void(T)>, asio::any_io_executor>) {
                start(
                    std::function<void(T)>([shared, work = std::move(work)](T value) { (*shared)(std::move(value)); }),
                    asio::any_io_executor(executor));
            } else {
                start([shared, work = std::move(work)](T value) {
                    asio::post(work.get_executor(),
                               [shared, value = std::move(value)]() mutable { (*shared)(std::move(value)); });
                });
            }
        },
        asio::use_awaitable);
}

}  // namespace rivulet
