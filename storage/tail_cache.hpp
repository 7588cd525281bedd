#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/record_log.hpp"

namespace rivulet {

/// All records that a shard has from position `from` up to `next`: nothing will ever be added in between.
struct TailRun {
    Position from = 0;
    Position next = 0;
    std::vector<StoredRecord> records;
};

/// What is remembered of one shard's end: runs, each of which begins where the one before it ends.
///
/// Thread safety: every member may be called from any thread.
class ShardTail {
public:
    using Run = std::shared_ptr<const TailRun>;

    /// The runs from the one that has `from` on; empty if none has it.
    std::vector<Run> runs_from(Position from) const;

    /// Puts a run behind the others, or in their place where it does not go on from them. False if its records are
    /// there already.
    bool add(Run run);

    void forget(const Run& run);

private:
    mutable std::mutex mutex_;
    std::deque<Run> runs_;
};

/// The last records of the shards that are read at their tips, shared by all their readers: the first reader to ask for
/// new records brings them in, and the others find them here. Bounded in bytes; what came in first goes first.
///
/// Thread safety: every member may be called from any thread.
class TailCache {
public:
    explicit TailCache(std::size_t budget_bytes) : budget_(budget_bytes) {}

    /// Appends what is known of a shard at and after `batch.next` to `batch`, within `limits`, and moves `batch.next`
    /// on. Returns false once the limits are reached, and true if there is room for more.
    static bool read(const ShardTail& tail, const ReadLimits& limits, ReadBatch& batch);

    /// Remembers copies of the records that were read at the tip of a shard.
    void add(const std::shared_ptr<ShardTail>& tail, Position from, Position next,
             std::span<const StoredRecord> records);

    /// Bytes that the records held take.
    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    struct Entry {
        std::weak_ptr<ShardTail> tail;
        std::weak_ptr<const TailRun> run;
    };

    void make_room();

    const std::size_t budget_;
    std::atomic<std::size_t> bytes_ = 0;
    std::mutex mutex_;
    static constexpr std::size_t min_sweep = 1024;

    std::deque<Entry> entries_;         ///< in the order they came in
    std::size_t sweep_at_ = min_sweep;  ///< how many entries there may be before those without a run are left out
};

}  // namespace rivulet
