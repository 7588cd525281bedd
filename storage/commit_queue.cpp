#include "storage/commit_queue.hpp"

#include <span>

namespace rivulet {

namespace {

// A larger group would only make its first writers wait for its last.
constexpr std::size_t max_group_bytes = 8 * 1024 * 1024;

}  // namespace

CommitQueue::CommitQueue(rocksdb::DB& database, Durability durability) : database_(database) {
    options_.sync = durability == Durability::power;
    writer_ = std::thread([this] { run(); });
}

CommitQueue::~CommitQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    writer_.join();
}

void CommitQueue::submit(std::unique_ptr<CommitItem> item) {
    bool was_empty = false;
    {
        const std::lock_guard lock(mutex_);
        was_empty = queued_.empty();
        queued_.push_back(std::move(item));
    }
    if (was_empty) arrived_.notify_one();
}

void CommitQueue::drain() {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return queued_.empty() && !committing_; });
}

void CommitQueue::run() {
    std::vector<std::unique_ptr<CommitItem>> taken;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
            if (queued_.empty()) return;
            taken.swap(queued_);
            committing_ = true;
        }
        commit(taken);
        taken.clear();
        const std::lock_guard lock(mutex_);
        committing_ = false;
        drained_.notify_all();
    }
}

void CommitQueue::commit(std::span<std::unique_ptr<CommitItem>> items) {
    while (!items.empty()) {
        batch_.Clear();
        bool changes = false;
        std::size_t count = 0;
        for (bool ended = false; !ended && count < items.size(); ++count) {
            changes |= items[count]->stage(batch_);
            ended = items[count]->is_transaction() || batch_.GetDataSize() >= max_group_bytes;
        }
        const auto status = changes ? database_.Write(options_, &batch_) : rocksdb::Status::OK();
        const auto group = items.first(count);
        if (status.ok()) {
            for (auto& item : group) item->publish();
        }
        for (auto& item : group) item->answer(status);
        items = items.subspan(count);
    }
}

}  // namespace rivulet
