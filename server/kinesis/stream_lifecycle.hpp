#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "common/clock.hpp"
#include "common/result.hpp"
#include "storage/store.hpp"

namespace rivulet::kinesis {

/// Carries streams through their states: when a pending change is due, it takes effect. What is pending is in the
/// catalog, so a change that a crash interrupted is completed after the restart.
///
/// Thread safety: every member may be called from any thread.
class StreamLifecycle {
public:
    StreamLifecycle(Store& store, Clock& clock, boost::asio::any_io_executor executor);
    ~StreamLifecycle();

    /// Takes up every pending change in the catalog: call once, at start.
    void resume();

    /// Sees to a change that has just been committed: completes it before returning if it is due, else in its time.
    boost::asio::awaitable<Result<void>> follow(const AccountRegion& owner, const std::string& name);

    /// Begins nothing more; what is under way ends with its commit.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::kinesis
