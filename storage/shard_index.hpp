#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "storage/record_log.hpp"
#include "storage/tail_cache.hpp"

namespace rivulet {

/// What the process knows of a shard: where its next record goes, and who waits for it.
class ShardState {
public:
    ShardState(ShardKey key, bool closed, bool is_new) : key_(key), closed_(closed) {
        // No number is given out twice, so that a new shard has no records to be found.
        recovered_ = is_new;
    }

    ShardKey key() const { return key_; }
    bool closed() const { return closed_.load(std::memory_order_acquire); }
    bool gone() const { return gone_.load(std::memory_order_acquire); }

    /// The position after the last committed record. `recover` finds it after a restart, when it is first asked for; if
    /// it cannot, that is answered and the next one to ask tries again.
    Result<Position> tip(const std::function<Result<Position>(ShardKey)>& recover);

    /// Of whoever has the commit queue's turn: the position of the next record, arriving at `now`.
    Position next(Timestamp now);

    /// Of whoever has the commit queue's turn: all positions given out so far are committed.
    void publish();
    void close();
    void drop();

    /// Records before this position are trimmed away, whatever a cache may still hold.
    Position floor() const { return floor_.load(std::memory_order_acquire); }
    void raise_floor(Position before);

    /// What is remembered of the shard's last records; made at first use.
    std::shared_ptr<ShardTail> tail();

    /// `waker` is called at every publish, close and drop, until `forget`.
    using Registration = std::list<std::function<void()>>::iterator;
    Registration remember(std::function<void()> waker);
    void forget(Registration registration);

private:
    void wake();

    const ShardKey key_;
    std::mutex recovery_;
    std::atomic<bool> recovered_ = false;
    std::atomic<Position> tip_ = 0;
    Position next_ = 0;  ///< runs ahead of `tip_` while a group is being committed
    std::atomic<Position> floor_ = 0;
    std::atomic<bool> closed_;
    std::atomic<bool> gone_ = false;
    std::mutex mutex_;
    std::list<std::function<void()>> wakers_;
    std::shared_ptr<ShardTail> tail_;
};

/// All shards, by key. Thread safety: every member may be called from any thread.
class ShardIndex {
public:
    /// `is_new`: the shard has never been there before.
    void add(ShardKey key, bool closed, bool is_new);
    std::shared_ptr<ShardState> find(ShardKey key) const;
    /// Takes a shard out and returns it; null if there is none.
    std::shared_ptr<ShardState> remove(ShardKey key);
    /// Takes a stream's shards out and returns them.
    std::vector<std::shared_ptr<ShardState>> remove_stream(std::uint64_t stream);

private:
    struct Hash {
        std::size_t operator()(ShardKey key) const { return key.stream * 0x9e37'79b9'7f4a'7c15U + key.shard; }
    };

    mutable std::shared_mutex mutex_;
    boost::unordered_flat_map<ShardKey, std::shared_ptr<ShardState>, Hash> shards_;
};

}  // namespace rivulet
