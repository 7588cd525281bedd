#pragma once

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
struct CreateStreamInput {
    wire::Required<std::string> stream_name;
    std::optional<std::int32_t> shard_count;
    std::optional<shapes::StreamModeDetails> stream_mode_details;
    std::optional<wire::StringMap> tags;
    std::optional<std::int32_t> warm_throughput_mibps;
    std::optional<std::int32_t> max_record_size_in_kib;
};

extern const wire::Shape create_stream_input;

/// What a declared stream may say beside what the API takes.
struct CreationDetails {
    std::chrono::milliseconds creating_time;  ///< how long the stream is CREATING; it has its shards from then on
    std::int32_t retention_hours = limits::min_retention_hours;
};

/// Creates a stream. The input must be valid by its shape.
///
/// Errors: resource_in_use, limit_exceeded, validation, invalid_argument.
boost::asio::awaitable<Result<void>> create_stream(const Call& call, const CreateStreamInput& input,
                                                   CreationDetails details);

}  // namespace rivulet::kinesis
