#pragma once

#include <span>
#include <string>
#include <vector>

#include "s3-sink/file_system.hpp"

namespace rivulet {

/// Opens directories below a start one after the other. A path that shares its beginning with the one before is not
/// walked again from the start: some directories on the way are kept open, few enough that a path of a thousand names
/// costs some thirty descriptors.
///
/// Thread safety: one thread at a time. The start must stay open.
class PathCursor {
public:
    explicit PathCursor(int start) : start_(start) {}

    /// The directory that `names` lead to; no handle if one of them is not there, or is no directory.
    FileHandle open(std::span<const std::string> names);

private:
    int start_;
    std::vector<std::string> path_;   ///< names of the directories kept open, and of those between them
    std::vector<FileHandle> opened_;  ///< each `stride` names below the one before
};

}  // namespace rivulet
