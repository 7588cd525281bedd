#pragma once

#include <vector>

#include "common/clock.hpp"

namespace rivulet::kinesis {

/// Adds `now` to the times of a kind of change, forgets those of more than 24 hours ago, and says how many are left.
inline std::size_t count_recent(std::vector<Timestamp>& times, Timestamp now) {
    std::erase_if(times, [now](Timestamp time) { return time + std::chrono::hours(24) <= now; });
    times.push_back(now);
    return times.size();
}

}  // namespace rivulet::kinesis
