#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "common/clock.hpp"

namespace rivulet::kinesis {

/// Who is subscribed to what: one subscription for a consumer and a shard at a time. A newer one takes the place of an
/// older, but not within five seconds of its beginning, whether or not the older has ended meanwhile
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html).
///
/// Thread safety: every member may be called from any thread. It must outlive the places it gives out.
class Subscriptions {
    struct Entry;

public:
    explicit Subscriptions(Clock& clock);

    struct Key {
        std::uint64_t consumer = 0;  ///< its id
        std::uint32_t shard = 0;     ///< its ordinal

        auto operator<=>(const Key&) const = default;
    };

    /// A subscription's hold on its place, until it is destroyed.
    class Place {
    public:
        Place(Subscriptions& subscriptions, Key key, std::shared_ptr<Entry> entry);
        ~Place();
        Place(const Place&) = delete;

        /// Whether a newer subscription has the place now.
        bool is_taken_over() const;

    private:
        Subscriptions& subscriptions_;
        const Key key_;
        const std::shared_ptr<Entry> entry_;
    };

    /// Takes a place; null if one that began less than five seconds ago keeps it. `waker` is called, from any thread,
    /// when it is taken over, and by `wake`.
    std::unique_ptr<Place> take(Key key, std::function<void()> waker);

    /// Wakes all subscriptions of a consumer: what they know of it may have changed.
    void wake(std::uint64_t consumer);

private:
    bool is_recent(const Entry& entry) const;
    void forget_old_entries();

    Clock& clock_;
    std::mutex mutex_;
    std::map<Key, std::shared_ptr<Entry>> entries_;
    std::size_t forget_at_;  ///< entries at which those that matter no more are looked for
};

}  // namespace rivulet::kinesis
