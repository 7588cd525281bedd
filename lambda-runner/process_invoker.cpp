#include "lambda-runner/process_invoker.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::minutes idle_check_interval{1};

}  // namespace

void ProcessInvoker::Pool::wake_one() {
    if (!waiting.empty()) waiting.front()->wake();
}

/// A process in use: however the use ends, the process goes back.
class ProcessInvoker::Lease {
public:
    Lease(ProcessInvoker& invoker, Pool& pool, std::unique_ptr<FunctionProcess> process)
        : invoker_(invoker), pool_(pool), process_(std::move(process)) {}
    ~Lease() { invoker_.give_back(pool_, std::move(process_)); }
    Lease(const Lease&) = delete;

    FunctionProcess* operator->() const { return process_.get(); }

private:
    ProcessInvoker& invoker_;
    Pool& pool_;
    std::unique_ptr<FunctionProcess> process_;
};

/// An invocation under way, which the invoker outlives.
class ProcessInvoker::Underway {
public:
    explicit Underway(ProcessInvoker& invoker) : invoker_(invoker) { ++invoker_.underway_; }
    ~Underway() {
        --invoker_.underway_;
        invoker_.settled_.wake();
    }
    Underway(const Underway&) = delete;

private:
    ProcessInvoker& invoker_;
};

ProcessInvoker::ProcessInvoker(ProcessServices services, Options options)
    : services_(std::move(services)), options_(options), tasks_(services_.executor), settled_(services_.executor) {}

ProcessInvoker::~ProcessInvoker() = default;

void ProcessInvoker::start() {
    tasks_.spawn("The care for idle processes", look_after_idle());
}

asio::awaitable<Result<InvocationOutcome>> ProcessInvoker::invoke(std::shared_ptr<const Function> function,
                                                                  Payload payload) {
    const Underway underway(*this);
    Pool& pool = pools_[function_key(function->owner, function->name)];
    for (;;) {
        auto acquired = co_await acquire(pool, function);
        if (!acquired) co_return acquired.error();
        const Lease process(*this, pool, std::move(*acquired));
        auto outcome = co_await process->invoke(payload);
        if (!outcome) co_return outcome.error();
        if (*outcome) co_return std::move(**outcome);
        // The process ended before it took the invocation: another one is as good as that was.
    }
}

asio::awaitable<Result<std::unique_ptr<FunctionProcess>>> ProcessInvoker::acquire(
    Pool& pool, const std::shared_ptr<const Function>& function) {
    const auto waiter = std::make_shared<Waiter>(services_.executor);
    pool.waiting.push_back(waiter);
    struct Leave {
        Pool& pool;
        const std::shared_ptr<Waiter>& waiter;
        ~Leave() {
            std::erase(pool.waiting, waiter);
            pool.wake_one();
        }
    } const leave{pool, waiter};
    // Looked at from the caller's place in the queue: looks take turns of their own, and must not decide who is first.
    const auto version = co_await run_blocking(services_.pool, [&] { return version_of(function->file); });
    for (;;) {
        if (interruption_.requested()) {
            co_return Error(ErrorCode::function_failed, "The server is ending and runs no functions.");
        }
        if (pool.waiting.front() == waiter) {
            auto process = take_idle(pool, function, version);
            if (!process && pool.size() < options_.max_processes) {
                auto started = FunctionProcess::start(function, version, services_);
                if (!started) co_return started.error();
                process = std::move(*started);
            }
            if (process) {
                pool.busy.insert(process.get());
                co_return std::move(process);
            }
        }
        co_await waiter->wait();
    }
}

std::unique_ptr<FunctionProcess> ProcessInvoker::take_idle(Pool& pool, const std::shared_ptr<const Function>& function,
                                                           const FileVersion& version) {
    while (!pool.idle.empty()) {
        auto process = std::move(pool.idle.back());
        pool.idle.pop_back();
        // A function that has been changed since has another snapshot.
        if (process->is_usable() && process->runs(function, version)) return process;
        discard(pool, std::move(process));
    }
    return nullptr;
}

void ProcessInvoker::give_back(Pool& pool, std::unique_ptr<FunctionProcess> process) {
    pool.busy.erase(process.get());
    if (!process->is_usable() || interruption_.requested()) {
        discard(pool, std::move(process));
        return;
    }
    process->last_used = services_.clock.now();
    pool.idle.push_back(std::move(process));
    pool.wake_one();
}

void ProcessInvoker::discard(Pool& pool, std::unique_ptr<FunctionProcess> process) {
    ++pool.ending;
    tasks_.spawn("The end of a function's process", end_process(pool, std::move(process)));
}

asio::awaitable<void> ProcessInvoker::end_process(Pool& pool, std::unique_ptr<FunctionProcess> process) {
    co_await process->end();
    process.reset();
    --pool.ending;
    pool.wake_one();
}

asio::awaitable<void> ProcessInvoker::look_after_idle() {
    Waiter waiter(services_.executor);
    while (co_await interruption_.guard(waiter.wait_for(services_.clock, idle_check_interval))) {
        for (auto& [key, pool] : pools_) end_idle(pool);
    }
}

void ProcessInvoker::end_idle(Pool& pool) {
    std::erase_if(pool.idle, [&](auto& process) {
        if (process->is_usable()) return false;
        discard(pool, std::move(process));
        return true;
    });
    while (pool.idle.size() > 1 && services_.clock.now() - pool.idle.front()->last_used >= options_.idle_time) {
        discard(pool, std::move(pool.idle.front()));
        pool.idle.erase(pool.idle.begin());
    }
}

asio::awaitable<void> ProcessInvoker::stop() {
    interruption_.request();
    for (auto& [key, pool] : pools_) {
        for (const auto& waiter : pool.waiting) waiter->wake();
        for (auto* process : pool.busy) process->kill();
        for (auto& process : pool.idle) discard(pool, std::move(process));
        pool.idle.clear();
    }
    while (underway_ > 0) co_await settled_.wait();
    co_await tasks_.join();
}

}  // namespace rivulet
