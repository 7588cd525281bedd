#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "common/result.hpp"
#include "s3-sink/file_system.hpp"
#include "s3-sink/key_path.hpp"

/// Where objects are in a bucket's folder, which is given as an open directory. See key_path.hpp for the names.
///
/// Thread safety: `find_object` any time; of the others, one at a time in a bucket.
namespace rivulet {

/// An object's file, open for reading, or no file.
struct FoundObject {
    FileHandle file;
    struct stat status {};
};

FoundObject find_object(int bucket, std::string_view key);

/// Where a file is, to be renamed into a bucket.
struct LooseFile {
    int directory = -1;
    std::string name;
};

/// Renames `file` into the place of `key`, replacing the object that is there. Directories on the way are created; an
/// object that has the name of one of them is moved aside first, and is never lost on the way. With `durable`, all of
/// it is on the disk on return. Errors: io_failure.
Result<void> place_object(int bucket, std::string_view key, const LooseFile& file, bool durable);

/// Removes the object's file, and the directories it was the last entry of. It is fine if there is none.
/// Errors: io_failure.
Result<void> remove_object(int bucket, std::string_view key, bool durable);

/// Removes the directories below `bucket` that have nothing but such directories in them.
void remove_empty_directories(int bucket);

}  // namespace rivulet
