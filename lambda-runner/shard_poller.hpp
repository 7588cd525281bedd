#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "common/clock.hpp"
#include "lambda-runner/interruption.hpp"
#include "lambda-runner/invoker.hpp"
#include "lambda-runner/kinesis_batch.hpp"
#include "lambda-runner/lambda_tables.hpp"
#include "lambda-runner/result_sink.hpp"
#include "storage/store.hpp"

namespace rivulet {

/// What pollers work with. Everything outlives them.
struct PollerServices {
    boost::asio::any_io_executor executor;
    Store& store;
    LambdaTables& tables;
    Invoker& invoker;
    ResultSink& sink;
    Clock& clock;
};

/// Hands the records of one shard to a mapping's function, batch by batch, in order: collect, invoke, write the result
/// to the sink, commit the checkpoint. A batch that fails at any of these is tried again, after ever longer pauses,
/// until its records are past the stream's retention. The sink comes before the checkpoint: a crash in between repeats
/// the batch, and its result replaces itself.
///
/// Thread safety: none; everything is called on the services' executor.
class ShardPoller {
public:
    static constexpr std::chrono::milliseconds first_pause{100};
    static constexpr std::chrono::milliseconds longest_pause{10'000};

    ShardPoller(const PollerServices& services, std::shared_ptr<const EventSourceMapping> mapping, ShardKey shard);

    /// Processes the shard until it has ended or is gone, or until interrupted.
    boost::asio::awaitable<void> run();

    /// Ends `run` soon: an invocation under way is given up.
    void interrupt() { interruption_.request(); }

private:
    std::shared_ptr<const Stream> current_stream() const;
    Position starting_position() const;
    void skip_expired(const Stream& stream);
    boost::asio::awaitable<std::optional<KinesisBatch>> collect();
    boost::asio::awaitable<bool> await_more(const KinesisBatch& batch, std::optional<Timestamp>& window_opened,
                                            Position next);
    boost::asio::awaitable<void> deliver(KinesisBatch batch);
    boost::asio::awaitable<Result<void>> process(const KinesisBatch& batch, const Payload& event);
    boost::asio::awaitable<Result<void>> commit(Checkpoint checkpoint);
    boost::asio::awaitable<void> pause_after(const std::string& what, const std::string& why);
    std::string name() const;

    const PollerServices& services_;
    const std::shared_ptr<const EventSourceMapping> mapping_;
    const ShardKey shard_;
    Interruption interruption_;
    Position position_ = 0;  ///< of the next record to process
    std::chrono::milliseconds pause_ = first_pause;
    bool over_ = false;  ///< nothing will ever come again
};

}  // namespace rivulet
