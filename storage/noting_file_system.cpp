#include "storage/noting_file_system.hpp"

#include <atomic>

namespace rivulet {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

Journal journal_of(const std::string& path) {
    return Journal::named(std::filesystem::path(path).filename().string());
}

class NotedFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    NotedFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, const Journal& journal,
              std::shared_ptr<WrittenSizes> sizes)
        : FSWritableFileOwnerWrapper(std::move(file)), sizes_(std::move(sizes)), place_(sizes_->add(journal)) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        return noted(FSWritableFileOwnerWrapper::Append(data, options, debug), data.size());
    }
    IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& verification,
                    IODebugContext* debug) override {
        return noted(FSWritableFileOwnerWrapper::Append(data, options, verification, debug), data.size());
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        const auto written = written_.load();
        return note_sync(FSWritableFileOwnerWrapper::Sync(options, debug), written);
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        const auto written = written_.load();
        return note_sync(FSWritableFileOwnerWrapper::Fsync(options, debug), written);
    }

private:
    // Behind a write that failed, which may have left a part of itself, the file is no longer what its size says.
    IOStatus noted(IOStatus status, std::size_t bytes) {
        if (!status.ok()) is_whole_ = false;
        if (is_whole_) sizes_->set(place_, written_ += bytes, synced_);
        return status;
    }

    IOStatus note_sync(IOStatus status, std::uint64_t written) {
        if (status.ok()) sizes_->set(place_, written_, synced_ = written);
        return status;
    }

    const std::shared_ptr<WrittenSizes> sizes_;
    const std::size_t place_;
    std::atomic<std::uint64_t> written_ = 0;
    std::atomic<std::uint64_t> synced_ = 0;
    std::atomic<bool> is_whole_ = true;
};

}  // namespace

IOStatus NotingFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
    auto status = target()->NewWritableFile(name, options, file, debug);
    const Journal journal = journal_of(name);
    if (status.ok() && journal.kind != JournalKind::none) {
        *file = std::make_unique<NotedFile>(std::move(*file), journal, sizes_);
    }
    return status;
}

IOStatus NotingFileSystem::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
    sizes_->remove(journal_of(name));
    return target()->DeleteFile(name, options, debug);
}

}  // namespace rivulet
