#include "server/kinesis/subscription.hpp"

#include <algorithm>

#include "server/kinesis/errors.hpp"
#include "server/kinesis/record_shapes.hpp"
#include "server/kinesis/throttle.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShardEvent.html
struct SubscribeToShardEvent {
    wire::Required<std::vector<shapes::Record>> records;
    /// Required by the model, but absent at the shard's end: by that clients know it.
    std::optional<std::string> continuation_sequence_number;
    wire::Required<std::int64_t> millis_behind_latest;
    std::optional<std::vector<shapes::ChildShard>> child_shards;
};

constexpr std::array event_members = {
    wire::member<&SubscribeToShardEvent::records>("Records", shapes::record_list),
    wire::member<&SubscribeToShardEvent::continuation_sequence_number>("ContinuationSequenceNumber",
                                                                       shapes::sequence_number),
    wire::member<&SubscribeToShardEvent::millis_behind_latest>("MillisBehindLatest", shapes::millis_behind_latest),
    wire::member<&SubscribeToShardEvent::child_shards>("ChildShards", shapes::child_shard_list),
};

}  // namespace

constinit const wire::Shape subscribe_to_shard_event = wire::structure_shape("SubscribeToShardEvent", event_members);

Subscription::Subscription(Service& service, std::shared_ptr<const Consumer> consumer,
                           std::shared_ptr<const Stream> stream, const Shard& shard, Position from,
                           std::unique_ptr<Subscriptions::Place> place, Waiter waiter)
    : service_(service),
      consumer_(std::move(consumer)),
      stream_(std::move(stream)),
      shard_(shard),
      place_(std::move(place)),
      waiter_(std::move(waiter)),
      watch_(service.store.log().watch({stream_->id, shard_.ordinal}, waiter_.waker())),
      end_(service.clock.now() + limits::subscription_time),
      position_(from),
      // The first event comes at once: it says where the reader stands.
      heartbeat_(service.clock.now()) {}

asio::awaitable<Result<std::optional<wire::Event>>> Subscription::next() {
    while (!ended_ && service_.clock.now() < end_) {
        if (auto interrupted = interruption()) co_return *interrupted;
        heed_clock();
        auto batch = co_await read();
        if (!batch) co_return batch.error();
        const bool shard_ended = batch->reached_tip && batch->closed;
        if (service_.throttle != nullptr && !batch->records.empty()) {
            if (!co_await keep_rate(bytes_of(batch->records))) continue;
        }
        if (!batch->records.empty() || shard_ended || service_.clock.now() >= heartbeat_) {
            auto event = make_event(std::move(*batch));
            if (!event) co_return event.error();
            co_return std::optional<wire::Event>(std::move(*event));
        }
        co_await waiter_.wait_for(service_.clock, patience());
    }
    co_return std::optional<wire::Event>();
}

void Subscription::end_soon() {
    ended_ = true;
    waiter_.wake();
}

std::optional<Error> Subscription::interruption() const {
    if (place_->is_taken_over()) return errors::subscription_exists(*consumer_, shard_.ordinal);
    if (const auto stream = current_stream(); !stream) return stream.error();
    const auto now =
        service_.store.consumers().find(consumer_key(consumer_->owner, consumer_->stream, consumer_->name));
    if (now && now->id == consumer_->id && now->status == ConsumerStatus::active) return std::nullopt;
    return errors::consumer_not_found(consumer_->arn(), consumer_->owner.account);
}

Result<std::shared_ptr<const Stream>> Subscription::current_stream() const {
    auto stream = service_.store.streams().find(stream_key(stream_->owner, stream_->name));
    if (!stream || stream->id != stream_->id || stream->status == StreamStatus::deleting) {
        return errors::stream_not_found(stream_->name, stream_->owner.account);
    }
    return stream;
}

asio::awaitable<Result<ReadBatch>> Subscription::read() const {
    const auto stream = current_stream();
    if (!stream) co_return stream.error();
    // Expired records are invisible at once, whenever their room is given back.
    const Position horizon = position_at((*stream)->horizon(service_.clock.now()));
    constexpr ReadLimits most{limits::max_get_records, limits::max_subscription_event_bytes};
    co_return co_await service_.store.log().read({stream_->id, shard_.ordinal}, std::max(position_, horizon), most);
}

// Neither is ever further away than when it was set, unless the clock was set back since.
void Subscription::heed_clock() {
    const Timestamp now = service_.clock.now();
    heartbeat_ = std::min(heartbeat_, now + limits::subscription_heartbeat_time);
    end_ = std::min(end_, now + limits::subscription_time);
}

std::chrono::milliseconds Subscription::patience() const {
    return std::min(heartbeat_, end_) - service_.clock.now();
}

asio::awaitable<bool> Subscription::keep_rate(std::size_t bytes) {
    const ShardKey shard{stream_->id, shard_.ordinal};
    const Timestamp ready = service_.clock.now() + service_.throttle->delay_fan_out(consumer_->arn(), shard, bytes);
    while (service_.clock.now() < ready) {
        if (ended_ || service_.clock.now() >= end_ || interruption()) co_return false;
        co_await waiter_.wait_for(service_.clock, std::min(ready, end_) - service_.clock.now());
    }
    co_return true;
}

Result<wire::Event> Subscription::make_event(ReadBatch&& batch) {
    const auto stream = current_stream();
    if (!stream) return stream.error();
    auto event = std::make_shared<SubscribeToShardEvent>();
    event->millis_behind_latest = millis_behind(batch, service_.clock.now());
    if (batch.reached_tip && batch.closed) {
        event->child_shards = children_of(**stream, shard_.ordinal);
        ended_ = true;
    } else {
        event->continuation_sequence_number = to_string(continuation_at(shard_, batch.next));
    }
    event->records = show_records(**stream, shard_, std::move(batch.records));
    position_ = batch.next;
    heartbeat_ = service_.clock.now() + limits::subscription_heartbeat_time;
    return wire::Event{"SubscribeToShardEvent", &subscribe_to_shard_event, std::move(event)};
}

}  // namespace rivulet::kinesis
