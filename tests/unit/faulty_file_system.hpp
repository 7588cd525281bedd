#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace rivulet {

enum class FileKind { log, table, manifest, other };
enum class Operation { create, append, append_in_part, sync, read };

/// What fails, and how: once, or until it is healed.
struct Fault {
    FileKind file = FileKind::log;
    Operation operation = Operation::append;
    bool lasting = false;
    rocksdb::IOStatus status = rocksdb::IOStatus::IOError("the disk does not answer");
};

/// The machine's file system, with a memory of what has been synced, and faults on demand: a full disk, one that fails
/// in one way, and a loss of power, after which files are as long as they were when they were last synced.
///
/// Thread safety: every member may be called from any thread.
class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
public:
    FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

    const char* Name() const override { return "FaultyFileSystem"; }

    std::atomic<bool> full = false;
    /// No table can be read, as from a disk that is failing.
    std::atomic<bool> unreadable = false;

    /// From now on, in place of what was to fail before.
    void fail(Fault fault) {
        const std::lock_guard lock(mutex_);
        fault_ = std::move(fault);
        failures_ = 0;
    }

    void heal() {
        const std::lock_guard lock(mutex_);
        fault_.reset();
    }

    /// How often something failed since `fail`.
    std::size_t failures() const {
        const std::lock_guard lock(mutex_);
        return failures_;
    }

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
        const FileKind kind = kind_of(name);
        if (auto failed = outcome(kind, Operation::create); !failed.ok()) return failed;
        std::unique_ptr<rocksdb::FSWritableFile> opened;
        const auto status = target()->NewWritableFile(name, options, &opened, debug);
        if (!status.ok()) return status;
        const auto size = std::make_shared<Size>();
        {
            const std::lock_guard lock(mutex_);
            files_[name] = size;
        }
        *file = std::make_unique<File>(std::move(opened), size, kind, *this);
        return status;
    }

    rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          rocksdb::IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
        const auto status = target()->NewRandomAccessFile(name, options, &opened, debug);
        if (status.ok()) *file = std::make_unique<ReadFile>(std::move(opened), kind_of(name), *this);
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
        ReadFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, FileKind kind, FaultyFileSystem& disk)
            : FSRandomAccessFileOwnerWrapper(std::move(file)), kind_(kind), disk_(disk) {}

        rocksdb::IOStatus Read(std::uint64_t offset, std::size_t bytes, const rocksdb::IOOptions& options,
                               rocksdb::Slice* result, char* scratch, rocksdb::IODebugContext* debug) const override {
            if (disk_.unreadable) return rocksdb::IOStatus::IOError("the disk does not answer");
            if (auto failed = disk_.outcome(kind_, Operation::read); !failed.ok()) return failed;
            return target()->Read(offset, bytes, options, result, scratch, debug);
        }

    private:
        const FileKind kind_;
        FaultyFileSystem& disk_;
    };

    class File final : public rocksdb::FSWritableFileOwnerWrapper {
    public:
        File(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<Size> size, FileKind kind,
             FaultyFileSystem& disk)
            : FSWritableFileOwnerWrapper(std::move(file)), size_(std::move(size)), kind_(kind), disk_(disk) {}

        rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override {
            if (auto failed = append_outcome(); !failed.ok()) return failed;
            if (auto failed = disk_.outcome(kind_, Operation::append_in_part); !failed.ok()) {
                target()->Append(half_of(data), options, debug);
                return failed;
            }
            size_->written += data.size();
            return FSWritableFileOwnerWrapper::Append(data, options, debug);
        }
        rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                                 const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
            return Append(data, options, debug);
        }
        rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
            if (auto failed = disk_.outcome(kind_, Operation::sync); !failed.ok()) return failed;
            const auto status = FSWritableFileOwnerWrapper::Sync(options, debug);
            if (status.ok()) size_->synced = size_->written.load();
            return status;
        }
        rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
            if (auto failed = disk_.outcome(kind_, Operation::sync); !failed.ok()) return failed;
            const auto status = FSWritableFileOwnerWrapper::Fsync(options, debug);
            if (status.ok()) size_->synced = size_->written.load();
            return status;
        }

    private:
        rocksdb::IOStatus append_outcome() {
            if (disk_.full) return rocksdb::IOStatus::NoSpace("the disk is full");
            return disk_.outcome(kind_, Operation::append);
        }

        static rocksdb::Slice half_of(const rocksdb::Slice& data) { return {data.data(), data.size() / 2}; }

        const std::shared_ptr<Size> size_;
        const FileKind kind_;
        FaultyFileSystem& disk_;
    };

    static FileKind kind_of(const std::string& name) {
        if (name.ends_with(".log")) return FileKind::log;
        if (name.ends_with(".sst") || name.ends_with(".blob")) return FileKind::table;
        if (name.find("/MANIFEST-") != std::string::npos) return FileKind::manifest;
        return FileKind::other;
    }

    rocksdb::IOStatus outcome(FileKind file, Operation operation) {
        const std::lock_guard lock(mutex_);
        if (!fault_ || fault_->file != file || fault_->operation != operation) return rocksdb::IOStatus::OK();
        ++failures_;
        auto status = fault_->status;
        if (!fault_->lasting) fault_.reset();
        return status;
    }

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Size>> files_;
    std::optional<Fault> fault_;
    std::size_t failures_ = 0;
};

}  // namespace rivulet
