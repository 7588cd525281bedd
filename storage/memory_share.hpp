#pragma once

#include <algorithm>
#include <cstddef>

namespace rivulet {

/// How the memory budget is split, in bytes.
struct MemoryShare {
    std::size_t memtables;    ///< records on their way to files: three of a third each
    std::size_t block_cache;  ///< blocks of files, their indexes included
    std::size_t tail_cache;   ///< the last records of shards that are followed
};

inline MemoryShare memory_share(std::size_t budget) {
    const std::size_t tail_cache = budget / 8;
    const std::size_t block_cache = budget / 8 * 3;
    return {budget - tail_cache - block_cache, block_cache, tail_cache};
}

}  // namespace rivulet
