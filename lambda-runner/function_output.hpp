#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/waiter.hpp"
#include "lambda-runner/function.hpp"

namespace rivulet {

/// One line of what a function says.
struct OutputLine {
    std::shared_ptr<const Function> function;
    std::shared_ptr<const std::string> log_stream;  ///< `2024/05/31/[$LATEST]…`: the process it comes from
    Timestamp time;
    bool by_handler;   ///< printed by the function's process; otherwise one of Lambda's own: START, END, REPORT
    std::string text;  ///< without the line's end; any bytes
};

/// Where all output of all functions goes: the one place that a log service listens at.
class FunctionOutput {
public:
    virtual ~FunctionOutput() = default;

    /// Takes a line; the lines of one process come in order. Must not block.
    virtual void write(OutputLine line) = 0;

    /// Returns when there is room for more: who reads a process's output awaits this before reading on, so that a
    /// function that prints without end is slowed down and does not fill the memory.
    virtual boost::asio::awaitable<void> room() = 0;
};

/// Cuts bytes into lines of bounded length: a longer one goes on in the next.
class LineSplitter {
public:
    /// Bytes of an event of CloudWatch Logs
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
    static constexpr std::size_t max_line_bytes = 256 * 1024;

    /// The lines that `bytes` complete.
    std::vector<std::string> push(std::string_view bytes);
    /// What came after the last line's end; empty if nothing did.
    std::string finish() { return std::exchange(rest_, {}); }

private:
    std::string rest_;
};

/// Writes output to the server's log and to `<directory>/<function>.log`, which is kept within bounds by rotation:
/// three files of at most 10 MiB. Files are written in the pool.
///
/// Thread safety: none, but for the pool's part; everything is called on the executor. `flush` before destruction.
class FileOutput final : public FunctionOutput {
public:
    FileOutput(boost::asio::any_io_executor executor, BlockingPool& pool, std::filesystem::path directory);
    ~FileOutput() override;

    void write(OutputLine line) override;
    boost::asio::awaitable<void> room() override;

    /// Returns when all lines have been written.
    boost::asio::awaitable<void> flush();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet
