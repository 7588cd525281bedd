#include "storage/shard_index.hpp"

#include <algorithm>

namespace rivulet {

Result<Position> ShardState::tip(const std::function<Result<Position>(ShardKey)>& recover) {
    if (!recovered_.load(std::memory_order_acquire)) {
        const std::lock_guard lock(recovery_);
        if (!recovered_.load(std::memory_order_relaxed)) {
            const auto found = recover(key_);
            if (!found) return found;
            tip_.store(*found, std::memory_order_release);
            recovered_.store(true, std::memory_order_release);
        }
    }
    return tip_.load(std::memory_order_acquire);
}

Position ShardState::next(Timestamp now) {
    next_ = std::max({next_, tip_.load(std::memory_order_relaxed), position_at(now)});
    return next_++;
}

void ShardState::publish() {
    // A shard that was closed before the group's records reached it has been given no position.
    if (next_ > tip_.load(std::memory_order_relaxed)) tip_.store(next_, std::memory_order_release);
    wake();
}

void ShardState::close() {
    closed_.store(true, std::memory_order_release);
    wake();
}

void ShardState::drop() {
    gone_.store(true, std::memory_order_release);
    wake();
}

void ShardState::raise_floor(Position before) {
    Position floor = floor_.load(std::memory_order_relaxed);
    while (floor < before && !floor_.compare_exchange_weak(floor, before, std::memory_order_acq_rel)) {
    }
}

std::shared_ptr<ShardTail> ShardState::tail() {
    const std::lock_guard lock(mutex_);
    if (!tail_) tail_ = std::make_shared<ShardTail>();
    return tail_;
}

ShardState::Registration ShardState::remember(std::function<void()> waker) {
    const std::lock_guard lock(mutex_);
    return wakers_.insert(wakers_.end(), std::move(waker));
}

void ShardState::forget(Registration registration) {
    const std::lock_guard lock(mutex_);
    wakers_.erase(registration);
}

void ShardState::wake() {
    const std::lock_guard lock(mutex_);
    for (const auto& waker : wakers_) waker();
}

void ShardIndex::add(ShardKey key, bool closed, bool is_new) {
    const std::unique_lock lock(mutex_);
    shards_.try_emplace(key, std::make_shared<ShardState>(key, closed, is_new));
}

std::shared_ptr<ShardState> ShardIndex::find(ShardKey key) const {
    const std::shared_lock lock(mutex_);
    const auto found = shards_.find(key);
    return found == shards_.end() ? nullptr : found->second;
}

std::shared_ptr<ShardState> ShardIndex::remove(ShardKey key) {
    const std::unique_lock lock(mutex_);
    const auto found = shards_.find(key);
    if (found == shards_.end()) return nullptr;
    auto removed = std::move(found->second);
    shards_.erase(found);
    return removed;
}

std::vector<std::shared_ptr<ShardState>> ShardIndex::remove_stream(std::uint64_t stream) {
    std::vector<std::shared_ptr<ShardState>> removed;
    const std::unique_lock lock(mutex_);
    boost::unordered::erase_if(shards_, [&](const auto& entry) {
        if (entry.first.stream != stream) return false;
        removed.push_back(entry.second);
        return true;
    });
    return removed;
}

}  // namespace rivulet
