#include "storage/space_reclaimer.hpp"

namespace rivulet {

namespace {

constexpr std::chrono::seconds retry_pause{1};

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

SpaceReclaimer::~SpaceReclaimer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void SpaceReclaimer::reclaim(std::string begin, std::string end, std::function<rocksdb::Status()> done) {
    enqueue({std::move(begin), std::move(end), std::move(done), false});
}

void SpaceReclaimer::compact_if_large(const std::string& begin, const std::string& end) {
    {
        const std::lock_guard lock(mutex_);
        if (!ranges_.empty()) return;
    }
    // Less is left to the compactions that come by themselves.
    const rocksdb::Range range(begin, end);
    std::uint64_t bytes = 0;
    const auto measured =
        database_.GetApproximateSizes(rocksdb::SizeApproximationOptions(), family_, &range, 1, &bytes);
    if (!measured.ok() || bytes < large_bytes_) return;
    enqueue({begin, end, {}, true});
}

void SpaceReclaimer::enqueue(Range range) {
    {
        const std::lock_guard lock(mutex_);
        ranges_.push_back(std::move(range));
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    arrived_.notify_one();
}

void SpaceReclaimer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        arrived_.wait(lock, [this] { return stopping_ || !ranges_.empty(); });
        if (stopping_) return;
        Range range = std::move(ranges_.front());
        ranges_.pop_front();
        lock.unlock();
        const bool done = work_on(range).ok() && (!range.done || range.done().ok());
        lock.lock();
        if (!done && !stopping_) {
            // A full disk, most likely, and this is what makes room on it: it is tried until it is done.
            ranges_.push_back(std::move(range));
            arrived_.wait_for(lock, retry_pause, [this] { return stopping_.load(); });
        }
    }
}

rocksdb::Status SpaceReclaimer::work_on(const Range& range) {
    if (auto resumed = writer_.resume(); !resumed.ok()) return resumed;
    if (!range.is_deleted) {
        if (auto dropped = writer_.drop_files(family_, range.begin, range.end); !dropped.ok()) return dropped;
        rocksdb::WriteBatch batch;
        batch.DeleteRange(family_, range.begin, range.end);
        if (auto deleted = writer_.write({}, batch); !deleted.ok()) return deleted;
    }
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.canceled = &stopping_;
    const rocksdb::Slice from = slice(range.begin);
    const rocksdb::Slice to = slice(range.end);
    return database_.CompactRange(options, family_, &from, &to);
}

}  // namespace rivulet
