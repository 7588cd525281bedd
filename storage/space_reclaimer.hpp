#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "storage/database_writer.hpp"

namespace rivulet {

/// Gives the room of deleted key ranges back to the file system, on a thread of its own, so that nobody waits for it.
///
/// Files that lie in a range as a whole go at once, without being read. The rest costs a merge of all records that are
/// in the two upper levels, whoever's they are, so that ranges are remembered until together they are worth it: no more
/// is rewritten than a few times what is given back. Ranges with little in files are left to the merges that come by
/// themselves.
///
/// Large values are in blob files, and a blob file goes when nothing in it is needed. Where other records' values keep
/// files that are mostly garbage, those values are moved, again if that gives back more than it copies.
///
/// Thread safety: every member may be called from any thread.
class SpaceReclaimer {
public:
    /// `large_bytes`: what deleted ranges must take together to be worth a merge.
    SpaceReclaimer(rocksdb::DB& database, DatabaseWriter& writer, rocksdb::ColumnFamilyHandle* family,
                   std::uint64_t large_bytes)
        : database_(database), writer_(writer), family_(family), large_bytes_(large_bytes) {}

    /// Breaks off what is under way.
    ~SpaceReclaimer();

    /// Drops the range's files, deletes what is left in it and gives its room back, in the background; then calls
    /// `done`. What fails, `done` too, is tried again until it succeeds or is broken off.
    void reclaim_dropped(std::string begin, std::string end, std::function<rocksdb::Status()> done);

    /// Gives back the room of a range that is deleted already, in the background. What fails is tried again.
    void reclaim_trimmed(std::string begin, std::string end);

    /// Drops the files that lie in the range as a whole, as `DatabaseWriter::drop_files` does, unless they refer to
    /// large values. Blocks.
    rocksdb::Status drop_files(const std::string& begin, const std::string& end);

private:
    struct Range {
        std::string end;
        std::function<rocksdb::Status()> done;
        bool is_deleted = false;  ///< the range's deletion is written already
    };
    using Ranges = std::map<std::string, Range>;  ///< by where they begin

    /// Blob files up to a number, and what it takes to be rid of them.
    struct Move {
        std::uint64_t before = 0;  ///< blob files with lower numbers
        std::uint64_t freed = 0;
        std::uint64_t copied = 0;       ///< of large values
        std::uint64_t rewritten = 0;    ///< of files of records
        std::set<std::string> streams;  ///< where those begin whose records refer to the blob files
    };

    void enqueue(std::string begin, Range range);
    void run();
    rocksdb::Status work_on(Ranges& ranges);
    rocksdb::Status look_at(const std::string& begin, Range& range, std::uint64_t& bytes);
    rocksdb::Status compact(const std::string& begin, const std::string& end, rocksdb::CompactRangeOptions options);
    rocksdb::Status move_large_values();
    std::optional<Move> next_move() const;
    static Move best_move(const rocksdb::ColumnFamilyMetaData& files, std::uint64_t enough);

    rocksdb::DB& database_;
    DatabaseWriter& writer_;
    rocksdb::ColumnFamilyHandle* const family_;
    const std::uint64_t large_bytes_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    Ranges ranges_;
    bool is_new_ = false;  ///< a range has arrived since the thread took them last
    std::atomic<bool> stopping_ = false;
    std::thread thread_;  ///< started with the first range
};

}  // namespace rivulet
