#pragma once

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

/// The input that both changes of the retention period share.
struct RetentionInput {
    std::optional<std::string> stream_name;
    wire::Required<std::int32_t> retention_period_hours;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

inline constexpr std::array retention_input_members = {
    wire::member<&RetentionInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&RetentionInput::retention_period_hours>("RetentionPeriodHours", shapes::retention_period_hours),
    wire::member<&RetentionInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&RetentionInput::stream_id>("StreamId", shapes::stream_id),
};

/// What the service has against a retention period of so many hours, if anything.
std::optional<Error> check_retention(std::int32_t hours);

/// Sets a stream's retention period, if `refuse` has nothing against it.
boost::asio::awaitable<Result<void>> set_retention(const Call& call, const RetentionInput& input,
                                                   std::optional<Error> (*refuse)(const Stream& stream,
                                                                                  std::int32_t hours));

}  // namespace rivulet::kinesis
