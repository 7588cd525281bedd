#include <ctime>

#include "common/limits.hpp"
#include "server/kinesis/error_text.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis::errors {

namespace {

std::string milliseconds(Timestamp time) {
    return std::to_string(time.time_since_epoch().count());
}

/// `Thu Jan 22 01:22:02 UTC 2015`
std::string java_date(Timestamp time) {
    const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count() / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%a %b %d %H:%M:%S UTC %Y", &utc)};
}

}  // namespace

Error explicit_hash_key_out_of_range(std::string_view given) {
    return invalid_argument(
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " +
        str(given));
}

Error data_too_long(std::string_view path, std::size_t bytes, std::size_t most) {
    const std::string size = std::to_string(bytes);
    return {ErrorCode::validation,
            "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size +
                "]' at '" + str(path) +
                "' failed to satisfy constraint: Member must have length less than or equal to " +
                std::to_string(most)};
}

Error record_too_long(std::size_t bytes, std::size_t most) {
    return invalid_argument("The data and the partition key of a record have " + std::to_string(bytes) +
                            " bytes together; the stream allows records of at most " + std::to_string(most) +
                            " bytes.");
}

Error records_too_long(std::size_t most) {
    return invalid_argument("Records size exceeds " + std::to_string(most / (1024 * 1024)) + " MB limit");
}

Error invalid_ordering_sequence_number(const Stream& stream, std::string_view given) {
    return invalid_argument("ExclusiveMinimumSequenceNumber " + str(given) + " used in PutRecord on " + under(stream) +
                            " is invalid.");
}

Error sequence_number_and_type(std::string_view type, bool has_sequence_number) {
    return invalid_argument(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
        "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " +
        str(type) + (has_sequence_number ? " and also a StartingSequenceNumber." : " and no StartingSequenceNumber."));
}

Error timestamp_missing() {
    return invalid_argument(
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp "
        "parameter.");
}

Error timestamp_in_future(Timestamp given, Timestamp now) {
    return invalid_argument(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: " +
        milliseconds(given) + ", currentTimestampInMillis: " + milliseconds(now));
}

Error sequence_number_of_other_shard(std::uint32_t encoded, std::uint32_t used) {
    return invalid_argument("Invalid StartingSequenceNumber. It encodes " + shard_id(encoded) +
                            ", while it was used in a call to a shard with " + shard_id(used));
}

Error sequence_number_invalid(const Stream& stream, std::uint32_t shard, std::string_view given,
                              std::string_view operation) {
    return invalid_argument("StartingSequenceNumber " + str(given) + " used in " + str(operation) + " on shard " +
                            shard_id(shard) + " in " + under(stream) + " is invalid.");
}

Error sequence_number_of_other_stream(const Stream& stream, std::uint32_t shard, std::string_view given,
                                      std::string_view operation) {
    return invalid_argument("StartingSequenceNumber " + str(given) + " used in " + str(operation) + " on shard " +
                            shard_id(shard) + " in " + under(stream) +
                            " is invalid because it did not come from this stream.");
}

Error invalid_shard_iterator() {
    return invalid_argument("Invalid ShardIterator.");
}

Error expired_iterator(Timestamp created, Timestamp now) {
    return {ErrorCode::expired_iterator, "Iterator expired. The iterator was created at time " + java_date(created) +
                                             " while right now it is " + java_date(now) +
                                             " which is further in the future than the tolerated delay of " +
                                             std::to_string(limits::shard_iterator_seconds * 1000) + " milliseconds."};
}

}  // namespace rivulet::kinesis::errors
