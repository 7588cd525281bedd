#include "storage/database_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <array>
#include <cstdio>

namespace rivulet {

namespace {

constexpr std::size_t max_file_bytes = 1024UL * 1024;
constexpr std::size_t max_line_bytes = 2048;

std::shared_ptr<spdlog::logger> make_logger(const std::filesystem::path& file) {
    auto logger = std::make_shared<spdlog::logger>("database");
    logger->set_error_handler([](const std::string&) {});
    try {
        logger->sinks().push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, max_file_bytes, 1));
    } catch (const spdlog::spdlog_ex&) {
        // A directory that takes no file is told of by what cannot do without.
    }
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
    logger->flush_on(spdlog::level::trace);
    return logger;
}

}  // namespace

DatabaseLog::DatabaseLog(const std::filesystem::path& directory)
    : Logger(rocksdb::WARN_LEVEL), logger_(make_logger(directory / "LOG")) {}

void DatabaseLog::Logv(rocksdb::InfoLogLevel level, const char* format, std::va_list arguments) {
    if (level < GetInfoLogLevel()) return;
    std::array<char, max_line_bytes> line;
    if (std::vsnprintf(line.data(), line.size(), format, arguments) < 0) return;
    logger_->log(level == rocksdb::WARN_LEVEL ? spdlog::level::warn : spdlog::level::err, "{}", line.data());
}

}  // namespace rivulet
