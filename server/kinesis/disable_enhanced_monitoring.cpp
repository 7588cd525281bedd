#include "server/kinesis/enhanced_monitoring.hpp"
#include "server/kinesis/operations.hpp"

namespace rivulet::kinesis {

namespace {

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html
constexpr wire::Shape input_shape =
    wire::structure_shape("DisableEnhancedMonitoringInput", enhanced_monitoring_input_members);

MetricNames combine(MetricNames current, const MetricNames& named) {
    std::erase_if(current, [&](const std::string& metric) { return named.contains(metric); });
    return current;
}

boost::asio::awaitable<Result<EnhancedMonitoringOutput>> disable_enhanced_monitoring(
    const Call& call, const EnhancedMonitoringInput& input) {
    return set_monitoring(call, input, &combine);
}

}  // namespace

constinit const Operation disable_enhanced_monitoring_operation =
    wire::operation<&disable_enhanced_monitoring, input_shape, &enhanced_monitoring_output>(
        "DisableEnhancedMonitoring");

}  // namespace rivulet::kinesis
