#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/sequence_number.hpp"
#include "common/uint128.hpp"
#include "storage/catalog.hpp"
#include "storage/record_log.hpp"
#include "storage/stream_change.hpp"

namespace rivulet {

/// A shard of a stream for life: closed ones stay until their records have expired.
struct Shard {
    std::uint32_t ordinal = 0;
    uint128 first_hash_key = 0;
    uint128 last_hash_key = 0;           ///< inclusive
    std::int64_t created = 0;            ///< seconds since the epoch
    std::optional<std::int64_t> closed;  ///< seconds since the epoch; absent while the shard takes records
    std::optional<std::uint32_t> parent;
    std::optional<std::uint32_t> adjacent_parent;

    bool is_open() const { return !closed.has_value(); }
    bool operator==(const Shard&) const = default;
};

enum class StreamStatus : std::uint8_t { creating, active, updating, deleting };

/// The highest throughput of writes that was seen on a day, in UTC.
struct DailyPeak {
    std::int64_t day = 0;  ///< days since the epoch
    std::int64_t bytes_per_second = 0;
    std::int64_t records_per_second = 0;

    bool operator==(const DailyPeak&) const = default;
};

/// The order of a stream's open shards in the hash key space, as indexes of its shards. It is made when the stream is
/// put in place, and not taken along by a copy, which may be changed.
class OpenShardOrder {
public:
    OpenShardOrder() = default;
    OpenShardOrder(const OpenShardOrder&) {}
    OpenShardOrder(OpenShardOrder&&) = default;
    OpenShardOrder& operator=(const OpenShardOrder&) {
        indexes_.clear();
        return *this;
    }
    OpenShardOrder& operator=(OpenShardOrder&&) = default;
    bool operator==(const OpenShardOrder&) const { return true; }

    void make(const std::vector<Shard>& shards);
    bool is_made() const { return !indexes_.empty(); }
    const Shard* find(const std::vector<Shard>& shards, uint128 hash_key) const;

private:
    /// Most streams have few: these lie in the stream itself, one wait for memory less.
    boost::container::small_vector<std::uint32_t, 4> indexes_;
};

/// A stream as the catalog keeps it. Snapshots are immutable and shared; a change puts a new one in place.
struct Stream {
    // What every record asks for comes first: among many streams each line of memory is waited for.
    std::uint64_t id = 0;  ///< never used again, so a new stream of the same name has none of the old one's records
    StreamStatus status = StreamStatus::creating;
    StreamMode mode = StreamMode::provisioned;
    std::int32_t max_record_kib = 1024;
    std::vector<Shard> shards;  ///< by ordinal; gaps where expired shards were
    OpenShardOrder open_shards;
    Encryption encryption;

    AccountRegion owner;
    std::string name;
    Timestamp created;
    std::int32_t retention_hours = 24;
    /// Records that came before this had expired when the retention period was changed, and stay so.
    Timestamp expired_before{};
    std::int32_t warm_throughput_mibps = 0;                 ///< 0: none asked for
    std::vector<std::string> shard_level_metrics;           ///< what enhanced monitoring shows, sorted by name
    std::vector<std::pair<std::string, std::string>> tags;  ///< sorted by key
    std::string policy;                                     ///< the resource policy as it was given; empty: none
    /// When the mode was switched, and encryption started and stopped, in the last 24 hours before the last such
    /// change.
    std::vector<Timestamp> mode_switches;
    std::vector<Timestamp> encryption_starts;
    std::vector<Timestamp> encryption_stops;
    std::optional<PendingChange> pending;
    std::vector<Timestamp> scalings;     ///< when UpdateShardCount was called in the last 24 hours
    std::vector<DailyPeak> write_peaks;  ///< of an on-demand stream, by day, no two of a day
    std::uint32_t next_shard = 0;        ///< the ordinal the next shard gets

    bool operator==(const Stream&) const = default;

    /// `arn:aws:kinesis:region:account:stream/name`
    std::string arn() const;

    /// The shard of that ordinal, or null.
    const Shard* find_shard(std::uint32_t ordinal) const;

    /// The open shard whose range holds `hash_key`, or null in a stream without shards.
    const Shard* shard_for(uint128 hash_key) const;

    std::size_t open_shard_count() const;

    /// Records that came before this have expired at `now`: they are invisible, whenever their room is given back.
    Timestamp horizon(Timestamp now) const {
        return std::max(now - std::chrono::hours(retention_hours), expired_before);
    }

    /// Called by the table before others see the stream, which changes no more then.
    void prepare_to_share() { open_shards.make(shards); }
};

/// The catalog's key of a stream; its order is by account, region and name.
std::string stream_key(const AccountRegion& owner, std::string_view name);

/// `shardId-000000000007`
std::string shard_id(std::uint32_t ordinal);

/// The sequence number of the record at `position` of `shard`.
SequenceNumber sequence_number_of(const Shard& shard, Position position);

/// The sequence numbers a shard begins with, and a closed one ends with: no record has either.
SequenceNumber first_sequence_number(const Shard& shard);
SequenceNumber last_sequence_number(const Shard& closed_shard);

/// A number that a reader of `shard` goes on with from `next`, at it or after it alike: no record has it, nor ever
/// will.
SequenceNumber continuation_at(const Shard& shard, Position next);

template <>
struct RowCodec<Stream> {
    static std::string encode(const Stream& stream);
    static Result<Stream> decode(std::string_view bytes);
};

}  // namespace rivulet
