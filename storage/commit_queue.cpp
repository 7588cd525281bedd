#include "storage/commit_queue.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace rivulet {

namespace {

// A larger group would only make its first writers wait for its last.
constexpr std::size_t max_group_bytes = 8 * 1024 * 1024;
// What a submitter's thread commits itself: a fraction of a millisecond's copying.
constexpr std::size_t max_in_place_bytes = 256 * 1024;
// The batch's buffer is kept up to this size, which the groups of a steady load of large requests stay below.
constexpr std::size_t max_kept_bytes = 4 * 1024 * 1024;
// A sync that took long, as of a disk that is busy, says nothing of the next.
constexpr std::chrono::steady_clock::duration max_gather_time = std::chrono::milliseconds(5);

}  // namespace

CommitQueue::CommitQueue(DatabaseWriter& writer, Durability durability)
    : database_(writer), in_place_(durability == Durability::process) {
    options_.sync = durability == Durability::power;
    writer_ = std::thread([this] { run(); });
}

CommitQueue::~CommitQueue() {
    stop();
}

void CommitQueue::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (writer_.joinable()) writer_.join();
}

void CommitQueue::submit(std::unique_ptr<CommitItem> item, const boost::asio::any_io_executor& executor) {
    bool leads = false;
    bool hands_over = false;
    {
        const std::lock_guard lock(mutex_);
        queued_bytes_ += item->bytes();
        if (!in_place_ || item->is_transaction() || queued_bytes_ > max_in_place_bytes) handed_over_ = true;
        queued_.push_back({std::move(item), executor});
        hands_over = handed_over_ && !committing_ && is_gathered();
        leads = !handed_over_ && !committing_ && !invited_;
        invited_ |= leads;
    }
    if (hands_over) arrived_.notify_one();
    if (leads) invite(executor);
}

void CommitQueue::invite(const boost::asio::any_io_executor& executor) {
    boost::asio::post(executor, [weak = weak_from_this(), executor] {
        if (const auto self = weak.lock()) self->lead(executor);
    });
}

void CommitQueue::take() {
    taken_.swap(queued_);
    queued_bytes_ = 0;
    handed_over_ = false;
    committing_ = true;
}

void CommitQueue::lead(const boost::asio::any_io_executor& executor) {
    {
        const std::lock_guard lock(mutex_);
        invited_ = false;
        if (committing_ || handed_over_ || stopping_ || queued_.empty()) return;
        take();
    }
    const bool done = commit(false);
    {
        const std::lock_guard lock(mutex_);
        stalled_ = !done;
        committing_ = !done;
        // What came meanwhile is committed after what else this thread has to do.
        invited_ = done && !handed_over_ && !stopping_ && !queued_.empty();
        if (stalled_ || handed_over_ || stopping_) arrived_.notify_one();
        if (done) drained_.notify_all();
        if (!invited_) return;
    }
    invite(executor);
}

void CommitQueue::drain() {
    std::unique_lock lock(mutex_);
    // The thread that is on its way to lead may never get there.
    handed_over_ = true;
    arrived_.notify_one();
    drained_.wait(lock, [this] { return queued_.empty() && !committing_; });
}

void CommitQueue::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        arrived_.wait(
            lock, [this] { return stalled_ || (!committing_ && ((handed_over_ && !queued_.empty()) || stopping_)); });
        if (!stalled_) {
            if (queued_.empty()) return;
            take();
        }
        stalled_ = false;
        lock.unlock();
        commit(true);
        lock.lock();
        committing_ = false;
        if (options_.sync) gather(lock);
        // Whatever came meanwhile is taken at once by the thread that is awake.
        handed_over_ = !queued_.empty();
        drained_.notify_all();
    }
}

// A sync that begins at the first writer's coming leaves the others to wait for it and for the next. One that waits for
// all of them leaves the processor idle while the disk works, and the disk while the processor does. So it waits for
// half: the others are answered, and come back, while it runs. It sleeps until they are there, as to be woken by each
// would cost the processor as much as what it does for it, and no longer than a sync takes.
void CommitQueue::gather(std::unique_lock<std::mutex>& lock) {
    drained_.notify_all();
    const auto until = std::chrono::steady_clock::now() + std::min(sync_took_, max_gather_time);
    arrived_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
    awaited_ = (writers_ + 1) / 2;
    arrived_.wait_until(lock, until, [this] { return stopping_ || is_gathered(); });
    awaited_ = 0;
}

bool CommitQueue::is_gathered() const {
    return queued_.size() >= awaited_ || queued_bytes_ >= max_group_bytes;
}

// False if it had to wait and may not; the next call goes on where this one stopped.
bool CommitQueue::commit(bool may_block) {
    while (group_begin_ < taken_.size()) {
        if (group_end_ == group_begin_) {
            batch_.Clear();
            group_changes_ = false;
            for (bool ended = false; !ended && group_end_ < taken_.size(); ++group_end_) {
                auto& item = *taken_[group_end_].item;
                group_changes_ |= item.stage(batch_);
                ended = item.is_transaction() || batch_.GetDataSize() >= max_group_bytes;
            }
        }
        const auto began = std::chrono::steady_clock::now();
        const auto status = group_changes_ ? write(may_block) : rocksdb::Status::OK();
        if (!may_block && status.IsIncomplete()) return false;
        const auto group = std::span(taken_).subspan(group_begin_, group_end_ - group_begin_);
        if (status.ok()) {
            for (auto& queued : group) queued.item->publish();
        }
        if (options_.sync) {
            sync_took_ = std::chrono::steady_clock::now() - began;
            const std::lock_guard lock(mutex_);
            writers_ = group.size() + queued_.size();
        }
        answer(group, status);
        group_begin_ = group_end_;
    }
    taken_.clear();
    group_begin_ = group_end_ = 0;
    if (batch_.Data().capacity() > max_kept_bytes) batch_ = rocksdb::WriteBatch();
    return true;
}

rocksdb::Status CommitQueue::write(bool may_block) {
    auto options = options_;
    options.no_slowdown = !may_block;
    return database_.write(options, batch_);
}

// Those of one executor in one go: to wake its thread for each costs more than what an answer does there.
void CommitQueue::answer(std::span<Queued> group, const rocksdb::Status& status) {
    while (!group.empty()) {
        const auto executor = group.front().executor;
        const auto others =
            std::ranges::stable_partition(group, [&](const Queued& queued) { return queued.executor == executor; });
        const auto its_own = group.first(group.size() - others.size());
        std::vector<std::function<void()>> answers;
        answers.reserve(its_own.size());
        for (auto& queued : its_own) answers.push_back(queued.item->answer(status));
        boost::asio::post(executor, [answers = std::move(answers)] {
            for (const auto& answer : answers) answer();
        });
        group = others;
    }
}

}  // namespace rivulet
