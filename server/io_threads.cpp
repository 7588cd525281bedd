#include "server/io_threads.hpp"

#include <algorithm>

namespace rivulet {

IoThreads::IoThreads(std::size_t count) {
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
        contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
        work_.emplace_back(contexts_.back()->get_executor());
    }
    for (const auto& context : contexts_) {
        threads_.emplace_back([&context = *context] { context.run(); });
    }
}

IoThreads::~IoThreads() {
    stop();
}

IoThreads::Executor IoThreads::next() {
    return contexts_[turn_.fetch_add(1, std::memory_order_relaxed) % contexts_.size()]->get_executor();
}

void IoThreads::stop() {
    for (const auto& context : contexts_) context->stop();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

}  // namespace rivulet
