#pragma once

#include <optional>

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"
#include "storage/stream.hpp"

/// The throughput of writes that an on-demand stream is made ready for ahead of its traffic, in MiB per second
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_WarmThroughputObject.html).
namespace rivulet::kinesis {

/// Refuses a warm throughput where the account has not committed itself to a minimum of throughput, and one that is too
/// high for a stream.
/// Errors: validation, limit_exceeded.
Result<void> check_warm_throughput(const Call& call, std::int32_t mibps);

namespace shapes {

struct WarmThroughput {
    std::optional<std::int32_t> target_mibps;
    std::optional<std::int32_t> current_mibps;
};
inline constexpr std::array warm_throughput_members = {
    member<&WarmThroughput::target_mibps>("TargetMiBps", natural_integer),
    member<&WarmThroughput::current_mibps>("CurrentMiBps", natural_integer)};
inline constexpr Shape warm_throughput = structure_shape("WarmThroughputObject", warm_throughput_members);

}  // namespace shapes

/// What a stream is warmed for and what it can take now: only for an on-demand stream of an account with the
/// commitment.
std::optional<shapes::WarmThroughput> warm_throughput_of(const Call& call, const Stream& stream);

}  // namespace rivulet::kinesis
