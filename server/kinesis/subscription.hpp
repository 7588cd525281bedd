#pragma once

#include <memory>

#include "common/waiter.hpp"
#include "server/kinesis/service.hpp"
#include "server/kinesis/subscriptions.hpp"
#include "server/wire/event_stream.hpp"
#include "storage/consumer.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// What an event holds: the model's SubscribeToShardEvent.
extern const wire::Shape subscribe_to_shard_event;

/// The events of one SubscribeToShard call: records as they come, an empty event now and then when none come, for five
/// minutes, to the shard's end, or until the subscription is taken over or its consumer or stream goes.
class Subscription final : public wire::EventSource {
public:
    /// `place` wakes `waiter`, whose executor the events are read on.
    Subscription(Service& service, std::shared_ptr<const Consumer> consumer, std::shared_ptr<const Stream> stream,
                 const Shard& shard, Position from, std::unique_ptr<Subscriptions::Place> place, Waiter waiter);

    boost::asio::awaitable<Result<std::optional<wire::Event>>> next() override;
    void end_soon() override;

private:
    /// What ended the subscription, if anything has.
    std::optional<Error> interruption() const;
    /// The stream as it is now. Errors: resource_not_found.
    Result<std::shared_ptr<const Stream>> current_stream() const;
    boost::asio::awaitable<Result<ReadBatch>> read() const;
    /// How long the next event may be waited for: to the next sign of life, or to the subscription's end.
    void heed_clock();
    std::chrono::milliseconds patience() const;
    /// Waits until the rate of enhanced fan-out, where it is enforced, lets so many bytes go; false if something else
    /// is to be seen to before.
    boost::asio::awaitable<bool> keep_rate(std::size_t bytes);
    Result<wire::Event> make_event(ReadBatch&& batch);

    Service& service_;
    const std::shared_ptr<const Consumer> consumer_;
    const std::shared_ptr<const Stream> stream_;
    const Shard shard_;
    const std::unique_ptr<Subscriptions::Place> place_;
    Waiter waiter_;
    const std::shared_ptr<void> watch_;  ///< wakes `waiter_` for records
    Timestamp end_;
    Position position_;
    Timestamp heartbeat_;  ///< when an event is due, even if it has no records
    bool ended_ = false;
};

}  // namespace rivulet::kinesis
