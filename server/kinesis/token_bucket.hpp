#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "common/clock.hpp"

namespace rivulet::kinesis {

/// So many tokens a second, of which a second's worth can be saved up. Counts in whole thousandths of a token, so that
/// it is exact at any millisecond. What is larger than a second's worth is let through by a full bucket, and paid off
/// afterwards.
///
/// Thread safety: none; its owner has a lock.
class TokenBucket {
public:
    TokenBucket(std::int64_t per_second, Timestamp now) : per_second_(per_second), level_(full()), seen_at_(now) {}

    /// Whether `tokens` could be taken.
    bool has(std::int64_t tokens, Timestamp now) {
        refill(now);
        return level_ >= std::min(tokens * scale, full());
    }

    /// Takes `tokens`, also where they are not there.
    void take(std::int64_t tokens, Timestamp now) {
        refill(now);
        level_ -= tokens * scale;
    }

    /// When `tokens` could be taken, from now on.
    std::chrono::milliseconds wait_for(std::int64_t tokens, Timestamp now) {
        refill(now);
        const std::int64_t missing = std::min(tokens * scale, full()) - level_;
        return std::chrono::milliseconds(missing <= 0 ? 0 : (missing + per_second_ - 1) / per_second_);
    }

    /// Whether nothing would be lost by forgetting it.
    bool is_full(Timestamp now) {
        refill(now);
        return level_ == full();
    }

private:
    static constexpr std::int64_t scale = 1000;

    std::int64_t full() const { return per_second_ * scale; }

    void refill(Timestamp now) {
        // A clock that was set back gives nothing and takes nothing; the cap keeps the product small.
        const std::int64_t elapsed = std::max<std::int64_t>(0, (now - seen_at_).count());
        const std::int64_t to_full = (full() - level_) / per_second_ + 1;
        level_ = std::min(full(), level_ + std::min(elapsed, to_full) * per_second_);
        seen_at_ = now;
    }

    std::int64_t per_second_;
    std::int64_t level_;
    Timestamp seen_at_;
};

}  // namespace rivulet::kinesis
