#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <optional>
#include <shared_mutex>

#include "common/clock.hpp"
#include "storage/disk_errors.hpp"

namespace rivulet {

/// Everything that is written to the database once it is open goes through here. After an error of the disk the
/// database refuses writes until it is asked to go on; the next write asks, but not every one of many.
///
/// Thread safety: every member may be called from any thread.
class DatabaseWriter {
public:
    DatabaseWriter(rocksdb::DB& database, DiskErrors& errors, Clock& clock)
        : database_(database), errors_(errors), clock_(clock) {}

    /// Writes a batch as one. With `options.no_slowdown` it does not block, and answers Incomplete where it would have
    /// to.
    rocksdb::Status write(const rocksdb::WriteOptions& options, rocksdb::WriteBatch& batch);

    /// Has the database go on if an error stopped it, for what works on files without writing. Blocks.
    rocksdb::Status resume();

    /// Deletes the files that lie in [begin, end) as a whole. What was deleted in the range before may come back in
    /// part, from a file that reaches beyond it: delete the range again. Blocks.
    rocksdb::Status drop_files(rocksdb::ColumnFamilyHandle* family, std::string_view begin, std::string_view end);

private:
    bool is_time();
    rocksdb::Status go_on();

    rocksdb::DB& database_;
    DiskErrors& errors_;
    Clock& clock_;
    std::shared_mutex going_on_;            ///< shared by writers, held alone by who asks the database to go on
    std::optional<Timestamp> asked_;        ///< when the database was asked last
    std::atomic<bool> kept_files_ = false;  ///< since a list of files that could not be written
};

}  // namespace rivulet
