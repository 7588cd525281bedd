#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/retention.hpp"

namespace rivulet::kinesis {

namespace {

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html
constexpr wire::Shape input_shape =
    wire::structure_shape("IncreaseStreamRetentionPeriodInput", retention_input_members);

std::optional<Error> refuse(const Stream& stream, std::int32_t hours) {
    if (hours < stream.retention_hours) return errors::retention_not_increased(stream, hours);
    return std::nullopt;
}

boost::asio::awaitable<Result<void>> increase_stream_retention_period(const Call& call, const RetentionInput& input) {
    return set_retention(call, input, &refuse);
}

}  // namespace

constinit const Operation increase_stream_retention_period_operation =
    wire::operation<&increase_stream_retention_period, input_shape>("IncreaseStreamRetentionPeriod");

}  // namespace rivulet::kinesis
