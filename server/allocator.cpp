#include "server/allocator.hpp"

#include <malloc.h>

#include <algorithm>
#include <thread>

namespace rivulet {

void keep_little_free_memory() {
#if defined(__GLIBC__)
    // Above what a request of 500 records of 1 KiB takes in one piece, with its base64: mapping and unmapping that for
    // each would cost as much as committing it.
    constexpr int mapped_from_bytes = 2 * 1024 * 1024;
    constexpr int most_free_bytes = 8 * mapped_from_bytes;
    mallopt(M_MMAP_THRESHOLD, mapped_from_bytes);
    mallopt(M_TRIM_THRESHOLD, most_free_bytes);
    mallopt(M_ARENA_MAX, static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2U, 16U)));
#endif
}

}  // namespace rivulet
