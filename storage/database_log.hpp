#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

namespace spdlog {
class logger;
}

namespace rivulet {

/// RocksDB's log of itself, from warnings up: the files LOG and, when that was full, LOG.1 in the data directory. Lines
/// that the disk does not take are lost, where RocksDB 7.8's own log ends the program at the line after such a one.
///
/// Thread safety: every member may be called from any thread.
class DatabaseLog final : public rocksdb::Logger {
public:
    explicit DatabaseLog(const std::filesystem::path& directory);

    using Logger::Logv;
    void Logv(rocksdb::InfoLogLevel level, const char* format, std::va_list arguments) override;

private:
    const std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace rivulet
