#pragma once

#include <set>

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

/// The input that EnableEnhancedMonitoring and DisableEnhancedMonitoring share.
struct EnhancedMonitoringInput {
    std::optional<std::string> stream_name;
    wire::Required<std::vector<std::string>> shard_level_metrics;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

inline constexpr std::array enhanced_monitoring_input_members = {
    wire::member<&EnhancedMonitoringInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&EnhancedMonitoringInput::shard_level_metrics>("ShardLevelMetrics", shapes::metrics_name_list),
    wire::member<&EnhancedMonitoringInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&EnhancedMonitoringInput::stream_id>("StreamId", shapes::stream_id),
};

/// And their answer.
struct EnhancedMonitoringOutput {
    std::optional<std::string> stream_name;
    std::optional<std::vector<std::string>> current_shard_level_metrics;
    std::optional<std::vector<std::string>> desired_shard_level_metrics;
    std::optional<std::string> stream_arn;
};

inline constexpr std::array enhanced_monitoring_output_members = {
    wire::member<&EnhancedMonitoringOutput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&EnhancedMonitoringOutput::current_shard_level_metrics>("CurrentShardLevelMetrics",
                                                                         shapes::metrics_name_list),
    wire::member<&EnhancedMonitoringOutput::desired_shard_level_metrics>("DesiredShardLevelMetrics",
                                                                         shapes::metrics_name_list),
    wire::member<&EnhancedMonitoringOutput::stream_arn>("StreamARN", shapes::stream_arn),
};
inline constexpr wire::Shape enhanced_monitoring_output =
    wire::structure_shape("EnhancedMonitoringOutput", enhanced_monitoring_output_members);

using MetricNames = std::set<std::string>;

/// Takes a stream through UPDATING to the metrics that `combine` makes of those it has and those the request names
/// (`ALL` stands for all of them).
/// Errors: as `change_stream`.
boost::asio::awaitable<Result<EnhancedMonitoringOutput>> set_monitoring(
    const Call& call, const EnhancedMonitoringInput& input,
    MetricNames (*combine)(MetricNames current, const MetricNames& named));

}  // namespace rivulet::kinesis
