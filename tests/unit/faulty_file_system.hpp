#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

namespace rivulet {

/// The machine's file system, with a memory of what has been synced, and faults on demand: a full disk, and a loss of
/// power, after which files are as long as they were when they were last synced.
///
/// Thread safety: every member may be called from any thread.
class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
public:
    FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

    const char* Name() const override { return "FaultyFileSystem"; }

    std::atomic<bool> full = false;
    /// No table can be read, as from a disk that is failing.
    std::atomic<bool> unreadable = false;

    /// Every file loses what was not synced. Close the store first.
    void lose_power() {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, file] : files_) {
            std::error_code fault;
            if (std::filesystem::exists(name, fault)) std::filesystem::resize_file(name, file->synced, fault);
        }
        files_.clear();
    }

    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSWritableFile> opened;
        const auto status = target()->NewWritableFile(name, options, &opened, debug);
        if (!status.ok()) return status;
        const auto size = std::make_shared<Size>();
        {
            const std::lock_guard lock(mutex_);
            files_[name] = size;
        }
        *file = std::make_unique<File>(std::move(opened), size, full);
        return status;
    }

    rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          rocksdb::IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
        const auto status = target()->NewRandomAccessFile(name, options, &opened, debug);
        if (status.ok()) *file = std::make_unique<ReadFile>(std::move(opened), unreadable);
        return status;
    }

    rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override {
        const auto status = target()->RenameFile(from, to, options, debug);
        const std::lock_guard lock(mutex_);
        if (auto moved = files_.extract(from); status.ok() && moved) files_[to] = moved.mapped();
        return status;
    }

private:
    struct Size {
        std::atomic<std::uint64_t> written = 0;
        std::atomic<std::uint64_t> synced = 0;
    };

    class ReadFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
    public:
        ReadFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, const std::atomic<bool>& unreadable)
            : FSRandomAccessFileOwnerWrapper(std::move(file)), unreadable_(unreadable) {}

        rocksdb::IOStatus Read(std::uint64_t offset, std::size_t bytes, const rocksdb::IOOptions& options,
                               rocksdb::Slice* result, char* scratch, rocksdb::IODebugContext* debug) const override {
            if (unreadable_) return rocksdb::IOStatus::IOError("the disk does not answer");
            return target()->Read(offset, bytes, options, result, scratch, debug);
        }

    private:
        const std::atomic<bool>& unreadable_;
    };

    class File final : public rocksdb::FSWritableFileOwnerWrapper {
    public:
        File(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<Size> size, std::atomic<bool>& full)
            : FSWritableFileOwnerWrapper(std::move(file)), size_(std::move(size)), full_(full) {}

        rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override {
            if (full_) return rocksdb::IOStatus::NoSpace("the disk is full");
            size_->written += data.size();
            return FSWritableFileOwnerWrapper::Append(data, options, debug);
        }
        rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                                 const rocksdb::DataVerificationInfo& info, rocksdb::IODebugContext* debug) override {
            if (full_) return rocksdb::IOStatus::NoSpace("the disk is full");
            size_->written += data.size();
            return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
        }
        rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
            const auto status = FSWritableFileOwnerWrapper::Sync(options, debug);
            if (status.ok()) size_->synced = size_->written.load();
            return status;
        }
        rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
            const auto status = FSWritableFileOwnerWrapper::Fsync(options, debug);
            if (status.ok()) size_->synced = size_->written.load();
            return status;
        }

    private:
        const std::shared_ptr<Size> size_;
        std::atomic<bool>& full_;
    };

    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Size>> files_;
};

}  // namespace rivulet
