#pragma once

#include <span>

#include "server/kinesis/service.hpp"

/// The operations of Kinesis Data Streams: each stands in the file of its name.
namespace rivulet::kinesis {

/// All of them, in the order of their names.
std::span<const Operation* const> operations();

extern const Operation add_tags_to_stream_operation;
extern const Operation create_stream_operation;
extern const Operation decrease_stream_retention_period_operation;
extern const Operation delete_resource_policy_operation;
extern const Operation delete_stream_operation;
extern const Operation deregister_stream_consumer_operation;
extern const Operation describe_account_settings_operation;
extern const Operation describe_limits_operation;
extern const Operation describe_stream_operation;
extern const Operation describe_stream_consumer_operation;
extern const Operation describe_stream_consumer_operation;
extern const Operation describe_stream_summary_operation;
extern const Operation disable_enhanced_monitoring_operation;
extern const Operation enable_enhanced_monitoring_operation;
extern const Operation get_records_operation;
extern const Operation get_resource_policy_operation;
extern const Operation get_shard_iterator_operation;
extern const Operation increase_stream_retention_period_operation;
extern const Operation list_shards_operation;
extern const Operation list_stream_consumers_operation;
extern const Operation list_streams_operation;
extern const Operation list_tags_for_resource_operation;
extern const Operation list_tags_for_stream_operation;
extern const Operation merge_shards_operation;
extern const Operation put_record_operation;
extern const Operation put_records_operation;
extern const Operation put_resource_policy_operation;
extern const Operation register_stream_consumer_operation;
extern const Operation remove_tags_from_stream_operation;
extern const Operation split_shard_operation;
extern const Operation start_stream_encryption_operation;
extern const Operation stop_stream_encryption_operation;
extern const Operation subscribe_to_shard_operation;
extern const Operation tag_resource_operation;
extern const Operation untag_resource_operation;
extern const Operation update_account_settings_operation;
extern const Operation update_max_record_size_operation;
extern const Operation update_shard_count_operation;
extern const Operation update_stream_mode_operation;
extern const Operation update_stream_warm_throughput_operation;

}  // namespace rivulet::kinesis
