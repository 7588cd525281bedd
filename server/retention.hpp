#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "common/blocking.hpp"
#include "config/settings.hpp"
#include "storage/store.hpp"

namespace rivulet {

/// Gives back the room of expired records, stream after stream, every `retention_check_interval`; and forgets closed
/// shards whose last record has expired. Expired records are invisible at once whatever this does.
class RetentionJob {
public:
    RetentionJob(Store& store, Clock& clock, BlockingPool& pool, const Settings& settings,
                 boost::asio::any_io_executor executor);
    ~RetentionJob();

    void start();

    /// Begins no further pass; one under way ends with the stream it is at.
    void stop();

    /// One pass over all streams.
    boost::asio::awaitable<void> run_once();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet
