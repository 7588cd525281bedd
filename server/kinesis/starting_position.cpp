#include "server/kinesis/starting_position.hpp"

#include <algorithm>

#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

Result<Position> position_of_sequence_number(const Call& call, const Stream& stream, const Shard& shard,
                                             const StartingPoint& point) {
    const std::string& given = *point.sequence_number;
    const auto number = parse_sequence_number(given);
    if (!number) return errors::sequence_number_invalid(stream, shard.ordinal, given, call.operation);
    if (number->shard != shard.ordinal) return errors::sequence_number_of_other_shard(number->shard, shard.ordinal);
    if (number->shard_created != shard.created) {
        return errors::sequence_number_of_other_stream(stream, shard.ordinal, given, call.operation);
    }
    const bool after = number->is_continuation || point.type == "AFTER_SEQUENCE_NUMBER";
    return std::min<Position>(number->counter + (after ? 1 : 0), end_position);
}

/// Which parameters go with which type.
Result<void> check_parameters(const StartingPoint& point, Timestamp now) {
    if (point.type == "AT_TIMESTAMP") {
        if (!point.timestamp) return errors::timestamp_missing();
        if (*point.timestamp > now) return errors::timestamp_in_future(*point.timestamp, now);
        return {};
    }
    const bool wants_number = point.type == "AT_SEQUENCE_NUMBER" || point.type == "AFTER_SEQUENCE_NUMBER";
    const bool has_number = point.sequence_number.has_value();
    if (wants_number != has_number) return errors::sequence_number_and_type(point.type, has_number);
    return {};
}

}  // namespace

Result<Position> starting_position(const Call& call, const Stream& stream, const Shard& shard,
                                   const StartingPoint& point) {
    if (auto fit = check_parameters(point, call.service.clock.now()); !fit) return fit.error();
    if (point.type == "TRIM_HORIZON") return Position{0};
    if (point.type == "LATEST") return call.service.store.log().tip({stream.id, shard.ordinal});
    if (point.type == "AT_TIMESTAMP") return position_at(*point.timestamp);
    return position_of_sequence_number(call, stream, shard, point);
}

}  // namespace rivulet::kinesis
