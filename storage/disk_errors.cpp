#include "storage/disk_errors.hpp"

#include <spdlog/spdlog.h>

namespace rivulet {

void DiskErrors::note(const rocksdb::Status& status) {
    const std::lock_guard lock(mutex_);
    last_ = status;
    stopped_.store(true, std::memory_order_release);
    if (status.IsCorruption() && !damaged_.exchange(true)) {
        spdlog::error(
            "A file in the data directory is damaged: {}. Writes are refused. Stop the server and restore the "
            "directory from a copy.",
            status.ToString());
    } else if (!in_episode_) {
        spdlog::warn("The disk does not take writes: {}. They are refused until it does.", status.ToString());
    }
    in_episode_ = true;
}

void DiskErrors::note_read(const rocksdb::Status& status) {
    const std::lock_guard lock(mutex_);
    if (auto fault = status.ToString(); fault != unreadable_) {
        spdlog::error("A file in the data directory cannot be read: {}. Requests for what it holds fail.", fault);
        unreadable_ = std::move(fault);
    }
}

rocksdb::Status DiskErrors::last() const {
    const std::lock_guard lock(mutex_);
    return last_;
}

void DiskErrors::end_episode() {
    const std::lock_guard lock(mutex_);
    if (stopped() || !in_episode_.exchange(false)) return;
    spdlog::info("The disk takes writes again.");
}

// What RocksDB would never let be resumed, an error of the machine's file system that does not say it may be tried
// again, is made one that can be: nobody but the disk knows, and it is asked.
//
// An error of the log is not RocksDB's at all, as whoever wrote knows of it. RocksDB would stop its threads for it, and
// one that was about to write a memtable to a file would forget it, so that going on waited for that file for ever.
void DiskErrors::OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) {
    using rocksdb::Status;
    if (!status->IsIOError() || status->severity() >= Status::kUnrecoverableError) {
        note(*status);
    } else if (reason == rocksdb::BackgroundErrorReason::kCompaction) {
        // The files are there as before, and RocksDB tries again to merge them.
        if (!merge_failed_.exchange(true)) {
            spdlog::warn("Files of the log cannot be merged: {}. It is tried again.", status->ToString());
        }
        *status = Status::OK();
    } else if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) {
        note(*status);
        *status = Status::OK();
    } else {
        if (status->severity() > Status::kHardError) *status = Status(*status, Status::kHardError);
        note(*status);
    }
}

// RocksDB leaves it to the writer when to ask for writes to go on.
void DiskErrors::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) {
    *automatic = false;
}

void DiskErrors::OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& compaction) {
    if (compaction.status.ok()) merge_failed_ = false;
}

}  // namespace rivulet
