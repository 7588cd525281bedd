#include "server/kinesis/errors.hpp"

#include <ctime>

#include "common/arn.hpp"
#include "common/limits.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis::errors {

namespace {

std::string str(std::string_view text) {
    return std::string(text);
}

Error invalid_argument(std::string message) {
    return {ErrorCode::invalid_argument, std::move(message)};
}

std::string under(const Stream& stream) {
    return "stream " + stream.name + " under account " + stream.owner.account;
}

std::string milliseconds(Timestamp time) {
    return std::to_string(time.time_since_epoch().count());
}

/// `Thu Jan 22 01:22:02 UTC 2015`
std::string java_date(Timestamp time) {
    const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count() / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%a %b %d %H:%M:%S UTC %Y", &utc)};
}

std::string retention(std::int32_t hours) {
    return "Requested retention period (" + std::to_string(hours) + " hours)";
}

std::string open_shards(std::size_t current, std::int32_t target) {
    return " Current open shard count: " + std::to_string(current) + " Target shard count: " + std::to_string(target);
}

}  // namespace

Error stream_not_found(std::string_view name, std::string_view account) {
    return {ErrorCode::resource_not_found, "Stream " + str(name) + " under account " + str(account) + " not found."};
}

Error stream_exists(std::string_view name, std::string_view account) {
    return {ErrorCode::resource_in_use, "Stream " + str(name) + " under account " + str(account) + " already exists."};
}

Error stream_not_active(const Stream& stream) {
    return {ErrorCode::resource_in_use, "Stream " + stream.name + " under account " + stream.owner.account +
                                            " not ACTIVE, instead in state " + str(status_name(stream.status))};
}

Error stream_not_named() {
    return {ErrorCode::validation,
            "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be "
            "null"};
}

Error names_disagree(std::string_view name, std::string_view arn) {
    return invalid_argument("StreamName " + str(name) + " and StreamARN " + str(arn) + " do not name the same stream.");
}

Error stream_id_unsupported() {
    return invalid_argument("StreamId is reserved for future use and names no stream. Use StreamName or StreamARN.");
}

Error access_denied(const AccountRegion& caller, std::string_view operation, std::string_view arn) {
    const std::string action = "kinesis:" + str(operation);
    return {ErrorCode::access_denied, "User: arn:" + str(partition_of(caller.region)) + ":iam::" + caller.account +
                                          ":root is not authorized to perform: " + action +
                                          " on resource: " + str(arn) +
                                          " because no resource-based policy allows the " + action + " action"};
}

Error shard_does_not_exist(const Stream& stream, std::string_view shard_id) {
    return {ErrorCode::resource_not_found, "Shard " + str(shard_id) + " in " + under(stream) + " does not exist"};
}

Error shard_not_found(const Stream& stream, std::string_view given) {
    return {ErrorCode::resource_not_found, "Could not find shard " + str(given) + " in " + under(stream) + "."};
}

Error shard_limit(const AccountRegion& owner, std::size_t current, std::size_t limit, std::int64_t additional) {
    return {
        ErrorCode::limit_exceeded,
        "This request would exceed the shard limit for the account " + owner.account + " in " + owner.region +
            ". Current shard count for the account: " + std::to_string(current) + ". Limit: " + std::to_string(limit) +
            ". Number of additional shards that would have resulted from this request: " + std::to_string(additional) +
            ". Refer to the AWS Service Limits page "
            "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to "
            "request higher limits."};
}

Error stream_has_consumers(const Stream& stream) {
    return {ErrorCode::resource_in_use,
            "DeleteStream can't delete " + stream.owner.account + ':' + stream.name +
                " because there are consumers associated with this data stream. To delete " + stream.name +
                " anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the "
                "consumers that are associated with it."};
}

Error consumer_exists(std::string_view name, std::string_view stream, std::string_view account) {
    return {ErrorCode::resource_in_use, "Consumer " + str(name) + " under stream " + str(stream) +
                                            " already exists for account " + str(account) + "."};
}

Error consumer_not_found(std::string_view name_or_arn, std::string_view account) {
    return {ErrorCode::resource_not_found,
            "Consumer " + str(name_or_arn) + ", account " + str(account) + " not found."};
}

Error consumer_not_named() {
    return invalid_argument("Either ConsumerARN or both StreamARN and ConsumerName should be provided.");
}

Error consumer_names_disagree(std::string_view arn, std::string_view other) {
    return invalid_argument("ConsumerARN " + str(arn) + " and " + str(other) + " do not name the same consumer.");
}

Error consumer_not_active(const Consumer& consumer) {
    return {ErrorCode::resource_in_use, "Consumer " + consumer.name + " with creation timestamp " +
                                            std::to_string(consumer.created_seconds()) + " under stream " +
                                            consumer.stream + " and account " + consumer.owner.account +
                                            " is not in ACTIVE status."};
}

Error subscriber_not_active(const Consumer& consumer) {
    return {ErrorCode::resource_in_use, "Consumer " + consumer.name + " with creation timestamp " +
                                            std::to_string(consumer.created_seconds()) +
                                            " under stream: " + consumer.stream + " , account " +
                                            consumer.owner.account + " is not in ACTIVE status."};
}

Error subscription_exists(const Consumer& consumer, std::uint32_t shard) {
    return {ErrorCode::resource_in_use,
            "Another active subscription exists for this consumer: " + consumer.owner.account + ':' + consumer.stream +
                ':' + shard_id(shard) + ':' + consumer.name};
}

Error consumer_limit(const Stream& stream, std::size_t limit) {
    return {ErrorCode::limit_exceeded, "This request would exceed the limit of " + std::to_string(limit) +
                                           " registered consumers for " + under(stream) + "."};
}

Error creating_consumer_limit(const AccountRegion& owner, std::size_t limit) {
    return {ErrorCode::limit_exceeded, "This request would exceed the limit of " + std::to_string(limit) +
                                           " consumers in CREATING status at the same time for the account " +
                                           owner.account + " in " + owner.region + "."};
}

Error creating_stream_limit(const AccountRegion& owner, std::size_t limit) {
    return {ErrorCode::limit_exceeded,
            "This request would exceed the limit of streams in the CREATING state for the account " + owner.account +
                " in " + owner.region + ". Limit: " + std::to_string(limit) + '.'};
}

Error on_demand_stream_limit(const AccountRegion& owner, std::size_t current, std::size_t limit) {
    return {ErrorCode::limit_exceeded,
            "This request would exceed the on-demand stream limit for the account " + owner.account + " in " +
                owner.region + ". Current on-demand stream count for the account: " + std::to_string(current) +
                ". Limit: " + std::to_string(limit) + '.'};
}

Error rate_exceeded_for_account(std::string_view account) {
    return {ErrorCode::limit_exceeded, "Rate exceeded for account " + str(account) + '.'};
}

Error rate_exceeded_for_stream(std::string_view name, std::string_view account) {
    return {ErrorCode::limit_exceeded,
            "Rate exceeded for stream " + str(name) + " under account " + str(account) + '.'};
}

Error rate_exceeded_for_shard(std::string_view shard_id, std::string_view stream, std::string_view account) {
    return {ErrorCode::provisioned_throughput_exceeded, "Rate exceeded for shard " + str(shard_id) + " in stream " +
                                                            str(stream) + " under account " + str(account) + '.'};
}

Error retention_too_short(std::int32_t hours) {
    return invalid_argument("Minimum allowed retention period is 24 hours. " + retention(hours) + " is too short.");
}

Error retention_too_long(std::int32_t hours) {
    return invalid_argument("Maximum allowed retention period is 8760 hours. " + retention(hours) + " is too long.");
}

Error retention_not_increased(const Stream& stream, std::int32_t hours) {
    return invalid_argument(retention(hours) + " for stream " + stream.name +
                            " can not be shorter than existing retention period (" +
                            std::to_string(stream.retention_hours) + " hours). Use DecreaseRetentionPeriod API.");
}

Error retention_not_decreased(const Stream& stream, std::int32_t hours) {
    return invalid_argument(retention(hours) + " for stream " + stream.name +
                            " can not be longer than existing retention period (" +
                            std::to_string(stream.retention_hours) + " hours). Use IncreaseRetentionPeriod API.");
}

Error shard_count_missing() {
    return {ErrorCode::validation,
            "1 validation error detected: Value null at 'shardCount' failed to satisfy constraint: Member must not be "
            "null"};
}

Error shard_count_with_on_demand() {
    return invalid_argument("ShardCount cannot be specified for a stream in ON_DEMAND mode.");
}

Error warm_throughput_with_provisioned() {
    return invalid_argument("WarmThroughputMiBps can only be specified for a stream in ON_DEMAND mode.");
}

Error scales_over_double(std::size_t current, std::int32_t target) {
    return invalid_argument("UpdateShardCount cannot scale up over double your current open shard count." +
                            open_shards(current, target));
}

Error scales_below_half(std::size_t current, std::int32_t target) {
    return invalid_argument("UpdateShardCount cannot scale down below half your current open shard count." +
                            open_shards(current, target));
}

Error scales_over(std::size_t current, std::int32_t target, std::int64_t limit) {
    return {ErrorCode::limit_exceeded, "UpdateShardCount cannot scale up over " + std::to_string(limit) + " shards." +
                                           open_shards(current, target)};
}

Error stays_over(std::size_t current, std::int32_t target, std::int64_t limit) {
    return {ErrorCode::limit_exceeded, "UpdateShardCount cannot scale down a stream of more than " +
                                           std::to_string(limit) + " shards to more than these." +
                                           open_shards(current, target)};
}

Error scales_too_often(const Stream& stream, std::size_t limit) {
    return {ErrorCode::limit_exceeded, "UpdateShardCount cannot scale the " + under(stream) + " more than " +
                                           std::to_string(limit) + " times in 24 hours."};
}

Error shard_closed(const Stream& stream, const Shard& shard) {
    return invalid_argument("Shard " + shard_id(shard.ordinal) + " in " + under(stream) +
                            " has already been merged or split, and thus is not eligible for merging or splitting.");
}

Error new_starting_hash_key_invalid(const Stream& stream, const Shard& shard, std::string_view given) {
    return invalid_argument("NewStartingHashKey " + str(given) + " used in SplitShard() on shard " +
                            shard_id(shard.ordinal) + " in " + under(stream) +
                            " is not both greater than one plus the shard's StartingHashKey " +
                            to_string(shard.first_hash_key) + " and less than the shard's EndingHashKey " +
                            to_string(shard.last_hash_key) + '.');
}

Error shards_not_adjacent(const Stream& stream, const Shard& shard, const Shard& adjacent) {
    return invalid_argument("Shards " + shard_id(shard.ordinal) + " and " + shard_id(adjacent.ordinal) + " in " +
                            under(stream) + " are not an adjacent pair of shards eligible for merging");
}

Error on_demand_refuses(const Stream& stream, std::string_view operation) {
    return {ErrorCode::validation, str(operation) +
                                       " is only supported for data streams with the provisioned capacity "
                                       "mode. Stream " +
                                       stream.name + " under account " + stream.owner.account +
                                       " is in ON_DEMAND mode."};
}

Error tag_characters_invalid() {
    return invalid_argument(
        "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % "
        "@.");
}

Error tag_characters_illegal(std::string_view attempt, std::string_view target) {
    return invalid_argument("Failed to " + str(attempt) + ' ' + str(target) +
                            " because some tags contained illegal characters. The allowed characters are Unicode "
                            "letters, white-spaces, '_',',','/','=','+','-','@'.");
}

Error tag_key_reserved(std::string_view key) {
    return invalid_argument("The tag key " + str(key) + " begins with aws:, which is reserved for system use.");
}

Error too_many_tags(std::string_view target) {
    return invalid_argument("Failed to add tags to " + str(target) + " because a given " +
                            str(target.substr(0, target.find(' '))) + " cannot have more than " +
                            std::to_string(limits::max_tags) + " tags associated with it.");
}

Error changes_too_often(const Stream& stream, std::string_view operation, std::size_t limit) {
    return {ErrorCode::limit_exceeded, str(operation) + " cannot change " + under(stream) + " more than " +
                                           std::to_string(limit) + " times in 24 hours."};
}

Error encryption_type_not_kms(std::string_view given) {
    return invalid_argument("EncryptionType must be KMS, not " + str(given) + '.');
}

Error key_id_invalid(std::string_view key_id) {
    return {ErrorCode::kms_not_found, "Invalid keyId '" + str(key_id) + "'"};
}

Error key_arn_invalid(std::string_view part) {
    return {ErrorCode::kms_not_found, "Invalid arn " + str(part)};
}

Error stream_not_encrypted(const Stream& stream) {
    return invalid_argument("Stream " + stream.name + " under account " + stream.owner.account + " is not encrypted.");
}

Error encrypted_with_other_key(const Stream& stream, std::string_view given) {
    return invalid_argument("Stream " + stream.name + " under account " + stream.owner.account +
                            " is encrypted with the key " + stream.encryption.key_id + ", not with " + str(given) +
                            '.');
}

Error stream_arn_missing() {
    return {ErrorCode::validation,
            "1 validation error detected: Value null at 'streamARN' failed to satisfy constraint: Member must not be "
            "null"};
}

Error provisioned_refuses(const Stream& stream, std::string_view operation) {
    return {ErrorCode::validation, str(operation) +
                                       " is only supported for data streams with the on-demand capacity "
                                       "mode. Stream " +
                                       stream.name + " under account " + stream.owner.account +
                                       " is in PROVISIONED mode."};
}

Error warm_throughput_without_commitment(const AccountRegion& owner) {
    return {ErrorCode::validation,
            "Warm throughput is only supported in accounts that have "
            "MinimumThroughputBillingCommitment enabled; account " +
                owner.account + " in " + owner.region + " has not."};
}

Error warm_throughput_without_switch() {
    return invalid_argument(
        "WarmThroughputMiBps is only valid when the mode of the stream is being updated to ON_DEMAND.");
}

Error warm_throughput_too_high(std::int32_t mibps) {
    return {ErrorCode::limit_exceeded, "A stream can be warmed for at most " +
                                           std::to_string(limits::max_warm_throughput_mibps) + " MiB/s, not for " +
                                           std::to_string(mibps) + '.'};
}

Error no_resource_policy(std::string_view arn) {
    return {ErrorCode::resource_not_found, "No resource policy found for resource ARN " + str(arn) + '.'};
}

Error policy_too_long(std::size_t bytes) {
    return invalid_argument("The resource policy has " + std::to_string(bytes) + " bytes; it may have at most " +
                            std::to_string(limits::max_policy_bytes) + '.');
}

Error policy_malformed(std::string_view fault) {
    return invalid_argument("The resource policy is malformed: " + str(fault) + '.');
}

Error explicit_hash_key_out_of_range(std::string_view given) {
    return invalid_argument(
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " +
        str(given));
}

Error data_too_long(std::string_view path, std::size_t bytes, std::size_t most) {
    const std::string size = std::to_string(bytes);
    return {ErrorCode::validation,
            "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size +
                "]' at '" + str(path) +
                "' failed to satisfy constraint: Member must have length less than or equal to " +
                std::to_string(most)};
}

Error record_too_long(std::size_t bytes, std::size_t most) {
    return invalid_argument("The data and the partition key of a record have " + std::to_string(bytes) +
                            " bytes together; the stream allows records of at most " + std::to_string(most) +
                            " bytes.");
}

Error records_too_long(std::size_t most) {
    return invalid_argument("Records size exceeds " + std::to_string(most / (1024 * 1024)) + " MB limit");
}

Error invalid_ordering_sequence_number(const Stream& stream, std::string_view given) {
    return invalid_argument("ExclusiveMinimumSequenceNumber " + str(given) + " used in PutRecord on " + under(stream) +
                            " is invalid.");
}

Error sequence_number_and_type(std::string_view type, bool has_sequence_number) {
    return invalid_argument(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
        "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " +
        str(type) + (has_sequence_number ? " and also a StartingSequenceNumber." : " and no StartingSequenceNumber."));
}

Error timestamp_missing() {
    return invalid_argument(
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp "
        "parameter.");
}

Error timestamp_in_future(Timestamp given, Timestamp now) {
    return invalid_argument(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: " +
        milliseconds(given) + ", currentTimestampInMillis: " + milliseconds(now));
}

Error sequence_number_of_other_shard(std::uint32_t encoded, std::uint32_t used) {
    return invalid_argument("Invalid StartingSequenceNumber. It encodes " + shard_id(encoded) +
                            ", while it was used in a call to a shard with " + shard_id(used));
}

Error sequence_number_invalid(const Stream& stream, std::uint32_t shard, std::string_view given,
                              std::string_view operation) {
    return invalid_argument("StartingSequenceNumber " + str(given) + " used in " + str(operation) + " on shard " +
                            shard_id(shard) + " in " + under(stream) + " is invalid.");
}

Error sequence_number_of_other_stream(const Stream& stream, std::uint32_t shard, std::string_view given,
                                      std::string_view operation) {
    return invalid_argument("StartingSequenceNumber " + str(given) + " used in " + str(operation) + " on shard " +
                            shard_id(shard) + " in " + under(stream) +
                            " is invalid because it did not come from this stream.");
}

Error invalid_shard_iterator() {
    return invalid_argument("Invalid ShardIterator.");
}

Error expired_iterator(Timestamp created, Timestamp now) {
    return {ErrorCode::expired_iterator, "Iterator expired. The iterator was created at time " + java_date(created) +
                                             " while right now it is " + java_date(now) +
                                             " which is further in the future than the tolerated delay of " +
                                             std::to_string(limits::shard_iterator_seconds * 1000) + " milliseconds."};
}

Error invalid_next_token() {
    return invalid_argument("Invalid NextToken.");
}

Error expired_next_token() {
    return {ErrorCode::expired_next_token, "The NextToken has expired: it may be used for 300 seconds."};
}

Error next_token_or_stream() {
    return invalid_argument("Either NextToken or StreamName should be provided.");
}

Error next_token_and_stream() {
    return invalid_argument("NextToken and StreamName cannot be provided together.");
}

Error next_token_with(std::string_view member) {
    return invalid_argument("NextToken and " + str(member) + " cannot be provided together.");
}

Error shard_filter_needs(std::string_view type, std::string_view member) {
    return invalid_argument("ShardFilter of type " + str(type) + " needs " + str(member) + '.');
}

Error shard_filter_refuses(std::string_view type, std::string_view member) {
    return invalid_argument("ShardFilter of type " + str(type) + " cannot be used with " + str(member) + '.');
}

}  // namespace rivulet::kinesis::errors
