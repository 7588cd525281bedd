#pragma once

#include <filesystem>

#include "common/result.hpp"
#include "config/settings.hpp"

namespace rivulet {

/// Where the server's data lives while it runs: the configured directory, or a temporary one that goes away with this
/// object. A temporary directory whose server was killed is removed by the next server that makes one.
class DataDirectory {
public:
    /// Errors: io_failure.
    static Result<DataDirectory> prepare(const Settings& settings);

    DataDirectory(DataDirectory&& other) noexcept;
    DataDirectory& operator=(DataDirectory&&) = delete;
    ~DataDirectory();

    const std::filesystem::path& path() const { return path_; }

private:
    DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_;  ///< the descriptor that marks a temporary directory as used; -1: the directory stays
};

}  // namespace rivulet
