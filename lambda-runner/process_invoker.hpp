#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lambda-runner/function_process.hpp"
#include "lambda-runner/interruption.hpp"
#include "lambda-runner/invoker.hpp"
#include "lambda-runner/task_group.hpp"

namespace rivulet {

/// Runs functions in processes of their own, one invocation at a time in each, and keeps the processes for later
/// invocations. A function has as many as are needed at once, within a bound; beyond it invocations wait their turn.
/// A process that failed otherwise than by an error it reported is not used again, and neither is one whose function or
/// function's file has been changed since it began.
///
/// Thread safety: none; everything is called on the executor of its services.
class ProcessInvoker final : public Invoker {
public:
    struct Options {
        std::size_t max_processes = 10;     ///< of one function
        std::chrono::minutes idle_time{5};  ///< after which all idle processes of a function but one end
    };

    /// What `services` names must outlive the invoker.
    ProcessInvoker(ProcessServices services, Options options);
    ~ProcessInvoker() override;

    /// Begins to look after idle processes.
    void start();

    boost::asio::awaitable<Result<InvocationOutcome>> invoke(std::shared_ptr<const Function> function,
                                                             Payload payload) override;

    /// Runs nothing more, fails what runs, and returns when no process is left.
    boost::asio::awaitable<void> stop();

private:
    struct Pool {
        std::vector<std::unique_ptr<FunctionProcess>> idle;  ///< the most recently used last
        std::set<FunctionProcess*> busy;
        std::size_t ending = 0;
        std::vector<std::shared_ptr<Waiter>> waiting;  ///< for a process, in order

        std::size_t size() const { return idle.size() + busy.size() + ending; }
        void wake_one();
    };
    class Lease;
    class Underway;

    boost::asio::awaitable<Result<std::unique_ptr<FunctionProcess>>> acquire(
        Pool& pool, const std::shared_ptr<const Function>& function);
    std::unique_ptr<FunctionProcess> take_idle(Pool& pool, const std::shared_ptr<const Function>& function,
                                               const FileVersion& version);
    void give_back(Pool& pool, std::unique_ptr<FunctionProcess> process);
    void discard(Pool& pool, std::unique_ptr<FunctionProcess> process);
    boost::asio::awaitable<void> end_process(Pool& pool, std::unique_ptr<FunctionProcess> process);
    boost::asio::awaitable<void> look_after_idle();
    void end_idle(Pool& pool);

    const ProcessServices services_;
    const Options options_;
    TaskGroup tasks_;
    Interruption interruption_;
    Waiter settled_;                     ///< woken when an invocation has ended
    std::size_t underway_ = 0;           ///< invocations, the waiting ones too
    std::map<std::string, Pool> pools_;  ///< by function key
};

}  // namespace rivulet
