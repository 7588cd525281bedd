#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "config/settings.hpp"
#include "storage/database_writer.hpp"

namespace rivulet {

/// One piece of work for the writer: it stages its changes into a group, and after the group's commit publishes them in
/// memory and answers its caller.
class CommitItem {
public:
    virtual ~CommitItem() = default;

    /// Whether this item reads what other items write, and so must see them published: it ends its group and is the
    /// only one of its kind in it.
    virtual bool is_transaction() const = 0;

    /// About how many bytes it will add to the batch.
    virtual std::size_t bytes() const = 0;

    /// Adds the item's changes to `batch`; returns false if it has none (its answer then does not depend on the
    /// commit).
    virtual bool stage(rocksdb::WriteBatch& batch) = 0;

    /// Called when the group is committed, in order, before any answer.
    virtual void publish() = 0;

    /// Called last, with the commit's outcome: returns what tells it to the submitter, which is called on the
    /// submitter's executor and may outlive the store.
    virtual std::function<void()> answer(const rocksdb::Status& status) = 0;
};

/// The store's one writer: whoever has its turn takes all that has gathered meanwhile, and commits it as one RocksDB
/// write. That makes a group of every writer that waits, over all connections and streams, and lets positions be
/// assigned without locks.
///
/// The turn goes to the submitter's own thread, once it has run what else was ready there, where all that gathered is
/// small and no sync is asked for: such a commit is a copy into the page cache, and waking another thread would cost
/// more than it. Whatever may take long (much data, a transaction, a sync, a stalled database) goes to the queue's own
/// thread.
///
/// Thread safety: `submit` from any thread.
class CommitQueue : public std::enable_shared_from_this<CommitQueue> {
public:
    CommitQueue(DatabaseWriter& writer, Durability durability);
    ~CommitQueue();

    /// Commits what is queued and takes no more.
    void stop();

    /// `executor` is the submitter's, whose handlers run one at a time.
    void submit(std::unique_ptr<CommitItem> item, const boost::asio::any_io_executor& executor);

    /// Returns when everything submitted so far is committed and its answers are on their way. Blocks.
    void drain();

private:
    struct Queued {
        std::unique_ptr<CommitItem> item;
        boost::asio::any_io_executor executor;
    };

    void run();
    void lead(const boost::asio::any_io_executor& executor);
    void invite(const boost::asio::any_io_executor& executor);
    void take();
    bool commit(bool may_block);
    void gather(std::unique_lock<std::mutex>& lock);
    bool is_gathered() const;
    rocksdb::Status write(bool may_block);
    static void answer(std::span<Queued> group, const rocksdb::Status& status);

    DatabaseWriter& database_;
    const bool in_place_;
    rocksdb::WriteOptions options_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable drained_;
    std::vector<Queued> queued_;
    std::size_t queued_bytes_ = 0;
    std::size_t awaited_ = 0;   ///< as many are queued before the queue's own thread is woken
    bool handed_over_ = false;  ///< what is queued is for the queue's own thread
    bool invited_ = false;      ///< a submitter's thread is on its way to lead
    bool committing_ = false;   ///< somebody has the turn
    bool stalled_ = false;      ///< and passes it on to the queue's own thread, with what it had begun
    bool stopping_ = false;

    // Of whoever has the turn.
    std::vector<Queued> taken_;
    std::size_t group_begin_ = 0;
    std::size_t group_end_ = 0;
    bool group_changes_ = false;
    rocksdb::WriteBatch batch_;  ///< kept between groups for its buffer

    // Of the last group that was synced.
    std::size_t writers_ = 0;  ///< those it had, and those queued when it was written, before any of it was answered
    std::chrono::steady_clock::duration sync_took_{};

    std::thread writer_;
};

}  // namespace rivulet
