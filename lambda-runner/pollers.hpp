#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "lambda-runner/shard_poller.hpp"
#include "lambda-runner/task_group.hpp"

namespace rivulet {

/// All event source mappings at work: a ShardPoller for each mapping and shard, begun when its turn comes. A shard's
/// turn comes when all its parents have been processed to their end, so that records of one partition key are processed
/// in order over a resharding. Mappings and streams that come, change and go are noticed within a second.
///
/// Thread safety: none; everything but `wake` is called on the services' executor.
class Pollers {
public:
    explicit Pollers(PollerServices services);

    /// Begins the work. Call once.
    void start();

    /// Makes the pollers look at the mappings and streams now. From any thread.
    void wake() { changed_.wake(); }

    /// Ends all work, and returns when none is left. Invocations under way are given up: their batches are processed
    /// again after the next start.
    boost::asio::awaitable<void> stop();

private:
    using PollerKey = std::pair<std::string, ShardKey>;  ///< a mapping's UUID, and a shard

    boost::asio::awaitable<void> supervise();
    void reconcile();
    void add_due_shards(const std::shared_ptr<const EventSourceMapping>& mapping, std::set<PollerKey>& due);
    void forget_gone_shards(const EventSourceMapping& mapping, const Stream& stream);
    bool is_processed(const EventSourceMapping& mapping, const Stream& stream,
                      std::optional<std::uint32_t> shard) const;
    boost::asio::awaitable<void> run_poller(PollerKey key, std::shared_ptr<ShardPoller> poller);
    boost::asio::awaitable<void> erase_checkpoints(std::vector<std::string> keys);

    const PollerServices services_;
    TaskGroup tasks_;
    Waiter changed_;
    Interruption interruption_;
    std::map<PollerKey, std::shared_ptr<ShardPoller>> running_;
};

}  // namespace rivulet
