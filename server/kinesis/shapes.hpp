#pragma once

#include <array>

#include "common/limits.hpp"
#include "server/wire/shape.hpp"

/// The service model's shared shapes: their bounds, patterns and enumerations
/// (the public model of Kinesis Data Streams, version 2013-12-02).
namespace rivulet::kinesis::shapes {

using namespace wire;  // NOLINT: this header is the service's part of that vocabulary

inline constexpr Shape stream_name = string_shape.between(1, 128).matching("[a-zA-Z0-9_.-]+");
inline constexpr Shape stream_arn = string_shape.between(1, 2048).matching(R"(arn:aws.*:kinesis:.*:\d{12}:stream/\S+)");
inline constexpr Shape stream_id = string_shape.between(1, 24).matching("[a-z0-9]{20}-[a-z0-9]{3}");
inline constexpr Shape shard_id = string_shape.between(1, 128).matching("[a-zA-Z0-9_.-]+");
inline constexpr Shape hash_key = string_shape.matching(R"(0|([1-9]\d{0,38}))");
inline constexpr Shape sequence_number = string_shape.matching(R"(0|([1-9]\d{0,128}))");
inline constexpr Shape partition_key = string_shape.between(1, 256);
inline constexpr Shape data = blob_shape.between(0, 10485760);
inline constexpr Shape next_token = string_shape.between(1, 1048576);
inline constexpr Shape shard_iterator = string_shape.between(1, 512);
inline constexpr Shape positive_integer = integer_shape.at_least(1);
inline constexpr Shape natural_integer = integer_shape.at_least(0);
inline constexpr Shape limit = integer_shape.between(1, 10000);
inline constexpr Shape retention_period_hours = integer_shape;
inline constexpr Shape max_record_size_in_kib = integer_shape.between(1024, 10240);
inline constexpr Shape shard_count = integer_shape.between(0, 1000000);
inline constexpr Shape consumer_count = integer_shape.between(0, 1000000);
inline constexpr Shape millis_behind_latest = long_shape.at_least(0);
inline constexpr Shape boolean = boolean_shape;
inline constexpr Shape timestamp = timestamp_shape;
inline constexpr Shape text = string_shape;

inline constexpr std::array<std::string_view, 2> stream_modes = {"PROVISIONED", "ON_DEMAND"};
inline constexpr Shape stream_mode = string_shape.one_of(stream_modes);

inline constexpr std::array<std::string_view, 4> stream_statuses = {"CREATING", "DELETING", "ACTIVE", "UPDATING"};
inline constexpr Shape stream_status = string_shape.one_of(stream_statuses);

inline constexpr std::array<std::string_view, 2> encryption_types = {"NONE", "KMS"};
inline constexpr Shape encryption_type = string_shape.one_of(encryption_types);
inline constexpr Shape key_id = string_shape.between(1, 2048);

inline constexpr std::array<std::string_view, 1> scaling_types = {"UNIFORM_SCALING"};
inline constexpr Shape scaling_type = string_shape.one_of(scaling_types);

inline constexpr std::array<std::string_view, 5> shard_iterator_types = {"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER",
                                                                         "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"};
inline constexpr Shape shard_iterator_type = string_shape.one_of(shard_iterator_types);

inline constexpr std::array<std::string_view, 6> shard_filter_types = {
    "AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"};
inline constexpr Shape shard_filter_type = string_shape.one_of(shard_filter_types);

inline constexpr Shape consumer_name = string_shape.between(1, 128).matching("[a-zA-Z0-9_.-]+");
inline constexpr Shape consumer_arn = string_shape.between(1, 2048).matching(
    R"(^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+)");
inline constexpr std::array<std::string_view, 3> consumer_statuses = {"CREATING", "DELETING", "ACTIVE"};
inline constexpr Shape consumer_status = string_shape.one_of(consumer_statuses);

inline constexpr Shape tag_key = string_shape.between(1, 128);
inline constexpr Shape tag_value = string_shape.between(0, 256);
inline constexpr Shape tag_map = map_shape(tag_key, tag_value).between(1, 200);

struct StreamModeDetails {
    Required<std::string> stream_mode;
};
inline constexpr std::array stream_mode_details_members = {
    member<&StreamModeDetails::stream_mode>("StreamMode", stream_mode)};
inline constexpr Shape stream_mode_details = structure_shape("StreamModeDetails", stream_mode_details_members);

struct HashKeyRange {
    Required<std::string> starting_hash_key;
    Required<std::string> ending_hash_key;
};
inline constexpr std::array hash_key_range_members = {
    member<&HashKeyRange::starting_hash_key>("StartingHashKey", hash_key),
    member<&HashKeyRange::ending_hash_key>("EndingHashKey", hash_key)};
inline constexpr Shape hash_key_range = structure_shape("HashKeyRange", hash_key_range_members);

struct SequenceNumberRange {
    Required<std::string> starting_sequence_number;
    std::optional<std::string> ending_sequence_number;
};
inline constexpr std::array sequence_number_range_members = {
    member<&SequenceNumberRange::starting_sequence_number>("StartingSequenceNumber", sequence_number),
    member<&SequenceNumberRange::ending_sequence_number>("EndingSequenceNumber", sequence_number)};
inline constexpr Shape sequence_number_range = structure_shape("SequenceNumberRange", sequence_number_range_members);

struct ShardDescription {
    Required<std::string> shard_id;
    std::optional<std::string> parent_shard_id;
    std::optional<std::string> adjacent_parent_shard_id;
    Required<HashKeyRange> hash_key_range;
    Required<SequenceNumberRange> sequence_number_range;
};
inline constexpr std::array shard_members = {
    member<&ShardDescription::shard_id>("ShardId", shard_id),
    member<&ShardDescription::parent_shard_id>("ParentShardId", shard_id),
    member<&ShardDescription::adjacent_parent_shard_id>("AdjacentParentShardId", shard_id),
    member<&ShardDescription::hash_key_range>("HashKeyRange", hash_key_range),
    member<&ShardDescription::sequence_number_range>("SequenceNumberRange", sequence_number_range)};
inline constexpr Shape shard = structure_shape("Shard", shard_members);
inline constexpr Shape shard_list = list_shape<ShardDescription>(shard);

struct EnhancedMetrics {
    std::optional<std::vector<std::string>> shard_level_metrics;
};
inline constexpr std::array<std::string_view, 8> metrics_names = {"IncomingBytes",
                                                                  "IncomingRecords",
                                                                  "OutgoingBytes",
                                                                  "OutgoingRecords",
                                                                  "WriteProvisionedThroughputExceeded",
                                                                  "ReadProvisionedThroughputExceeded",
                                                                  "IteratorAgeMilliseconds",
                                                                  "ALL"};
inline constexpr Shape metrics_name = string_shape.one_of(metrics_names);
inline constexpr Shape metrics_name_list = list_shape<std::string>(metrics_name).between(1, 7);
inline constexpr std::array enhanced_metrics_members = {
    member<&EnhancedMetrics::shard_level_metrics>("ShardLevelMetrics", metrics_name_list)};
inline constexpr Shape enhanced_metrics = structure_shape("EnhancedMetrics", enhanced_metrics_members);
inline constexpr Shape enhanced_monitoring_list = list_shape<EnhancedMetrics>(enhanced_metrics);

}  // namespace rivulet::kinesis::shapes
