#include "server/kinesis/enhanced_monitoring.hpp"

#include <algorithm>

#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::string_view all_metrics = "ALL";

MetricNames expanded(const std::vector<std::string>& names) {
    if (std::ranges::find(names, all_metrics) == names.end()) return {names.begin(), names.end()};
    MetricNames metrics(shapes::metrics_names.begin(), shapes::metrics_names.end());
    metrics.erase(std::string(all_metrics));
    return metrics;
}

}  // namespace

boost::asio::awaitable<Result<EnhancedMonitoringOutput>> set_monitoring(
    const Call& call, const EnhancedMonitoringInput& input,
    MetricNames (*combine)(MetricNames current, const MetricNames& named)) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    EnhancedMonitoringOutput output;
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        const auto& current = stream.shard_level_metrics;
        const MetricNames desired = combine({current.begin(), current.end()}, expanded(*input.shard_level_metrics));
        const std::vector<std::string> names(desired.begin(), desired.end());
        output = {stream.name, current, names, stream.arn()};
        return ChangeKind(change::Monitoring{names});
    };
    const auto changed =
        co_await change_stream(call, *reference, call.service.settings.enhanced_monitoring_time, decide);
    if (!changed) co_return changed.error();
    co_return output;
}

}  // namespace rivulet::kinesis
