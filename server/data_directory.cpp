#include "server/data_directory.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <system_error>

#include "server/directory_lock.hpp"
#include "server/growing_directory.hpp"

namespace rivulet {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view name_prefix = "rivulet-ephemeral-";

void remove_abandoned(const fs::path& parent) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (!entry.path().filename().string().starts_with(name_prefix)) continue;
        const int lock = lock_directory(entry.path());
        if (lock < 0) continue;
        fs::remove_all(entry.path(), ignored);
        close(lock);
    }
}

}  // namespace

Result<DataDirectory> DataDirectory::prepare(const Settings& settings) {
    if (!settings.ephemeral) {
        if (!GrowingDirectory::is_unfinished(settings.data_dir)) return DataDirectory(settings.data_dir, -1);
        return Error(ErrorCode::io_failure, "A snapshot is being restored into " + settings.data_dir.string() +
                                                ", or was not restored to the end: then empty the directory first.");
    }
    std::error_code fault;
    const fs::path parent = fs::temp_directory_path(fault);
    if (fault) return Error(ErrorCode::io_failure, "There is no temporary directory: " + fault.message() + '.');
    remove_abandoned(parent);
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::string name = (parent / (std::string(name_prefix) + "XXXXXX")).string();
        if (mkdtemp(name.data()) == nullptr) break;
        const int lock = lock_directory(name);
        // Another server that starts now may have taken the unlocked directory for an abandoned one.
        if (lock >= 0 && fs::exists(name, fault)) return DataDirectory(name, lock);
        if (lock >= 0) close(lock);
    }
    return Error(ErrorCode::io_failure,
                 "A temporary directory cannot be made in " + parent.string() + ": " + std::strerror(errno) + '.');
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept : path_(std::move(other.path_)), lock_(other.lock_) {
    other.lock_ = -1;
}

DataDirectory::~DataDirectory() {
    if (lock_ < 0) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    close(lock_);
}

}  // namespace rivulet
