#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

namespace rivulet {

/// Threads for work that may block: file I/O, process start-up. Nothing of that kind runs on an io thread.
using BlockingPool = boost::asio::thread_pool;

/// Runs `work` on the pool and resumes the calling coroutine, on its own executor, with what it returned.
template <class Work>
auto run_blocking(BlockingPool& pool, Work work) -> boost::asio::awaitable<decltype(work())> {
    // In an optional, because Asio keeps a place for the answer that it constructs without one.
    using Answer = std::optional<decltype(work())>;
    auto answer = co_await boost::asio::co_spawn(
        pool, [work = std::move(work)]() mutable -> boost::asio::awaitable<Answer> { co_return Answer(work()); },
        boost::asio::use_awaitable);
    co_return std::move(*answer);
}

}  // namespace rivulet
