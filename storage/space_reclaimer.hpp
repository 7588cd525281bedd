#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "storage/database_writer.hpp"

namespace rivulet {

/// Gives the room of deleted key ranges back to the file system: whole files at once, the rest by compacting the range
/// on a thread of its own, so that nobody waits for it.
///
/// Thread safety: every member may be called from any thread.
class SpaceReclaimer {
public:
    /// `large_bytes`: what a deleted range must take to be worth a compaction of its own.
    SpaceReclaimer(rocksdb::DB& database, DatabaseWriter& writer, rocksdb::ColumnFamilyHandle* family,
                   std::uint64_t large_bytes)
        : database_(database), writer_(writer), family_(family), large_bytes_(large_bytes) {}

    /// Breaks off what is under way.
    ~SpaceReclaimer();

    /// Drops the range's files, deletes what is left in it and compacts it away, in the background; then calls `done`.
    /// What fails, `done` too, is tried again until it succeeds or is broken off.
    void reclaim(std::string begin, std::string end, std::function<rocksdb::Status()> done);

    /// Compacts a deleted range in the background if it still takes much room and nothing else is to be done.
    void compact_if_large(const std::string& begin, const std::string& end);

private:
    struct Range {
        std::string begin;
        std::string end;
        std::function<rocksdb::Status()> done;
        bool is_deleted = false;  ///< the range's deletion is written already
    };

    void enqueue(Range range);
    void run();
    rocksdb::Status work_on(const Range& range);

    rocksdb::DB& database_;
    DatabaseWriter& writer_;
    rocksdb::ColumnFamilyHandle* const family_;
    const std::uint64_t large_bytes_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Range> ranges_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;  ///< started with the first range
};

}  // namespace rivulet
