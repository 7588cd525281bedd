#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace rivulet {

/// Keeps what is logged while it lives. Nothing may log while it is made or goes.
class CapturedLog {
public:
    CapturedLog() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
        auto logger = std::make_shared<spdlog::logger>("captured", std::move(sink));
        logger->set_pattern("%l: %v");
        spdlog::set_default_logger(std::move(logger));
    }
    ~CapturedLog() { spdlog::set_default_logger(before_); }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;

    /// The lines logged since the last call, each as `level: message`. Nothing may log meanwhile.
    std::vector<std::string> take_lines() {
        std::istringstream lines(text_.str());
        text_.str("");
        std::vector<std::string> taken;
        for (std::string line; std::getline(lines, line);) taken.push_back(line);
        return taken;
    }

private:
    const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
    std::ostringstream text_;
};

}  // namespace rivulet
