#include "lambda-runner/shard_poller.hpp"

#include <spdlog/spdlog.h>

#include "common/waiter.hpp"

namespace rivulet {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// A wait at the tip ends by a record; this long bound only looks at the catalog now and then.
constexpr std::chrono::hours longest_wait{1};

asio::awaitable<bool> sleep(Clock& clock, milliseconds delay) {
    co_await sleep_for(clock, delay);
    co_return true;
}

}  // namespace

ShardPoller::ShardPoller(const PollerServices& services, std::shared_ptr<const EventSourceMapping> mapping,
                         ShardKey shard)
    : services_(services), mapping_(std::move(mapping)), shard_(shard) {}

std::string ShardPoller::name() const {
    return mapping_->stream + '/' + shard_id(shard_.shard) + " for '" + mapping_->function + '\'';
}

// The stream this poller is for; null once it is gone, even if another has its name.
std::shared_ptr<const Stream> ShardPoller::current_stream() const {
    auto stream = services_.store.streams().find(stream_key(mapping_->owner, mapping_->stream));
    if (stream && (stream->id != shard_.stream || !stream->find_shard(shard_.shard))) return nullptr;
    return stream;
}

Position ShardPoller::starting_position() const {
    if (const auto checkpoint = services_.tables.checkpoints.find(checkpoint_key(mapping_->uuid, shard_))) {
        return checkpoint->next;
    }
    // For LATEST the shards of the mapping's own time have checkpoints; a later shard is read from its beginning.
    return mapping_->starting_position == StartingPosition::at_timestamp ? position_at(mapping_->starting_timestamp)
                                                                         : Position{0};
}

void ShardPoller::skip_expired(const Stream& stream) {
    const auto horizon = position_at(stream.horizon(services_.clock.now()));
    position_ = std::max(position_, horizon);
}

asio::awaitable<void> ShardPoller::run() {
    position_ = starting_position();
    while (!interruption_.requested() && !over_) {
        auto batch = co_await collect();
        if (batch) co_await deliver(std::move(*batch));
    }
}

// The next batch; nothing if there was a fault, or there is nothing to come, or this poller is to end.
asio::awaitable<std::optional<KinesisBatch>> ShardPoller::collect() {
    auto stream = current_stream();
    over_ = !stream;
    if (over_) co_return std::nullopt;
    skip_expired(*stream);
    KinesisBatch batch(*mapping_, *stream, *stream->find_shard(shard_.shard));
    std::optional<Timestamp> window_opened;
    Position next = position_;
    while (!interruption_.requested()) {
        const auto read = co_await services_.store.log().read(shard_, next, batch.room());
        if (!read) {
            co_await pause_after("Reading", read.error().message);
            co_return std::nullopt;
        }
        for (const auto& record : read->records) {
            if (!batch.add(record)) break;
            next = batch.next();
        }
        if (batch.full()) co_return batch;
        if (!read->reached_tip) continue;
        if (read->closed && !batch.empty()) co_return batch;
        if (read->closed) {
            const auto committed = co_await commit({shard_, next, true});
            over_ = committed.has_value();
            if (!over_) co_await pause_after("The end", committed.error().message);
            co_return std::nullopt;
        }
        if (!co_await await_more(batch, window_opened, next)) {
            if (!batch.empty()) co_return batch;
            // An hour without a record: what the batch is made from may have changed.
            co_return std::nullopt;
        }
    }
    co_return std::nullopt;
}

// Waits for another record: without an end for the first of a batch, for the rest of the window after it. False when
// the batch is to be taken as it is.
asio::awaitable<bool> ShardPoller::await_more(const KinesisBatch& batch, std::optional<Timestamp>& window_opened,
                                              Position next) {
    milliseconds patience = longest_wait;
    if (!batch.empty()) {
        const auto now = services_.clock.now();
        if (!window_opened) window_opened = now;
        const auto elapsed = now - *window_opened;
        // A clock that went back would make the window last for ever.
        if (elapsed < milliseconds{0} || elapsed >= mapping_->batching_window) co_return false;
        patience = mapping_->batching_window - elapsed;
    }
    const auto woken = co_await interruption_.guard(services_.store.log().wait(shard_, next, patience));
    co_return woken.value_or(false);
}

asio::awaitable<void> ShardPoller::deliver(KinesisBatch batch) {
    const auto event = std::make_shared<const std::string>(batch.take_event());
    pause_ = first_pause;
    while (!interruption_.requested()) {
        const auto processed = co_await process(batch, event);
        if (interruption_.requested() && !processed) co_return;
        if (processed) {
            position_ = batch.next();
            pause_ = first_pause;
            co_return;
        }
        co_await pause_after("A batch of " + std::to_string(batch.size()) + " records", processed.error().message);
        const auto stream = current_stream();
        over_ = !stream;
        if (over_) co_return;
        skip_expired(*stream);
        if (position_ > batch.first()) {
            spdlog::warn("Records of {} are past the stream's retention and are not tried again.", name());
            co_return;
        }
    }
}

asio::awaitable<Result<void>> ShardPoller::process(const KinesisBatch& batch, const Payload& event) {
    const auto function = services_.tables.functions.find(function_key(mapping_->owner, mapping_->function));
    if (!function) {
        co_return Error(ErrorCode::lambda_resource_not_found, "there is no function '" + mapping_->function + "'");
    }
    const auto outcome = co_await interruption_.guard(services_.invoker.invoke(function, event));
    if (!outcome) co_return Error(ErrorCode::function_failed, "interrupted");
    if (!*outcome) co_return outcome->error();
    if (const auto& error = (*outcome)->error) {
        co_return Error(ErrorCode::function_failed, error->type + ": " + error->message);
    }
    if (mapping_->sink) {
        const auto written = co_await services_.sink.write(*mapping_->sink, shard_id(shard_.shard),
                                                           batch.first_sequence_number(), (*outcome)->payload);
        if (!written) co_return written.error();
    }
    co_return co_await commit({shard_, batch.next(), false});
}

asio::awaitable<Result<void>> ShardPoller::commit(Checkpoint checkpoint) {
    return services_.store.catalog().transact([this, checkpoint](Catalog::Transaction& transaction) -> Result<void> {
        // A mapping that was removed meanwhile leaves nothing behind.
        if (!services_.tables.mappings.find(mapping_key(mapping_->owner, mapping_->uuid))) return {};
        services_.tables.checkpoints.put(transaction, checkpoint_key(mapping_->uuid, shard_), checkpoint);
        return {};
    });
}

asio::awaitable<void> ShardPoller::pause_after(const std::string& what, const std::string& why) {
    spdlog::warn("{} of {} failed, and is tried again in {} ms: {}", what, name(), pause_.count(), why);
    co_await interruption_.guard(sleep(services_.clock, pause_));
    pause_ = std::min(pause_ * 2, longest_pause);
}

}  // namespace rivulet
