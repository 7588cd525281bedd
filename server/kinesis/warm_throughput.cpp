#include "server/kinesis/warm_throughput.hpp"

#include "server/kinesis/billing_commitment.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

/// What was asked for last, also if the stream is still on its way there.
std::int32_t wanted_mibps(const Stream& stream) {
    if (stream.pending) {
        if (const auto* warming = stream.pending->as<change::WarmThroughput>()) return warming->mibps;
    }
    return stream.warm_throughput_mibps;
}

}  // namespace

Result<void> check_warm_throughput(const Call& call, std::int32_t mibps) {
    if (!is_committed(call)) return errors::warm_throughput_without_commitment(call.owner);
    if (mibps > limits::max_warm_throughput_mibps) return errors::warm_throughput_too_high(mibps);
    return {};
}

std::optional<shapes::WarmThroughput> warm_throughput_of(const Call& call, const Stream& stream) {
    if (stream.mode != StreamMode::on_demand || !is_committed(call)) return std::nullopt;
    // A shard takes one MiB per second.
    const auto current = static_cast<std::int32_t>(stream.open_shard_count());
    const std::int32_t wanted = wanted_mibps(stream);
    return shapes::WarmThroughput{wanted > 0 ? wanted : current, current};
}

}  // namespace rivulet::kinesis
