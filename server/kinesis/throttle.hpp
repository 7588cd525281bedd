#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/errors.hpp"
#include "server/kinesis/token_bucket.hpp"
#include "server/wire/shape.hpp"
#include "storage/record_log.hpp"

namespace rivulet::kinesis {

/// The service's rates, where the setting `limits` is `enforce`; otherwise there is none of these objects. The rates
/// are in limits.hpp and in the table of throttle.cpp. Exact to the millisecond of `clock`.
///
/// Thread safety: every member may be called from any thread.
class Throttle {
public:
    explicit Throttle(const Clock& clock) : clock_(clock) {}

    /// Counts a call of an operation against the operation's rate, if it has one, and says what the service has against
    /// it. `input` is of the shape `shape`, and valid.
    /// Errors: limit_exceeded; provisioned_throughput_exceeded for GetShardIterator.
    std::optional<Error> refuse_call(std::string_view operation, const AccountRegion& caller, const wire::Shape& shape,
                                     const void* input);

    /// Takes room for a record of so many bytes, its partition key among them, on the way into a shard; false if there
    /// is none.
    bool admit_record(ShardKey shard, std::size_t bytes);

    /// Whether a GetRecords may read a shard now; counts as a call if it may.
    bool admit_read(ShardKey shard);

    /// What an admitted GetRecords returned. `full`: it ended because the answer could hold no more bytes.
    void count_read(ShardKey shard, std::size_t bytes, bool full);

    /// Counts bytes that an enhanced fan-out consumer is about to be sent from a shard, and says how long to wait
    /// before they are sent.
    std::chrono::milliseconds delay_fan_out(std::string_view consumer_arn, ShardKey shard, std::size_t bytes);

private:
    struct ShardRates {
        TokenBucket records_in;
        TokenBucket bytes_in;
        TokenBucket reads;
        TokenBucket bytes_out;
        Timestamp no_read_before;
    };

    ShardRates& rates_of(ShardKey shard, Timestamp now);
    TokenBucket& bucket(std::string key, std::int64_t per_second, Timestamp now);

    const Clock& clock_;
    std::mutex mutex_;
    std::map<ShardKey, ShardRates> shards_;
    std::map<std::string, TokenBucket, std::less<>> buckets_;  ///< of operations and of fan-out
    std::size_t forget_at_ = 1024;                             ///< how many of either are too many to keep full ones
};

}  // namespace rivulet::kinesis
