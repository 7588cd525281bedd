#include "storage/background_deletion.hpp"

namespace rivulet {

using rocksdb::IOStatus;

namespace {

constexpr std::uint64_t ample_bytes = 1024UL * 1024 * 1024;

}  // namespace

BackgroundDeletion::~BackgroundDeletion() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
}

IOStatus BackgroundDeletion::DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                        rocksdb::IODebugContext* debug) {
    if (!name.ends_with(".sst") && !name.ends_with(".blob")) return target()->DeleteFile(name, options, debug);
    // There is no answer for a file that is gone already: RocksDB is told that by the deletion itself.
    std::uint64_t room = 0;
    if (!target()->GetFreeSpace(name, options, &room, debug).ok() || room < ample_bytes) {
        return target()->DeleteFile(name, options, debug);
    }
    {
        const std::lock_guard lock(mutex_);
        names_.push_back(name);
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    arrived_.notify_one();
    return IOStatus::OK();
}

void BackgroundDeletion::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        arrived_.wait(lock, [this] { return stopping_ || !names_.empty(); });
        if (stopping_) return;
        const std::string name = std::move(names_.back());
        names_.pop_back();
        lock.unlock();
        // One that cannot be deleted now is found by the next start.
        target()->DeleteFile(name, {}, nullptr).PermitUncheckedError();
        lock.lock();
    }
}

}  // namespace rivulet
