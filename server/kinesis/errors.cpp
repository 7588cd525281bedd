#include "server/kinesis/errors.hpp"

#include "common/arn.hpp"
#include "common/limits.hpp"
#include "server/kinesis/error_text.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis::errors {

namespace {

std::string retention(std::int32_t hours) {
    return "Requested retention period (" + std::to_string(hours) + " hours)";
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

Error warm_throughput_with_provisioned() {
    return invalid_argument("WarmThroughputMiBps can only be specified for a stream in ON_DEMAND mode.");
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

}  // namespace rivulet::kinesis::errors
