#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "server/kinesis/service.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// How many shards an on-demand stream needs: for twice the peak of what was written to it in the last 30 days, at
/// least four, and at least for the throughput it was warmed for
/// (https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html#ondemandmode).
std::int32_t wanted_shards(const Stream& stream, Timestamp now);

/// Adds what was seen of a stream's traffic to its daily peaks, and forgets those that are older than 30 days. A stream
/// without any begins with the peak that its present shards are good for. Whether that changed anything.
bool note_traffic(Stream& stream, std::int64_t bytes_per_second, std::int64_t records_per_second, Timestamp now);

/// Scales on-demand streams by the traffic it counts: every `on_demand_check_interval` it takes each stream's mean
/// throughput since the last look. Peaks are in the catalog, so a restart does not forget them.
///
/// Thread safety: every member may be called from any thread.
class OnDemandScaling {
public:
    OnDemandScaling(Service& service, boost::asio::any_io_executor executor);
    ~OnDemandScaling();

    void start();

    /// Begins no further look; one under way ends with the stream it is at.
    void stop();

    /// Counts records that an on-demand stream took, with their bytes.
    void count(std::uint64_t stream, std::size_t records, std::size_t bytes);

    /// One look at all streams.
    boost::asio::awaitable<void> run_once();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::kinesis
