#include "lambda-runner/function_output.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/post.hpp>

namespace rivulet {

namespace asio = boost::asio;

namespace {

constexpr std::size_t log_file_bytes = 10 * 1024 * 1024;
constexpr std::size_t older_log_files = 2;
constexpr std::size_t max_pending_bytes = 4 * 1024 * 1024;

}  // namespace

std::vector<std::string> LineSplitter::push(std::string_view bytes) {
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        const std::size_t room = max_line_bytes - rest_.size();
        const auto end = bytes.substr(0, room).find('\n');
        const bool complete = end != std::string_view::npos;
        const auto part = bytes.substr(0, complete ? end : room);
        rest_ += part;
        bytes.remove_prefix(part.size() + (complete ? 1 : 0));
        if (complete || rest_.size() == max_line_bytes) lines.push_back(finish());
    }
    return lines;
}

struct FileOutput::State : std::enable_shared_from_this<FileOutput::State> {
    State(asio::any_io_executor io_executor, BlockingPool& blocking_pool, std::filesystem::path log_directory)
        : executor(io_executor), pool(blocking_pool), directory(std::move(log_directory)) {}

    asio::any_io_executor executor;
    BlockingPool& pool;
    const std::filesystem::path directory;

    std::mutex mutex;  ///< guards the three below
    std::vector<OutputLine> pending;
    std::size_t pending_bytes = 0;
    bool writing = false;
    std::vector<std::shared_ptr<Waiter>> waiting;  ///< executor only

    std::map<std::string, std::shared_ptr<spdlog::logger>> files;  ///< of the one job that writes

    void write_pending();
    void write_line(const OutputLine& line);
    spdlog::logger& file_of(const Function& function);
    asio::awaitable<void> until_below(std::size_t bytes);
};

// In the pool, one job at a time: takes what there is until there is nothing.
void FileOutput::State::write_pending() {
    for (;;) {
        std::vector<OutputLine> lines;
        {
            const std::lock_guard lock(mutex);
            lines.swap(pending);
            pending_bytes = 0;
            if (lines.empty()) writing = false;
        }
        asio::post(executor, [self = shared_from_this()] {
            for (const auto& waiter : self->waiting) waiter->wake();
        });
        if (lines.empty()) break;
        for (const auto& line : lines) write_line(line);
        for (const auto& [name, file] : files) file->flush();
    }
}

void FileOutput::State::write_line(const OutputLine& line) {
    // A START and a REPORT for each batch are of interest in the function's own log alone.
    spdlog::log(line.by_handler ? spdlog::level::info : spdlog::level::debug, "[{}] {}", line.function->name,
                line.text);
    file_of(*line.function).info(line.text);
}

spdlog::logger& FileOutput::State::file_of(const Function& function) {
    auto& file = files[function.name];
    if (!file) {
        spdlog::sink_ptr sink;
        try {
            const auto path = directory / (function.name + ".log");
            sink =
                std::make_shared<spdlog::sinks::rotating_file_sink_st>(path.string(), log_file_bytes, older_log_files);
        } catch (const spdlog::spdlog_ex& fault) {
            spdlog::error("The output of the function '{}' is not kept: {}", function.name, fault.what());
        }
        file = std::make_shared<spdlog::logger>(function.name);
        if (sink) file->sinks().push_back(std::move(sink));
        file->set_pattern("%v");
    }
    return *file;
}

asio::awaitable<void> FileOutput::State::until_below(std::size_t bytes) {
    const auto waiter = std::make_shared<Waiter>(executor);
    waiting.push_back(waiter);
    struct Leave {
        State& state;
        const std::shared_ptr<Waiter>& waiter;
        ~Leave() { std::erase(state.waiting, waiter); }
    } const leave{*this, waiter};
    for (;;) {
        {
            const std::lock_guard lock(mutex);
            if (bytes == 0 ? !writing : pending_bytes < bytes) co_return;
        }
        co_await waiter->wait();
    }
}

FileOutput::FileOutput(asio::any_io_executor executor, BlockingPool& pool, std::filesystem::path directory)
    : state_(std::make_shared<State>(std::move(executor), pool, std::move(directory))) {}

FileOutput::~FileOutput() = default;

void FileOutput::write(OutputLine line) {
    const std::lock_guard lock(state_->mutex);
    state_->pending_bytes += line.text.size() + 1;
    state_->pending.push_back(std::move(line));
    if (std::exchange(state_->writing, true)) return;
    asio::post(state_->pool, [state = state_] { state->write_pending(); });
}

asio::awaitable<void> FileOutput::room() {
    return state_->until_below(max_pending_bytes);
}

asio::awaitable<void> FileOutput::flush() {
    return state_->until_below(0);
}

}  // namespace rivulet
