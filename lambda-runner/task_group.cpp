#include "lambda-runner/task_group.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

namespace rivulet {

namespace asio = boost::asio;

void TaskGroup::spawn(std::string what, asio::awaitable<void> task) {
    ++running_;
    asio::co_spawn(executor_, std::move(task), [this, what = std::move(what)](const std::exception_ptr& fault) {
        if (fault) {
            try {
                std::rethrow_exception(fault);
            } catch (const std::exception& exception) {
                spdlog::error("{} ended by an exception: {}", what, exception.what());
            }
        }
        --running_;
        ended_.wake();
    });
}

asio::awaitable<void> TaskGroup::join() {
    while (running_ > 0) co_await ended_.wait();
}

}  // namespace rivulet
