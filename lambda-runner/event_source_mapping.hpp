#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "s3-sink/sink.hpp"
#include "storage/store.hpp"

namespace rivulet {

struct LambdaTables;

/// Where a mapping begins in a stream that it has not read yet.
enum class StartingPosition : std::uint8_t { trim_horizon, latest, at_timestamp };

/// A stream's records are handed to a function, in batches.
struct EventSourceMapping {
    std::string uuid;
    AccountRegion owner;
    std::string stream;    ///< its name
    std::string function;  ///< its name
    std::int32_t batch_size = 100;
    std::chrono::milliseconds batching_window{0};
    StartingPosition starting_position = StartingPosition::trim_horizon;
    Timestamp starting_timestamp{};  ///< where `starting_position` is `at_timestamp`
    std::optional<SinkTarget> sink;  ///< where what the handler returns is written to

    bool operator==(const EventSourceMapping&) const = default;
};

/// How far a mapping has come in one shard. Everything before `next` has been processed.
struct Checkpoint {
    ShardKey shard;
    Position next = 0;
    bool ended = false;  ///< the shard is closed and was processed to its end

    bool operator==(const Checkpoint&) const = default;
};

template <>
struct RowCodec<EventSourceMapping> {
    static std::string encode(const EventSourceMapping& mapping);
    static Result<EventSourceMapping> decode(std::string_view bytes);
};

template <>
struct RowCodec<Checkpoint> {
    static std::string encode(const Checkpoint& checkpoint);
    static Result<Checkpoint> decode(std::string_view bytes);
};

/// The catalog's key of a mapping; its order is by account, region and UUID.
std::string mapping_key(const AccountRegion& owner, std::string_view uuid);

/// The catalog's key of a checkpoint, and the prefixes that all checkpoints of a mapping, or of a mapping in one
/// stream, share. A stream created anew under the same name has another id, and so none of the old one's checkpoints.
std::string checkpoint_key(std::string_view mapping_uuid, ShardKey shard);
std::string checkpoint_prefix(std::string_view mapping_uuid);
std::string checkpoint_prefix(std::string_view mapping_uuid, std::uint64_t stream);

/// Whether a mapping's own numbers and names are within bounds. Errors: lambda_invalid_parameter_value.
Result<void> check_event_source_mapping(const EventSourceMapping& mapping);

/// Adds a mapping and returns its UUID, which is drawn here. LATEST is settled at once: the end of every open shard is
/// committed as a checkpoint together with the mapping, so that what is put from now on is processed even if the server
/// ends before the first batch. Shards that appear later are read from their beginning.
/// Errors: lambda_invalid_parameter_value (a number or name out of bounds, no such stream or function);
/// lambda_resource_conflict if the stream is mapped to the function already; io_failure.
/// Bounds: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
boost::asio::awaitable<Result<std::string>> create_event_source_mapping(Store& store, LambdaTables& tables,
                                                                        Random& random, EventSourceMapping mapping);

}  // namespace rivulet
