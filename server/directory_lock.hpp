#pragma once

#include <filesystem>

namespace rivulet {

/// Locks a directory, which is no link, for as long as the returned descriptor is open. -1 if it cannot be, with the
/// reason in `errno`: EWOULDBLOCK if somebody else has it locked.
int lock_directory(const std::filesystem::path& directory);

}  // namespace rivulet
