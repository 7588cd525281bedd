#include "storage/tail_cache.hpp"

#include <algorithm>
#include <iterator>

namespace rivulet {

namespace {

// A run beyond this is a reader catching up: who comes after it is elsewhere.
constexpr std::size_t max_run_bytes = 1024 * 1024;

std::size_t bytes_of(const StoredRecord& record) {
    return record.partition_key.size() + record.data.size();
}

std::size_t held_bytes(std::span<const StoredRecord> records) {
    std::size_t bytes = sizeof(TailRun) + 64;
    for (const auto& record : records) bytes += sizeof record + bytes_of(record);
    return bytes;
}

}  // namespace

std::vector<ShardTail::Run> ShardTail::runs_from(Position from) const {
    const std::lock_guard lock(mutex_);
    if (runs_.empty() || from < runs_.front()->from || from >= runs_.back()->next) return {};
    const auto after = std::ranges::upper_bound(runs_, from, {}, [](const Run& run) { return run->from; });
    return {std::prev(after), runs_.end()};
}

bool ShardTail::add(Run run) {
    const std::lock_guard lock(mutex_);
    if (!runs_.empty()) {
        if (run->from >= runs_.front()->from && run->from < runs_.back()->next) return false;
        if (run->from != runs_.back()->next) runs_.clear();
    }
    runs_.push_back(std::move(run));
    return true;
}

void ShardTail::forget(const Run& run) {
    const std::lock_guard lock(mutex_);
    // What came in first goes first. Two that came at once may be known the other way round: the earlier one goes too.
    const auto found = std::ranges::find(runs_, run);
    if (found != runs_.end()) runs_.erase(runs_.begin(), std::next(found));
}

bool TailCache::read(const ShardTail& tail, const ReadLimits& limits, ReadBatch& batch) {
    std::size_t bytes = 0;
    for (const auto& run : tail.runs_from(batch.next)) {
        auto record = std::ranges::lower_bound(run->records, batch.next, {}, &StoredRecord::position);
        for (; record != run->records.end(); ++record) {
            const std::size_t more = bytes_of(*record);
            const bool full = !batch.records.empty() && bytes + more > limits.bytes;
            if (full || batch.records.size() == limits.records) return false;
            bytes += more;
            batch.records.push_back(*record);
            batch.next = record->position + 1;
        }
        batch.next = run->next;
    }
    return batch.records.empty() || (batch.records.size() < limits.records && bytes < limits.bytes);
}

void TailCache::add(const std::shared_ptr<ShardTail>& tail, Position from, Position next,
                    std::span<const StoredRecord> records) {
    const std::size_t bytes = held_bytes(records);
    if (records.empty() || bytes > std::min(max_run_bytes, budget_)) return;
    const ShardTail::Run run(new TailRun{from, next, {records.begin(), records.end()}},
                             [this, bytes](const TailRun* gone) {
                                 bytes_.fetch_sub(bytes, std::memory_order_relaxed);
                                 delete gone;
                             });
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (!tail->add(run)) return;
    {
        const std::lock_guard lock(mutex_);
        entries_.push_back({tail, run});
        if (entries_.size() >= sweep_at_) {
            std::erase_if(entries_, [](const Entry& entry) { return entry.run.expired(); });
            sweep_at_ = std::max(min_sweep, 2 * entries_.size());
        }
    }
    make_room();
}

void TailCache::make_room() {
    const std::lock_guard lock(mutex_);
    while (!entries_.empty()) {
        const auto run = entries_.front().run.lock();
        if (run && bytes() <= budget_) return;
        const auto tail = entries_.front().tail.lock();
        if (run && tail) tail->forget(run);
        entries_.pop_front();
    }
}

}  // namespace rivulet
