#include "storage/noting_file_system.hpp"

namespace rivulet {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

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
        return note_sync(FSWritableFileOwnerWrapper::Sync(options, debug));
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return note_sync(FSWritableFileOwnerWrapper::Fsync(options, debug));
    }

private:
    // Behind a write that failed, which may have left a part of itself, the file is no longer what its size says.
    IOStatus noted(IOStatus status, std::size_t bytes) {
        if (!status.ok()) is_whole_ = false;
        if (is_whole_) sizes_->set(place_, written_ += bytes, synced_);
        return status;
    }

    // What a sync could not write the system may have dropped, and a later one that succeeds does not bring it back.
    IOStatus note_sync(IOStatus status) {
        if (!is_whole_) return status;
        is_whole_ = status.ok();
        if (is_whole_) {
            synced_ = written_;
        } else {
            written_ = synced_;
        }
        sizes_->set(place_, written_, synced_);
        return status;
    }

    const std::shared_ptr<WrittenSizes> sizes_;
    const std::size_t place_;
    // RocksDB syncs a journal on the thread that writes to it, or when nobody writes to it any more.
    std::uint64_t written_ = 0;
    std::uint64_t synced_ = 0;
    bool is_whole_ = true;
};

}  // namespace

Journal NotingFileSystem::journal_at(const std::filesystem::path& path) const {
    return path.parent_path() == directory_ ? Journal::named(path.filename().string()) : Journal();
}

IOStatus NotingFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
    auto status = target()->NewWritableFile(name, options, file, debug);
    const Journal journal = journal_at(name);
    if (status.ok() && journal.kind != JournalKind::none) {
        *file = std::make_unique<NotedFile>(std::move(*file), journal, sizes_);
    }
    return status;
}

IOStatus NotingFileSystem::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
    if (const Journal journal = journal_at(name); journal.kind != JournalKind::none) sizes_->remove(journal);
    return target()->DeleteFile(name, options, debug);
}

}  // namespace rivulet
