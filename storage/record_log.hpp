#pragma once

#include <boost/asio/awaitable.hpp>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.hpp"
#include "common/result.hpp"

namespace rivulet {

/// A shard's place in the log: the stream's id and the shard's ordinal.
struct ShardKey {
    std::uint64_t stream = 0;
    std::uint32_t shard = 0;

    auto operator<=>(const ShardKey&) const = default;
};

/// A record's place in its shard. Positions strictly increase in a shard and are never used twice, over restarts and
/// clocks that go back too. They begin with the arrival time, so that a time is found by seeking.
using Position = std::uint64_t;

/// The first position a record arriving at `time` can have.
Position position_at(Timestamp time);

/// When the record at a position arrived, as the log counts it: never before the record that precedes it.
Timestamp arrival_of(Position position);

/// After every record of a shard.
inline constexpr Position end_position = 0x7fff'ffff'ffff'ffff;

/// A record on its way in. The views must live until the append has been answered.
struct NewRecord {
    ShardKey shard;
    std::string_view partition_key;
    std::string_view data;
};

struct StoredRecord {
    Position position = 0;
    std::string partition_key;
    std::string data;
};

struct ReadLimits {
    std::size_t records;
    std::size_t bytes;  ///< of data and partition keys; a first record larger than this is still returned
};

struct ReadBatch {
    std::vector<StoredRecord> records;
    /// Where the next read goes on.
    Position next = 0;
    /// Whether this read saw the shard's end as it stood: nothing more was there.
    bool reached_tip = false;
    /// Whether the shard is closed: with `reached_tip`, nothing will ever come again.
    bool closed = false;
};

/// The sharded log of records: append, read, trim, wait. It knows shards by key alone: which exist, and which are
/// closed, is decided by the catalog's transactions (`Catalog::Transaction::open_shard` and its neighbours).
///
/// Thread safety: every member may be called from any thread; coroutines resume on the executor they were awaited on.
class RecordLog {
public:
    virtual ~RecordLog() = default;

    /// Appends records, in order, in one commit, and returns after it is as durable as the store's setting promises.
    /// The answer has one entry a record: its position, or nothing if its shard is closed or unknown; the others are
    /// stored all the same. Errors: io_failure, and then none is stored.
    virtual boost::asio::awaitable<Result<std::vector<std::optional<Position>>>> append(
        std::span<const NewRecord> records) = 0;

    /// Reads records at or after `from`, in order.
    /// Errors: io_failure.
    virtual boost::asio::awaitable<Result<ReadBatch>> read(ShardKey shard, Position from, ReadLimits limits) = 0;

    /// The position after the last record of a shard; the next record will be at it or later.
    virtual Result<Position> tip(ShardKey shard) = 0;

    /// Returns true once the shard has a record at or after `from`, or is closed or gone; false after `delay`.
    /// Cancelling the coroutine ends the wait.
    virtual boost::asio::awaitable<bool> wait(ShardKey shard, Position from, std::chrono::milliseconds delay) = 0;

    /// Calls `waker` whenever the shard has got records, was closed, or went, for as long as the answer lives. It is
    /// called on the writer's thread and must be short. For readers that wait for other things too.
    virtual std::shared_ptr<void> watch(ShardKey shard, std::function<void()> waker) = 0;

    /// Removes the records of a shard that are before `before`, and gives their room back.
    /// Errors: io_failure.
    virtual Result<void> trim(ShardKey shard, Position before) = 0;
};

}  // namespace rivulet
