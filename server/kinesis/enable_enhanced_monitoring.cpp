#include "server/kinesis/enhanced_monitoring.hpp"
#include "server/kinesis/operations.hpp"

namespace rivulet::kinesis {

namespace {

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
constexpr wire::Shape input_shape =
    wire::structure_shape("EnableEnhancedMonitoringInput", enhanced_monitoring_input_members);

MetricNames combine(MetricNames current, const MetricNames& named) {
    current.insert(named.begin(), named.end());
    return current;
}

boost::asio::awaitable<Result<EnhancedMonitoringOutput>> enable_enhanced_monitoring(
    const Call& call, const EnhancedMonitoringInput& input) {
    return set_monitoring(call, input, &combine);
}

}  // namespace

constinit const Operation enable_enhanced_monitoring_operation =
    wire::operation<&enable_enhanced_monitoring, input_shape, &enhanced_monitoring_output>("EnableEnhancedMonitoring");

}  // namespace rivulet::kinesis
