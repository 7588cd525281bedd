#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/account_region.hpp"
#include "common/errors.hpp"
#include "storage/consumer.hpp"
#include "storage/stream.hpp"

/// Every message of Kinesis Data Streams that is not a shape's, in one place and in the service's words (as kinesalite
/// and the bug reports of SDK users quote them). Each family is in a file of its own.
namespace rivulet::kinesis::errors {

// Streams, and what is of no other family: errors.cpp

Error stream_not_found(std::string_view name, std::string_view account);
Error stream_exists(std::string_view name, std::string_view account);
Error stream_not_active(const Stream& stream);
Error stream_not_named();
Error names_disagree(std::string_view name, std::string_view arn);
Error stream_id_unsupported();
Error access_denied(const AccountRegion& caller, std::string_view operation, std::string_view arn);

Error creating_stream_limit(const AccountRegion& owner, std::size_t limit);
Error on_demand_stream_limit(const AccountRegion& owner, std::size_t current, std::size_t limit);
Error rate_exceeded_for_account(std::string_view account);
Error rate_exceeded_for_stream(std::string_view name, std::string_view account);

Error retention_too_short(std::int32_t hours);
Error retention_too_long(std::int32_t hours);
Error retention_not_increased(const Stream& stream, std::int32_t hours);
Error retention_not_decreased(const Stream& stream, std::int32_t hours);

Error warm_throughput_with_provisioned();
Error on_demand_refuses(const Stream& stream, std::string_view operation);

Error tag_characters_invalid();
/// `attempt`: `add tags to` or `remove tags from`; `target`: `stream NAME under account ACCOUNT`.
Error tag_characters_illegal(std::string_view attempt, std::string_view target);
Error tag_key_reserved(std::string_view key);
Error too_many_tags(std::string_view target);

Error changes_too_often(const Stream& stream, std::string_view operation, std::size_t limit);

Error encryption_type_not_kms(std::string_view given);
Error key_id_invalid(std::string_view key_id);
/// `part`: the region or partition of a key's ARN that is not the stream's.
Error key_arn_invalid(std::string_view part);
Error stream_not_encrypted(const Stream& stream);
Error encrypted_with_other_key(const Stream& stream, std::string_view given);

Error stream_arn_missing();
Error provisioned_refuses(const Stream& stream, std::string_view operation);
Error warm_throughput_without_commitment(const AccountRegion& owner);
Error warm_throughput_without_switch();
Error warm_throughput_too_high(std::int32_t mibps);

Error no_resource_policy(std::string_view arn);
Error policy_too_long(std::size_t bytes);
Error policy_malformed(std::string_view fault);

Error invalid_next_token();
Error expired_next_token();
Error next_token_or_stream();
Error next_token_and_stream();
Error next_token_with(std::string_view member);

// Shards: shard_errors.cpp

Error shard_does_not_exist(const Stream& stream, std::string_view shard_id);
Error shard_not_found(const Stream& stream, std::string_view given);
Error shard_limit(const AccountRegion& owner, std::size_t current, std::size_t limit, std::int64_t additional);
Error rate_exceeded_for_shard(std::string_view shard_id, std::string_view stream, std::string_view account);

Error shard_count_missing();
Error shard_count_with_on_demand();
Error scales_over_double(std::size_t current, std::int32_t target);
Error scales_below_half(std::size_t current, std::int32_t target);
Error scales_over(std::size_t current, std::int32_t target, std::int64_t limit);
Error stays_over(std::size_t current, std::int32_t target, std::int64_t limit);
Error scales_too_often(const Stream& stream, std::size_t limit);
Error shard_closed(const Stream& stream, const Shard& shard);
Error new_starting_hash_key_invalid(const Stream& stream, const Shard& shard, std::string_view given);
Error shards_not_adjacent(const Stream& stream, const Shard& shard, const Shard& adjacent);

Error shard_filter_needs(std::string_view type, std::string_view member);
Error shard_filter_refuses(std::string_view type, std::string_view member);

// Consumers: consumer_errors.cpp

Error stream_has_consumers(const Stream& stream);
Error consumer_exists(std::string_view name, std::string_view stream, std::string_view account);
Error consumer_not_found(std::string_view name_or_arn, std::string_view account);
Error consumer_not_named();
Error consumer_names_disagree(std::string_view arn, std::string_view other);
Error consumer_not_active(const Consumer& consumer);
/// The same, as SubscribeToShard says it.
Error subscriber_not_active(const Consumer& consumer);
Error subscription_exists(const Consumer& consumer, std::uint32_t shard);
Error consumer_limit(const Stream& stream, std::size_t limit);
Error creating_consumer_limit(const AccountRegion& owner, std::size_t limit);

// Records, and where to read them: record_errors.cpp

Error explicit_hash_key_out_of_range(std::string_view given);
Error data_too_long(std::string_view path, std::size_t bytes, std::size_t most);
Error record_too_long(std::size_t bytes, std::size_t most);
Error records_too_long(std::size_t most);
Error invalid_ordering_sequence_number(const Stream& stream, std::string_view given);

Error sequence_number_and_type(std::string_view type, bool has_sequence_number);
Error timestamp_missing();
Error timestamp_in_future(Timestamp given, Timestamp now);
Error sequence_number_of_other_shard(std::uint32_t encoded, std::uint32_t used);
Error sequence_number_invalid(const Stream& stream, std::uint32_t shard, std::string_view given,
                              std::string_view operation);
Error sequence_number_of_other_stream(const Stream& stream, std::uint32_t shard, std::string_view given,
                                      std::string_view operation);
Error invalid_shard_iterator();
Error expired_iterator(Timestamp created, Timestamp now);

}  // namespace rivulet::kinesis::errors
