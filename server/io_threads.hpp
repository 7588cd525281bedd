#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace rivulet {

/// The io threads: each runs one io_context alone, so that whatever is spawned on one never runs beside itself.
///
/// Thread safety: `next` and `stop` from any thread.
class IoThreads {
public:
    using Executor = boost::asio::io_context::executor_type;

    /// Starts `count` threads; 0 means one for each core.
    explicit IoThreads(std::size_t count);

    /// Stops and joins.
    ~IoThreads();

    IoThreads(const IoThreads&) = delete;
    IoThreads& operator=(const IoThreads&) = delete;

    /// The next thread's executor, in turn.
    Executor next();

    /// The first thread's executor: for what there is one of.
    Executor first() { return contexts_.front()->get_executor(); }

    /// Ends the threads at once; what is still suspended is destroyed with this object.
    void stop();

private:
    std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
    std::vector<boost::asio::executor_work_guard<Executor>> work_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> turn_ = 0;
};

}  // namespace rivulet
