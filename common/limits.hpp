#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every limit of the services and of this server, with its unit and its source.
namespace rivulet::limits {

// Kinesis Data Streams: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html

/// Bytes that all records of one PutRecords request may have, partition keys included.
inline constexpr std::size_t max_put_records_bytes = 10 * 1024 * 1024;
/// Records in a GetRecords answer where the request names no limit, and at most.
inline constexpr std::size_t max_get_records = 10'000;
/// Bytes of data in a GetRecords answer.
inline constexpr std::size_t max_get_records_bytes = 10 * 1024 * 1024;
/// Hours a record is kept in a new stream, and the least that may be asked for.
inline constexpr std::int32_t min_retention_hours = 24;
/// Hours at the most: 365 days.
inline constexpr std::int32_t max_retention_hours = 8760;
/// Seconds a shard iterator may be used for (API reference, GetShardIterator).
inline constexpr std::int64_t shard_iterator_seconds = 300;
/// Seconds a NextToken of a listing may be used for (API reference, ListShards).
inline constexpr std::int64_t next_token_seconds = 300;
/// Open shards of an on-demand stream when it is created (API reference, CreateStream).
inline constexpr std::int32_t on_demand_initial_shards = 4;
/// Streams in a ListStreams answer where the request names no limit, and at most (API reference, ListStreams).
inline constexpr std::size_t max_list_streams = 100;
/// Shards in a DescribeStream answer where the request names no limit, and at most (API reference, DescribeStream).
inline constexpr std::size_t max_describe_stream_shards = 100;
/// Records a second that a shard takes.
inline constexpr std::int64_t shard_records_in_per_second = 1000;
/// Bytes a second that a shard takes, partition keys included.
inline constexpr std::int64_t shard_bytes_in_per_second = 1024 * 1024;
/// GetRecords calls a second that a shard answers.
inline constexpr std::int64_t shard_reads_per_second = 5;
/// Bytes a second that a shard gives to all GetRecords together, and to each enhanced fan-out consumer.
inline constexpr std::int64_t shard_bytes_out_per_second = 2 * 1024 * 1024;
/// Seconds for which a shard is not read after an answer that was as large as one can be (API reference, GetRecords).
inline constexpr std::int64_t pause_after_full_read_seconds = 5;
/// Streams of an account in a region that may be CREATING at a time (API reference, CreateStream).
inline constexpr std::size_t max_creating_streams = 5;
/// Shards that UpdateShardCount scales a stream up to at most, and a larger one down to (API reference).
inline constexpr std::int64_t max_shards_per_stream = 10'000;
/// How often UpdateShardCount scales a stream in 24 hours (API reference).
inline constexpr std::uint32_t scalings_per_day = 10;
/// Days for which an on-demand stream keeps room for twice its peak of writes
/// (https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html).
inline constexpr std::int64_t on_demand_peak_days = 30;
/// Consumers that may be registered with a stream (API reference, RegisterStreamConsumer).
inline constexpr std::size_t max_consumers_per_stream = 20;
/// The same for an on-demand stream of an account with a minimum throughput billing commitment.
inline constexpr std::size_t max_consumers_per_advantage_stream = 50;
/// Consumers of an account in a region that may be CREATING at a time (API reference, RegisterStreamConsumer).
inline constexpr std::size_t max_creating_consumers = 5;
/// Consumers in a ListStreamConsumers answer where the request names no limit, and at most (API reference).
inline constexpr std::size_t max_list_stream_consumers = 100;
/// Tags of a stream or consumer (API reference, TagResource).
inline constexpr std::size_t max_tags = 50;
/// Tags in a ListTagsForStream answer where the request names no limit (API reference, ListTagsForStream).
inline constexpr std::size_t default_list_tags = 50;
/// Bytes of a resource policy. The service does not say; it is what other services allow theirs.
inline constexpr std::size_t max_policy_bytes = 20 * 1024;
/// On-demand streams that an account may have in a region.
inline constexpr std::size_t max_on_demand_streams = 50;
/// How often a stream's mode may be switched in 24 hours
/// (https://docs.aws.amazon.com/streams/latest/dev/switchmodes.html).
inline constexpr std::size_t mode_switches_per_day = 2;
/// How often encryption of a stream may be started, or go over to another key, in 24 hours; and how often stopped (API
/// reference, StartStreamEncryption and StopStreamEncryption).
inline constexpr std::size_t encryption_changes_per_day = 25;
/// MiB per second that an on-demand stream can be warmed for: 10 GiB (API reference, UpdateStreamWarmThroughput).
inline constexpr std::int32_t max_warm_throughput_mibps = 10 * 1024;
/// Hours that a minimum throughput billing commitment lasts at least (API reference,
/// MinimumThroughputBillingCommitmentInput).
inline constexpr std::int64_t min_commitment_hours = 24;
/// Shards in a ListShards answer where the request names no limit, and at most (API reference, ListShards).
inline constexpr std::size_t max_list_shards = 1000;
/// How long a subscription to a shard lasts (API reference, SubscribeToShard).
inline constexpr std::chrono::minutes subscription_time{5};
/// How long a subscription to a shard keeps its place from a newer one (API reference, SubscribeToShard).
inline constexpr std::chrono::seconds subscription_takeover_time{5};
/// How long a subscription is silent at the most while no records come. The service's own interval is in no document;
/// the Kinesis Client Library takes a subscription for dead that has been silent for 35 seconds.
inline constexpr std::chrono::seconds subscription_heartbeat_time{5};

// Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

/// Bytes of a synchronous invocation's payload, and of its answer.
inline constexpr std::size_t max_invocation_bytes = 6 * 1024 * 1024;

// Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html

/// Seconds that a request's time may be away from the server's.
inline constexpr std::int64_t max_signature_skew_seconds = 300;
/// The same for S3 (API reference, Error Responses: RequestTimeTooSkewed).
inline constexpr std::int64_t max_s3_signature_skew_seconds = 900;

// S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

/// Bytes of a key in UTF-8.
inline constexpr std::size_t max_key_bytes = 1024;
/// Bytes that one PutObject may store.
inline constexpr std::uint64_t max_put_object_bytes = 5ULL * 1024 * 1024 * 1024;
/// Bytes of user metadata: names and values together.
inline constexpr std::size_t max_user_metadata_bytes = 2048;
/// Seconds a presigned URL may be used for: a week (API reference, Authenticating Requests: Using Query Parameters).
inline constexpr std::int64_t max_presigned_seconds = 604'800;
/// Keys in a listing where the request names no limit, and at most.
inline constexpr std::size_t max_list_keys = 1000;

// This server's own.

/// Bytes of data and partition keys in one event of a subscription; a larger record comes alone.
inline constexpr std::size_t max_subscription_event_bytes = 1024 * 1024;
/// Bytes of a request body for Kinesis: 10 MiB of records in Base64, their keys, and room for the rest.
inline constexpr std::size_t max_kinesis_body_bytes = 16 * 1024 * 1024;
/// Bytes of a request's header block.
inline constexpr std::size_t max_header_bytes = 64 * 1024;
/// Bytes of a request's body that must come in the time a setting gives for it.
inline constexpr std::size_t min_body_progress_bytes = 16 * 1024;
/// Bytes of an unread body that are read and thrown away to keep the connection; more costs the connection.
inline constexpr std::uint64_t max_drained_body_bytes = 256 * 1024;
/// Streams that a client may have open on one HTTP/2 connection.
inline constexpr std::uint32_t max_concurrent_streams = 256;
/// Bytes of a request's body that a client may send on a stream before the handler has taken any.
inline constexpr std::uint32_t http2_stream_window_bytes = 1024 * 1024;
/// The same for all streams of a connection: what one connection can make the server hold.
inline constexpr std::int32_t http2_connection_window_bytes = 4 * 1024 * 1024;
/// Bytes of answers that may wait for a peer's windows on a connection before more requests are begun.
inline constexpr std::size_t http2_unsent_bytes = 32 * 1024 * 1024;
/// Bytes of frames that are made before they are written.
inline constexpr std::size_t http2_output_bytes = 256 * 1024;

}  // namespace rivulet::limits
