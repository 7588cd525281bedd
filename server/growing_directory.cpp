#include "server/growing_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace rivulet {

namespace {

namespace fs = std::filesystem;

Error is_filled_now(const fs::path& place) {
    return {ErrorCode::bad_request, "Another one is filling " + place.string() + " now."};
}

Error cannot_be_filled(const fs::path& place, const std::error_code& fault) {
    return {ErrorCode::io_failure, place.string() + " cannot be filled: " + fault.message() + '.'};
}

bool holds_something(const fs::path& place, const fs::path& partial) {
    std::error_code fault;
    if (!fs::exists(place, fault)) return false;
    if (!fs::is_directory(place, fault)) return true;
    fs::directory_iterator entries(place, fault);
    return fault ||
           std::any_of(begin(entries), end(entries), [&](const auto& entry) { return entry.path() != partial; });
}

/// A descriptor of the directory, locked until it is closed; -1 if another one has the lock, or moved the directory
/// away before this one got it.
int lock(const fs::path& directory) {
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return -1;
    struct stat locked {};
    struct stat there {};
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &locked) == 0 &&
        stat(directory.c_str(), &there) == 0 && locked.st_ino == there.st_ino) {
        return descriptor;
    }
    close(descriptor);
    return -1;
}

}  // namespace

Result<GrowingDirectory> GrowingDirectory::begin(const fs::path& place) {
    const fs::path partial = partial_of(place);
    const Error something = {ErrorCode::bad_request, "There is something at " + place.string() + " already."};
    if (holds_something(place, partial)) return something;
    std::error_code fault;
    const bool made = fs::create_directories(place, fault);
    if (!fault) fs::create_directory(partial, fault);
    if (fault) return cannot_be_filled(place, fault);
    const int locked = lock(partial);
    if (locked < 0) return is_filled_now(place);
    GrowingDirectory growing(place, made, locked);
    // One that filled it since the look above.
    if (holds_something(place, partial)) return something;
    for (const auto& left : fs::directory_iterator(partial, fault)) fs::remove_all(left, fault);
    if (fault) return cannot_be_filled(place, fault);
    return growing;
}

GrowingDirectory::GrowingDirectory(GrowingDirectory&& other) noexcept
    : place_(std::move(other.place_)), made_(other.made_), lock_(other.lock_) {
    other.lock_ = -1;
}

GrowingDirectory::~GrowingDirectory() {
    if (lock_ < 0) return;
    std::error_code ignored;
    fs::remove_all(path(), ignored);
    if (made_) fs::remove(place_, ignored);  // which does nothing where it is filled
    close(lock_);
}

Result<void> GrowingDirectory::put_in_place(std::string_view last) {
    std::error_code fault;
    const auto move = [&](const fs::path& name) {
        if (!fault) fs::rename(path() / name, place_ / name, fault);
    };
    syncfs(lock_);
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(path(), fault)) names.push_back(entry.path().filename());
    for (const auto& name : names) {
        if (name != last) move(name);
    }
    move(last);
    if (!fault) fs::remove(path(), fault);
    syncfs(lock_);
    if (fault) return cannot_be_filled(place_, fault);
    return {};
}

bool GrowingDirectory::is_unfinished(const fs::path& place) {
    std::error_code ignored;
    return fs::exists(partial_of(place), ignored);
}

}  // namespace rivulet
