#include "server/kinesis/error_text.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis::errors {

namespace {

std::string open_shards(std::size_t current, std::int32_t target) {
    return " Current open shard count: " + std::to_string(current) + " Target shard count: " + std::to_string(target);
}

}  // namespace

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

Error rate_exceeded_for_shard(std::string_view shard_id, std::string_view stream, std::string_view account) {
    return {ErrorCode::provisioned_throughput_exceeded, "Rate exceeded for shard " + str(shard_id) + " in stream " +
                                                            str(stream) + " under account " + str(account) + '.'};
}

Error shard_count_missing() {
    return {ErrorCode::validation,
            "1 validation error detected: Value null at 'shardCount' failed to satisfy constraint: Member must not be "
            "null"};
}

Error shard_count_with_on_demand() {
    return invalid_argument("ShardCount cannot be specified for a stream in ON_DEMAND mode.");
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

Error shard_filter_needs(std::string_view type, std::string_view member) {
    return invalid_argument("ShardFilter of type " + str(type) + " needs " + str(member) + '.');
}

Error shard_filter_refuses(std::string_view type, std::string_view member) {
    return invalid_argument("ShardFilter of type " + str(type) + " cannot be used with " + str(member) + '.');
}

}  // namespace rivulet::kinesis::errors
