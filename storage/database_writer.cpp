#include "storage/database_writer.hpp"

#include <rocksdb/convenience.h>

#include <mutex>

namespace rivulet {

namespace {

using rocksdb::Status;

// A disk that fails is asked so often whether it takes writes again: each time, what memory holds is written.
constexpr std::chrono::milliseconds resume_interval{250};

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

Status DatabaseWriter::write(const rocksdb::WriteOptions& options, rocksdb::WriteBatch& batch) {
    if (errors_.stopped()) {
        if (options.no_slowdown) return Status::Incomplete();
        if (auto resumed = resume(); !resumed.ok()) return resumed;
    }
    std::shared_lock lock(going_on_, std::defer_lock);
    if (!options.no_slowdown) {
        lock.lock();
    } else if (!lock.try_lock()) {
        return Status::Incomplete();
    }
    // Between the look above and the lock an attempt may have failed, after which the log must not be written to.
    if (errors_.stopped()) return options.no_slowdown ? Status::Incomplete() : errors_.last();
    auto status = database_.Write(options, &batch);
    if (status.ok()) {
        errors_.note_write();
    } else if (!status.IsIncomplete()) {
        errors_.note(status);
    }
    return status;
}

bool DatabaseWriter::is_time() {
    const Timestamp now = clock_.now();
    const bool waits = asked_ && now >= *asked_ && now - *asked_ < resume_interval;
    if (!waits) asked_ = now;
    return !waits;
}

Status DatabaseWriter::resume() {
    if (!errors_.stopped()) return Status::OK();
    const std::lock_guard lock(going_on_);
    if (!errors_.stopped()) return Status::OK();
    if (errors_.damaged() || !is_time()) return errors_.last();
    errors_.begin_attempt();
    auto status = go_on();
    if (status.ok() && errors_.stopped()) status = errors_.last();
    if (!status.ok()) errors_.note(status);
    return status;
}

// A log whose last write or sync failed is not to be written behind: what is read from it ends there, and RocksDB
// aborts the program rather than append to it. Going on ends the log where memory holds anything that it has to write
// to files, and only there. So there is made to be something, past the log. That is refused with the log still as it
// was if memory was empty before; going on once more ends it.
Status DatabaseWriter::go_on() {
    if (auto resumed = database_.Resume(); !resumed.ok()) return resumed;
    rocksdb::WriteOptions past_the_log;
    past_the_log.disableWAL = true;
    if (auto written = database_.Put(past_the_log, "log", "ended"); !written.ok()) return written;
    rocksdb::FlushOptions at_once;
    at_once.wait = false;
    // A file that was about to be written when that is refused would be forgotten, and waited for.
    database_.PauseBackgroundWork();
    const auto ended = database_.Flush(at_once);
    database_.ContinueBackgroundWork();
    if (!ended.ok()) {
        errors_.begin_attempt();
        if (auto resumed = database_.Resume(); !resumed.ok()) return resumed;
    }
    if (auto written = database_.Flush(rocksdb::FlushOptions()); !written.ok()) return written;
    if (kept_files_.exchange(false)) database_.EnableFileDeletions(false);
    return Status::OK();
}

Status DatabaseWriter::drop_files(rocksdb::ColumnFamilyHandle* family, std::string_view begin, std::string_view end) {
    if (auto resumed = resume(); !resumed.ok()) return resumed;
    const std::shared_lock lock(going_on_);
    const rocksdb::Slice from = slice(begin);
    const rocksdb::Slice to = slice(end);
    const rocksdb::RangePtr range(&from, &to);
    auto status = rocksdb::DeleteFilesInRanges(&database_, family, &range, 1, false);
    if (status.IsIOError()) {
        // RocksDB does not count this as an error that it has to go on from, but going on from another one it expects
        // that no file has been deleted since the list of files could not be written.
        if (!kept_files_.exchange(true)) database_.DisableFileDeletions();
        errors_.note(status);
    }
    return status;
}

}  // namespace rivulet
