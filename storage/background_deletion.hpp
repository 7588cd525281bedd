#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rivulet {

/// A file system that deletes files of records and large values on a thread of its own, one after the other. A merge
/// leaves hundreds of them at once, which takes seconds, and the thread of RocksDB that would delete them is the one
/// that writes memtables to files: writers would come to wait for it.
///
/// On a disk that has less than 1 GiB left they are deleted at once: going on after an error counts on their room.
///
/// Files that are still to be deleted when this goes are deleted after the next start, as RocksDB looks for them then.
///
/// Thread safety: every member may be called from any thread.
class BackgroundDeletion final : public rocksdb::FileSystemWrapper {
public:
    explicit BackgroundDeletion(const std::shared_ptr<rocksdb::FileSystem>& target) : FileSystemWrapper(target) {}
    ~BackgroundDeletion() override;

    const char* Name() const override { return "BackgroundDeletion"; }

    rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;

private:
    void run();

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> names_;
    bool stopping_ = false;
    std::thread thread_;  ///< started with the first file
};

}  // namespace rivulet
