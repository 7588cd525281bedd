#pragma once

#include <gmock/gmock.h>

#include <boost/asio.hpp>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "common/random.hpp"
#include "lambda-runner/process_invoker.hpp"
#include "server/lambda/runtime_api_host.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

/// Keeps the lines that functions say.
class KeptOutput final : public FunctionOutput {
public:
    void write(OutputLine line) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line.text);
        (line.by_handler ? said_ : told_) += line.text + '\n';
    }
    boost::asio::awaitable<void> room() override { co_return; }

    /// What the handlers printed, and what was told of them.
    std::string said() const {
        const std::lock_guard lock(mutex_);
        return said_;
    }
    std::string told() const {
        const std::lock_guard lock(mutex_);
        return told_;
    }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::string said_;
    std::string told_;
};

/// Real processes behind the real Runtime API, in virtual time: limits pass when the test says so.
class ProcessTest : public ::testing::Test {
protected:
    using Invoked = std::future<Result<InvocationOutcome>>;

    ProcessTest() {
        EXPECT_TRUE(write_runtimes(folder.path() / "runtimes"));
        make_invoker({});
    }
    void TearDown() override { stop(); }

    void make_invoker(ProcessInvoker::Options options) {
        invoker =
            std::make_unique<ProcessInvoker>(ProcessServices{threads.first(), clock, random, host, output, guard, pool,
                                                             "http://127.0.0.1:1", folder.path() / "runtimes"},
                                             options);
        on_io_thread([&] { invoker->start(); });
    }

    void stop() {
        if (!invoker) return;
        boost::asio::co_spawn(threads.first(), invoker->stop(), boost::asio::use_future).get();
        invoker.reset();
    }

    void on_io_thread(const std::function<void()>& action) {
        boost::asio::post(threads.first(), boost::asio::use_future(action)).get();
    }

    std::filesystem::path write_file(const std::string& name, std::string_view code) const {
        const auto path = folder.path() / name;
        std::ofstream(path) << code;
        return path;
    }

    std::shared_ptr<const Function> function(
        std::string runtime, const std::string& file, std::string_view code,
        const std::function<void(Function&)>& adjust = [](Function&) {}) const {
        Function made;
        made.owner = {"123456789012", "eu-north-1"};
        made.name = "enrich";
        made.runtime = std::move(runtime);
        made.file = write_file(file, code);
        made.handler = made.kind() == RuntimeKind::nodejs ? "handler" : "lambda_handler";
        if (made.kind() == RuntimeKind::provided) std::filesystem::permissions(made.file, std::filesystem::perms(0755));
        adjust(made);
        return std::make_shared<const Function>(std::move(made));
    }
    std::shared_ptr<const Function> python(std::string_view code) const {
        return function("python3", "handler_file.py", code);
    }
    std::shared_ptr<const Function> node(std::string_view code, const std::string& file = "handler_file.mjs") const {
        return function("nodejs", file, code);
    }

    Invoked begin(std::shared_ptr<const Function> of, std::string payload = "{}") {
        return boost::asio::co_spawn(
            threads.first(), invoker->invoke(std::move(of), std::make_shared<const std::string>(std::move(payload))),
            boost::asio::use_future);
    }

    /// What the invocation comes to; an error of the invoker is thrown.
    static InvocationOutcome finish(Invoked& invoked) {
        if (invoked.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
            throw std::runtime_error("an invocation does not end");
        }
        auto result = invoked.get();
        if (!result) throw std::runtime_error(result.error().message);
        return std::move(*result);
    }

    InvocationOutcome invoke(std::shared_ptr<const Function> of, std::string payload = "{}") {
        auto invoked = begin(std::move(of), std::move(payload));
        return finish(invoked);
    }

    static void wait_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

    /// Whether there is a process of that id that has not ended.
    static bool is_alive(const std::string& process) {
        std::ifstream stat("/proc/" + process + "/stat");
        std::string text((std::istreambuf_iterator<char>(stat)), {});
        const auto state = text.rfind(')');
        return state != std::string::npos && text.at(state + 2) != 'Z' && text.at(state + 2) != 'X';
    }

    TemporaryDirectory folder;
    IoThreads threads{2};
    ManualClock clock;
    SeededRandom random{3};
    HttpRuntimeApiHost host{threads};
    KeptOutput output;
    ProcessGuard guard;
    BlockingPool pool{2};
    std::unique_ptr<ProcessInvoker> invoker;
};

}  // namespace rivulet
