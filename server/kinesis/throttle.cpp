#include "server/kinesis/throttle.hpp"

#include <algorithm>
#include <array>

#include "common/limits.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace {

/// What a rate is counted for.
enum class Scope : std::uint8_t { account, stream, shard };

struct Rate {
    std::string_view operation;
    std::int64_t per_second;
    Scope scope;
};

// Each operation's page of the API reference, https://docs.aws.amazon.com/kinesis/latest/APIReference/; where it says
// nothing, https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html#kds-api-limits
constexpr std::array rates = {
    Rate{"AddTagsToStream", 5, Scope::account},
    Rate{"CreateStream", 5, Scope::account},
    Rate{"DecreaseStreamRetentionPeriod", 5, Scope::stream},
    Rate{"DeleteStream", 5, Scope::account},
    Rate{"DeregisterStreamConsumer", 5, Scope::stream},
    Rate{"DescribeAccountSettings", 5, Scope::account},
    Rate{"DescribeLimits", 1, Scope::account},
    Rate{"DescribeStream", 10, Scope::account},
    Rate{"DescribeStreamConsumer", 20, Scope::stream},
    Rate{"DescribeStreamSummary", 20, Scope::account},
    Rate{"DisableEnhancedMonitoring", 5, Scope::stream},
    Rate{"EnableEnhancedMonitoring", 5, Scope::stream},
    Rate{"GetShardIterator", 5, Scope::shard},
    Rate{"IncreaseStreamRetentionPeriod", 5, Scope::stream},
    Rate{"ListShards", 1000, Scope::stream},
    Rate{"ListStreamConsumers", 5, Scope::stream},
    Rate{"ListStreams", 5, Scope::account},
    Rate{"ListTagsForStream", 5, Scope::account},
    Rate{"MergeShards", 5, Scope::account},
    Rate{"RegisterStreamConsumer", 5, Scope::account},
    Rate{"RemoveTagsFromStream", 5, Scope::account},
    Rate{"SplitShard", 5, Scope::account},
    Rate{"UpdateAccountSettings", 5, Scope::account},
    Rate{"UpdateShardCount", 10, Scope::account},
    Rate{"UpdateStreamWarmThroughput", 5, Scope::account},
};

/// A text member of an input; empty if it has none of that name, or not this time.
std::string_view text_of(const wire::Shape& shape, const void* input, std::string_view name) {
    const auto found = std::ranges::find(shape.members, name, &wire::Member::name);
    if (found == shape.members.end() || found->shape->kind != wire::Kind::string) return {};
    const void* const value = found->get(input);
    return value == nullptr ? std::string_view{} : std::string_view(*static_cast<const std::string*>(value));
}

/// The stream that an input names, by its name or in an ARN; empty if it names none.
std::string_view stream_of(const wire::Shape& shape, const void* input) {
    if (const auto name = text_of(shape, input, "StreamName"); !name.empty()) return name;
    constexpr std::string_view kind = ":stream/";
    for (const auto* member : {"StreamARN", "ConsumerARN", "ResourceARN"}) {
        const auto arn = text_of(shape, input, member);
        const auto at = arn.find(kind);
        if (at == std::string_view::npos) continue;
        const auto name = arn.substr(at + kind.size());
        return name.substr(0, name.find('/'));
    }
    return {};
}

template <class Map, class IsFull>
void forget_full(Map& map, std::size_t& limit, IsFull is_full) {
    if (map.size() < limit) return;
    for (auto entry = map.begin(); entry != map.end();) {
        entry = is_full(entry->second) ? map.erase(entry) : std::next(entry);
    }
    limit = std::max<std::size_t>(limit, 2 * map.size());
}

}  // namespace

std::optional<Error> Throttle::refuse_call(std::string_view operation, const AccountRegion& caller,
                                           const wire::Shape& shape, const void* input) {
    const auto* const rate = std::ranges::find(rates, operation, &Rate::operation);
    if (rate == rates.end()) return std::nullopt;
    const std::string stream(stream_of(shape, input));
    std::string shard;
    std::string key = caller.account + '/' + caller.region + '/' + std::string(operation);
    if (rate->scope != Scope::account) key += '/' + stream;
    if (rate->scope == Scope::shard) {
        const auto given = text_of(shape, input, "ShardId");
        const auto ordinal = shard_ordinal(given);
        shard = ordinal ? shard_id(*ordinal) : std::string(given);
        key += '/' + shard;
    }
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    TokenBucket& calls = bucket(std::move(key), rate->per_second, now);
    if (calls.has(1, now)) {
        calls.take(1, now);
        return std::nullopt;
    }
    if (!shard.empty()) return errors::rate_exceeded_for_shard(shard, stream, caller.account);
    return stream.empty() ? errors::rate_exceeded_for_account(caller.account)
                          : errors::rate_exceeded_for_stream(stream, caller.account);
}

bool Throttle::admit_record(ShardKey shard, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    ShardRates& of = rates_of(shard, now);
    const auto size = static_cast<std::int64_t>(bytes);
    if (!of.records_in.has(1, now) || !of.bytes_in.has(size, now)) return false;
    of.records_in.take(1, now);
    of.bytes_in.take(size, now);
    return true;
}

bool Throttle::admit_read(ShardKey shard) {
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    ShardRates& of = rates_of(shard, now);
    // A pause that is longer than pauses are is one of a clock that was ahead.
    const bool pausing = now < of.no_read_before &&
                         of.no_read_before - now <= std::chrono::seconds(limits::pause_after_full_read_seconds);
    if (pausing || !of.reads.has(1, now) || !of.bytes_out.has(1, now)) return false;
    of.reads.take(1, now);
    return true;
}

void Throttle::count_read(ShardKey shard, std::size_t bytes, bool full) {
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    ShardRates& of = rates_of(shard, now);
    of.bytes_out.take(static_cast<std::int64_t>(bytes), now);
    if (full) of.no_read_before = now + std::chrono::seconds(limits::pause_after_full_read_seconds);
}

std::chrono::milliseconds Throttle::delay_fan_out(std::string_view consumer_arn, ShardKey shard, std::size_t bytes) {
    const std::string key =
        std::string(consumer_arn) + '/' + std::to_string(shard.stream) + '/' + std::to_string(shard.shard);
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    TokenBucket& out = bucket(key, limits::shard_bytes_out_per_second, now);
    const auto size = static_cast<std::int64_t>(bytes);
    const auto delay = out.wait_for(size, now);
    out.take(size, now);
    return delay;
}

Throttle::ShardRates& Throttle::rates_of(ShardKey shard, Timestamp now) {
    if (const auto found = shards_.find(shard); found != shards_.end()) return found->second;
    forget_full(shards_, forget_at_, [now](ShardRates& of) {
        return of.no_read_before <= now && of.records_in.is_full(now) && of.bytes_in.is_full(now) &&
               of.reads.is_full(now) && of.bytes_out.is_full(now);
    });
    const ShardRates fresh{{limits::shard_records_in_per_second, now},
                           {limits::shard_bytes_in_per_second, now},
                           {limits::shard_reads_per_second, now},
                           {limits::shard_bytes_out_per_second, now},
                           now};
    return shards_.emplace(shard, fresh).first->second;
}

TokenBucket& Throttle::bucket(std::string key, std::int64_t per_second, Timestamp now) {
    if (const auto found = buckets_.find(key); found != buckets_.end()) return found->second;
    forget_full(buckets_, forget_at_, [now](TokenBucket& of) { return of.is_full(now); });
    return buckets_.emplace(std::move(key), TokenBucket(per_second, now)).first->second;
}

}  // namespace rivulet::kinesis
