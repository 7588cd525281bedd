#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace rivulet {

/// A file system for the database, in which a write to its log that failed half way does no harm. The failed write
/// leaves a part of itself, and RocksDB writes it again, whole, when it ends the log: here the whole takes the part's
/// place instead of following it, which a start would take for damage.
///
/// Thread safety: every member may be called from any thread.
class LogFiles final : public rocksdb::FileSystemWrapper {
public:
    explicit LogFiles(const std::shared_ptr<rocksdb::FileSystem>& target) : FileSystemWrapper(target) {}

    const char* Name() const override { return "LogFiles"; }

    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
};

}  // namespace rivulet
