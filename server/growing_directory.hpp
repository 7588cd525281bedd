#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "common/result.hpp"

namespace rivulet {

/// What fills a directory, absent or empty before, so that it can be told whether it is whole: its parts grow in a
/// directory `.partial` in it, as the directory itself may be a mount point that nothing can be moved onto, and are
/// moved to their places when all are there. What one that was killed before that left is removed by the next one; what
/// this one made is removed when it goes, unless all is in place.
class GrowingDirectory {
public:
    /// Errors: bad_request if there is something in `place` or another one fills it now, io_failure.
    static Result<GrowingDirectory> begin(const std::filesystem::path& place);

    GrowingDirectory(GrowingDirectory&& other) noexcept;
    GrowingDirectory& operator=(GrowingDirectory&&) = delete;
    ~GrowingDirectory();

    /// Where the parts are to be made.
    std::filesystem::path path() const { return partial_of(place_); }

    /// Moves the parts to their places and has the disk hold them. The one named `last`, which says that all are there,
    /// is moved last. Errors: io_failure; bad_request if something else has come there since the beginning.
    Result<void> put_in_place(std::string_view last);

    /// Whether somebody began to fill `place` and has not ended.
    static bool is_unfinished(const std::filesystem::path& place);

private:
    GrowingDirectory(std::filesystem::path place, bool made, int lock)
        : place_(std::move(place)), made_(made), lock_(lock) {}

    static std::filesystem::path partial_of(const std::filesystem::path& place) { return place / ".partial"; }

    std::filesystem::path place_;
    bool made_;           ///< the place was absent
    bool keeps_ = false;  ///< what could not be put in place could not be removed from there either
    int lock_;            ///< a descriptor of the directory `.partial`, locked; -1: moved from
};

}  // namespace rivulet
