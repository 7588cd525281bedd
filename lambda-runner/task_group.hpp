#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>

#include "common/waiter.hpp"

namespace rivulet {

/// Coroutines that something owns: it starts them, and waits for the last of them before it goes.
///
/// Thread safety: none; everything is called on the executor, which runs one handler at a time.
class TaskGroup {
public:
    explicit TaskGroup(boost::asio::any_io_executor executor) : executor_(executor), ended_(executor) {}
    TaskGroup(const TaskGroup&) = delete;

    /// Runs `task`. An exception that leaves it is a fault of the program: it is logged with what `what` says the task
    /// is, and ends the task alone.
    void spawn(std::string what, boost::asio::awaitable<void> task);

    /// Returns when no task is left. One caller at a time.
    boost::asio::awaitable<void> join();

private:
    boost::asio::any_io_executor executor_;
    Waiter ended_;
    std::size_t running_ = 0;
};

}  // namespace rivulet
