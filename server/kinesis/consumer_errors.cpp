#include "server/kinesis/error_text.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis::errors {

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

}  // namespace rivulet::kinesis::errors
