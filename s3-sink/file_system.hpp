#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.hpp"

/// The few file system calls the object store is made of. All of them block. None follows a symbolic link in the names
/// it is given, so a path that begins at an open directory never leaves it. Errors: io_failure, unless said otherwise.
namespace rivulet {

/// An open file or directory; closed when it goes.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
    FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileHandle& operator=(FileHandle&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileHandle();

    int get() const { return descriptor_; }
    /// Gives the descriptor to someone else to close.
    int release() { return std::exchange(descriptor_, -1); }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// `action` failed with the system's error `number`: "cannot write the object: No space left on device".
Error system_error(std::string_view action, int number);

/// Opens the directory `name` in `parent`; no handle if there is none of that name or it is not a directory.
FileHandle open_directory(int parent, const std::string& name);

/// Opens the directory that `names` lead to from `start`, one after the other; no handle if one of them is not there.
FileHandle walk(int start, std::span<const std::string> names);

/// Opens the directory `name` in `parent` and creates it if absent.
Result<FileHandle> ensure_directory(int parent, const std::string& name);

/// Opens a regular file for reading; no handle if it is absent or something else. Never waits (as a FIFO would make
/// it).
FileHandle open_file(int parent, const std::string& name);

/// Creates the file `name`, which must not exist, for writing.
Result<FileHandle> create_file(int parent, const std::string& name);

Result<void> write_all(int file, std::string_view bytes);

/// Reads up to `buffer.size()` bytes at `offset`: fewer only at the file's end.
Result<std::size_t> read_at(int file, std::uint64_t offset, std::span<char> buffer);

/// A small file's bytes.
Result<std::string> read_file(int file);

/// Waits until the file's or directory's state is on the disk.
Result<void> sync(int file);

enum class EntryKind : std::uint8_t { absent, file, directory, other };

/// What `name` in `parent` is. A symbolic link is `other`.
EntryKind kind_of_entry(int parent, const std::string& name);

struct DirectoryEntry {
    std::string name;
    EntryKind kind = EntryKind::other;
};

/// The entries of an open directory, in no order, without `.` and `..`.
Result<std::vector<DirectoryEntry>> read_directory(int directory);

/// Removes everything in an open directory, and what is below it.
Result<void> remove_contents(int directory);

/// Whether a file can be renamed from one directory into the other: both are of one mount.
bool share_a_mount(int directory, int other);

/// The time of a file's last change in nanoseconds since the epoch.
std::int64_t modified_nanoseconds(const struct stat& status);

}  // namespace rivulet
