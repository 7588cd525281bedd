#pragma once

namespace rivulet {

/// Has the C library's allocator give memory back to the system. By default it learns from the largest answers to keep
/// as much in reserve, in as many places as eight times the cores: a hundred megabytes after a reader that caught up.
/// Call it first.
void keep_little_free_memory();

}  // namespace rivulet
