#pragma once

#include <rocksdb/file_system.h>

#include <memory>

#include "storage/written_sizes.hpp"

namespace rivulet {

/// A file system that has WrittenSizes note what is written to the journals in one directory; copies of them that are
/// made elsewhere, as for a checkpoint, are none.
///
/// Thread safety: every member may be called from any thread.
class NotingFileSystem final : public rocksdb::FileSystemWrapper {
public:
    NotingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target, std::filesystem::path directory,
                     std::shared_ptr<WrittenSizes> sizes)
        : FileSystemWrapper(target), directory_(std::move(directory)), sizes_(std::move(sizes)) {}

    const char* Name() const override { return "NotingFileSystem"; }

    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;

private:
    Journal journal_at(const std::filesystem::path& path) const;

    const std::filesystem::path directory_;
    const std::shared_ptr<WrittenSizes> sizes_;
};

}  // namespace rivulet
