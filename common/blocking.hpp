#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "common/completion.hpp"

namespace rivulet {

/// Threads for work that may block: file I/O, process start-up. Nothing of that kind runs on an io thread.
using BlockingPool = boost::asio::thread_pool;

/// Runs `work` on the pool and resumes the calling coroutine, on its own executor, with what it returned. Give it a
/// closure that captures by reference, or one that has a name: see `await_callback`.
template <class Work>
auto run_blocking(BlockingPool& pool, Work work) -> boost::asio::awaitable<decltype(work())> {
    using Answer = decltype(work());
    return await_callback<Answer>([&pool, work = std::move(work)](std::function<void(Answer)> done) mutable {
        boost::asio::post(pool, [work = std::move(work), done = std::move(done)]() mutable { done(work()); });
    });
}

}  // namespace rivulet
