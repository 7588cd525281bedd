#include "s3-sink/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace rivulet {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

EntryKind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode)) return EntryKind::file;
    if (S_ISDIR(mode)) return EntryKind::directory;
    return EntryKind::other;
}

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

FileHandle::~FileHandle() {
    if (descriptor_ >= 0) close(descriptor_);
}

Error system_error(std::string_view action, int number) {
    std::string text = "cannot ";
    text += action;
    text += ": ";
    text += std::generic_category().message(number);
    return {ErrorCode::io_failure, std::move(text)};
}

FileHandle open_directory(int parent, const std::string& name) {
    return FileHandle(openat(parent, name.c_str(), directory_flags));
}

FileHandle walk(int start, std::span<const std::string> names) {
    FileHandle here(openat(start, ".", directory_flags));
    for (const auto& name : names) {
        if (!here) break;
        here = open_directory(here.get(), name);
    }
    return here;
}

Result<FileHandle> ensure_directory(int parent, const std::string& name) {
    auto opened = open_directory(parent, name);
    if (!opened && errno == ENOENT) {
        if (mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) {
            return system_error("create the directory " + name, errno);
        }
        opened = open_directory(parent, name);
    }
    if (!opened) return system_error("open the directory " + name, errno);
    return opened;
}

FileHandle open_file(int parent, const std::string& name) {
    FileHandle file(openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return file;
}

Result<FileHandle> create_file(int parent, const std::string& name) {
    FileHandle file(openat(parent, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file) return system_error("create a file", errno);
    return file;
}

Result<void> write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error("write a file", errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::size_t> read_at(int file, std::uint64_t offset, std::span<char> buffer) {
    std::size_t done = 0;
    while (done < buffer.size()) {
        const ssize_t count =
            pread(file, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error("read a file", errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Result<std::string> read_file(int file) {
    struct stat status {};
    if (fstat(file, &status) != 0) return system_error("read a file", errno);
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    const auto count = read_at(file, 0, bytes);
    if (!count) return count.error();
    bytes.resize(*count);
    return bytes;
}

Result<void> sync(int file) {
    if (fsync(file) != 0) return system_error("write a file to the disk", errno);
    return {};
}

EntryKind kind_of_entry(int parent, const std::string& name) {
    struct stat status {};
    if (fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::absent;
    return kind_of_mode(status.st_mode);
}

Result<std::vector<DirectoryEntry>> read_directory(int directory) {
    // A descriptor of its own: reading moves the place in the directory, and closing the stream closes it.
    FileHandle own(openat(directory, ".", directory_flags));
    if (!own) return system_error("read a directory", errno);
    const std::unique_ptr<DIR, CloseDirectory> stream(fdopendir(own.get()));
    if (!stream) return system_error("read a directory", errno);
    const int descriptor = own.release();
    std::vector<DirectoryEntry> entries;
    for (;;) {
        errno = 0;
        const dirent* entry = readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        EntryKind kind = EntryKind::other;
        if (entry->d_type == DT_REG) kind = EntryKind::file;
        if (entry->d_type == DT_DIR) kind = EntryKind::directory;
        if (entry->d_type == DT_UNKNOWN) kind = kind_of_entry(descriptor, entry->d_name);
        entries.push_back({std::string(name), kind});
    }
    if (errno != 0) return system_error("read a directory", errno);
    return entries;
}

Result<void> remove_contents(int directory) {
    const auto entries = read_directory(directory);
    if (!entries) return entries.error();
    for (const auto& [name, kind] : *entries) {
        if (kind == EntryKind::directory) {
            const auto below = open_directory(directory, name);
            if (!below) continue;
            if (auto done = remove_contents(below.get()); !done) return done.error();
        }
        const int flags = kind == EntryKind::directory ? AT_REMOVEDIR : 0;
        if (unlinkat(directory, name.c_str(), flags) != 0 && errno != ENOENT) {
            return system_error("remove " + name, errno);
        }
    }
    return {};
}

bool share_a_mount(int directory, int other) {
    struct statx first {};
    struct statx second {};
    const unsigned wanted = STATX_BASIC_STATS | STATX_MNT_ID;
    if (statx(directory, "", AT_EMPTY_PATH, wanted, &first) != 0) return false;
    if (statx(other, "", AT_EMPTY_PATH, wanted, &second) != 0) return false;
    if (first.stx_dev_major != second.stx_dev_major || first.stx_dev_minor != second.stx_dev_minor) return false;
    // Two mounts of one file system do not share renames either; kernels before 5.8 do not tell.
    const bool told = (first.stx_mask & second.stx_mask & STATX_MNT_ID) != 0;
    return !told || first.stx_mnt_id == second.stx_mnt_id;
}

std::int64_t modified_nanoseconds(const struct stat& status) {
    return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace rivulet
