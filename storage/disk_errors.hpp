#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <mutex>
#include <string>

namespace rivulet {

/// What the database's own threads and its writers meet at the disk, and what it means for writes: an error of a write
/// stops them until the database is asked to go on, one of a merge of files does not, and a damaged file stops them for
/// good. Says so in the log once, however many requests meet it and however often the database is asked in vain to go
/// on, and once more when it is over.
///
/// Thread safety: every member may be called from any thread.
class DiskErrors final : public rocksdb::EventListener {
public:
    /// A write failed, or what the database needs for writing.
    void note(const rocksdb::Status& status);

    /// Whether writes are refused until the database has been asked to go on.
    bool stopped() const { return stopped_.load(std::memory_order_acquire); }

    /// A read failed, which stops nothing. A file that cannot be read mostly stays so: one fault is told once.
    void note_read(const rocksdb::Status& status);

    /// The error that stopped writes last; OK if none ever did.
    rocksdb::Status last() const;

    /// Whether nothing but a start of the server on an undamaged directory lets writes go on.
    bool damaged() const { return damaged_.load(std::memory_order_acquire); }

    /// The database is about to be asked to go on: errors from here on are new ones.
    void begin_attempt() { stopped_.store(false, std::memory_order_release); }

    /// A write to the log succeeded: where errors had stopped writes, and no more has come since, that is over.
    void note_write() {
        if (in_episode_.load(std::memory_order_relaxed)) end_episode();
    }

private:
    void end_episode();
    void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override;
    void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& compaction) override;

    std::atomic<bool> stopped_ = false;
    std::atomic<bool> in_episode_ = false;  ///< the log has been told that writes are refused, and not yet of an end
    std::atomic<bool> damaged_ = false;
    std::atomic<bool> merge_failed_ = false;  ///< since files were last merged
    mutable std::mutex mutex_;
    rocksdb::Status last_;
    std::string unreadable_;  ///< what was told of reads last
};

}  // namespace rivulet
