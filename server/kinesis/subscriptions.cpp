#include "server/kinesis/subscriptions.hpp"

#include <algorithm>

#include "common/limits.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::size_t least_forget_at = 64;

}  // namespace

struct Subscriptions::Entry {
    Entry(Timestamp begun_at, std::function<void()> its_waker) : begun(begun_at), waker(std::move(its_waker)) {}

    const Timestamp begun;
    std::function<void()> waker;  ///< under the mutex; empty once it has ended
    std::atomic<bool> taken_over = false;
    bool ended = false;  ///< under the mutex
};

Subscriptions::Subscriptions(Clock& clock) : clock_(clock), forget_at_(least_forget_at) {}

Subscriptions::Place::Place(Subscriptions& subscriptions, Key key, std::shared_ptr<Entry> entry)
    : subscriptions_(subscriptions), key_(key), entry_(std::move(entry)) {}

Subscriptions::Place::~Place() {
    const std::lock_guard lock(subscriptions_.mutex_);
    entry_->ended = true;
    // The entry may outlive what the waker wakes.
    entry_->waker = nullptr;
    const auto found = subscriptions_.entries_.find(key_);
    const bool is_mine = found != subscriptions_.entries_.end() && found->second == entry_;
    if (is_mine && !subscriptions_.is_recent(*entry_)) subscriptions_.entries_.erase(found);
}

bool Subscriptions::Place::is_taken_over() const {
    return entry_->taken_over;
}

std::unique_ptr<Subscriptions::Place> Subscriptions::take(Key key, std::function<void()> waker) {
    const auto entry = std::make_shared<Entry>(clock_.now(), std::move(waker));
    const std::lock_guard lock(mutex_);
    forget_old_entries();
    auto& slot = entries_[key];
    if (slot && is_recent(*slot)) return nullptr;
    if (slot && !slot->ended) {
        slot->taken_over = true;
        slot->waker();
    }
    slot = entry;
    return std::make_unique<Place>(*this, key, entry);
}

void Subscriptions::wake(std::uint64_t consumer) {
    const std::lock_guard lock(mutex_);
    for (auto found = entries_.lower_bound({consumer, 0}); found != entries_.end() && found->first.consumer == consumer;
         ++found) {
        if (!found->second->ended) found->second->waker();
    }
}

bool Subscriptions::is_recent(const Entry& entry) const {
    const auto age = clock_.now() - entry.begun;
    // A clock that was set back makes no subscription young again.
    return age.count() >= 0 && age < limits::subscription_takeover_time;
}

void Subscriptions::forget_old_entries() {
    if (entries_.size() < forget_at_) return;
    std::erase_if(entries_, [this](const auto& entry) { return entry.second->ended && !is_recent(*entry.second); });
    forget_at_ = std::max(least_forget_at, 2 * entries_.size());
}

}  // namespace rivulet::kinesis
