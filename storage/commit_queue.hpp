#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "config/settings.hpp"

namespace rivulet {

/// One piece of work for the writer: it stages its changes into a group, and after the group's commit publishes them in
/// memory and answers its caller.
class CommitItem {
public:
    virtual ~CommitItem() = default;

    /// Whether this item reads what other items write, and so must see them published: it ends its group and is the
    /// only one of its kind in it.
    virtual bool is_transaction() const = 0;

    /// Adds the item's changes to `batch`; returns false if it has none (its answer then does not depend on the
    /// commit).
    virtual bool stage(rocksdb::WriteBatch& batch) = 0;

    /// Called when the group is committed, in order, before any answer.
    virtual void publish() = 0;

    /// Called last, with the commit's outcome.
    virtual void answer(const rocksdb::Status& status) = 0;
};

/// The store's one writer: takes what has gathered while it was writing, and commits it as one RocksDB write. That
/// makes a group of every writer that waits, over all connections and streams, and lets positions be assigned without
/// locks.
///
/// Thread safety: `submit` from any thread. The destructor commits what is queued.
class CommitQueue {
public:
    CommitQueue(rocksdb::DB& database, Durability durability);
    ~CommitQueue();

    void submit(std::unique_ptr<CommitItem> item);

    /// Returns when everything submitted so far has been answered.
    void drain();

private:
    void run();
    void commit(std::span<std::unique_ptr<CommitItem>> items);

    rocksdb::DB& database_;
    rocksdb::WriteOptions options_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::unique_ptr<CommitItem>> queued_;
    bool stopping_ = false;
    bool committing_ = false;
    std::condition_variable drained_;
    rocksdb::WriteBatch batch_;  ///< kept between groups for its buffer
    std::thread writer_;
};

}  // namespace rivulet
