#include "server/growing_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "server/directory_lock.hpp"

namespace rivulet {

namespace {

namespace fs = std::filesystem;

Error holds_something_else(const fs::path& place) {
    return {ErrorCode::bad_request, "There is something at " + place.string() + " already."};
}

Error cannot_be_filled(const fs::path& place, const std::error_code& fault) {
    return {ErrorCode::io_failure, place.string() + " cannot be filled: " + fault.message() + '.'};
}

std::error_code last_fault() {
    return {errno, std::generic_category()};
}

/// Whether there is more than what grows there and what a new file system has.
bool holds_something(const fs::path& place, const fs::path& partial) {
    std::error_code fault;
    if (!fs::exists(place, fault)) return false;
    if (!fs::is_directory(place, fault)) return true;
    fs::directory_iterator entries(place, fault);
    return fault || std::any_of(begin(entries), end(entries), [&](const auto& entry) {
               return entry.path() != partial && entry.path().filename() != "lost+found";
           });
}

/// A descriptor of the directory in `place`, locked until it is closed.
Result<int> lock(const fs::path& place, const fs::path& directory) {
    const Error is_filled_now = {ErrorCode::bad_request, "Another one is filling " + place.string() + " now."};
    const int descriptor = lock_directory(directory);
    if (descriptor < 0 && errno == EWOULDBLOCK) return is_filled_now;
    if (descriptor < 0) return cannot_be_filled(place, last_fault());
    struct stat locked {};
    struct stat there {};
    // Whoever had the lock before has removed the directory when it was done.
    if (fstat(descriptor, &locked) == 0 && stat(directory.c_str(), &there) == 0 && locked.st_ino == there.st_ino) {
        return descriptor;
    }
    close(descriptor);
    return is_filled_now;
}

}  // namespace

Result<GrowingDirectory> GrowingDirectory::begin(const fs::path& place) {
    const fs::path partial = partial_of(place);
    if (holds_something(place, partial)) return holds_something_else(place);
    std::error_code fault;
    const bool made = fs::create_directories(place, fault);
    if (!fault) fs::create_directory(partial, fault);
    if (fault) return cannot_be_filled(place, fault);
    const auto locked = lock(place, partial);
    if (!locked) return locked.error();
    GrowingDirectory growing(place, made, *locked);
    for (const auto& left : fs::directory_iterator(partial, fault)) {
        if (!fault) fs::remove_all(left, fault);
    }
    if (fault) return cannot_be_filled(place, fault);
    return growing;
}

GrowingDirectory::GrowingDirectory(GrowingDirectory&& other) noexcept
    : place_(std::move(other.place_)), made_(other.made_), keeps_(other.keeps_), lock_(other.lock_) {
    other.lock_ = -1;
}

GrowingDirectory::~GrowingDirectory() {
    if (lock_ < 0) return;
    std::error_code ignored;
    if (!keeps_) fs::remove_all(path(), ignored);
    if (made_) fs::remove(place_, ignored);  // which does nothing where it is filled
    close(lock_);
}

Result<void> GrowingDirectory::put_in_place(std::string_view last) {
    if (holds_something(place_, path())) return holds_something_else(place_);
    if (syncfs(lock_) != 0) return cannot_be_filled(place_, last_fault());
    std::error_code fault;
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(path(), fault)) {
        if (entry.path().filename() != last) names.push_back(entry.path().filename());
    }
    names.emplace_back(last);
    for (const auto& name : names) {
        if (!fault) fs::rename(path() / name, place_ / name, fault);
    }
    if (!fault && syncfs(lock_) != 0) fault = last_fault();
    if (!fault) return {};
    // Without the last one the others must not be taken for a whole.
    for (const auto& name : names) {
        std::error_code stays;
        fs::remove_all(place_ / name, stays);
        keeps_ |= static_cast<bool>(stays);
    }
    return cannot_be_filled(place_, fault);
}

bool GrowingDirectory::is_unfinished(const fs::path& place) {
    const fs::path partial = partial_of(place);
    std::error_code ignored;
    // An empty one is what is left by one that was killed with all in place.
    return fs::exists(partial, ignored) && (!fs::is_empty(partial, ignored) || !holds_something(place, partial));
}

}  // namespace rivulet
