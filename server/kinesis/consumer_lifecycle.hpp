#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "common/clock.hpp"
#include "common/result.hpp"
#include "storage/store.hpp"

namespace rivulet::kinesis {

/// Carries consumers through CREATING to ACTIVE, and through DELETING to their end, each when it is due. What is due is
/// in the catalog, so a change that a crash interrupted is completed after the restart.
///
/// Thread safety: every member may be called from any thread.
class ConsumerLifecycle {
public:
    ConsumerLifecycle(Store& store, Clock& clock, boost::asio::any_io_executor executor);
    ~ConsumerLifecycle();

    /// Takes up every change in the catalog that is not completed: call once, at start.
    void resume();

    /// Sees to a change that has just been committed: completes it before returning if it is due, else in its time.
    boost::asio::awaitable<Result<void>> follow(const std::string& consumer_key);

    /// Begins nothing more; what is under way ends with its commit.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::kinesis
