#pragma once

#include "server/kinesis/consumer_names.hpp"
#include "server/kinesis/shapes.hpp"

/// What several operations on consumers share.
namespace rivulet::kinesis::shapes {

/// A consumer as answers show it that are about its stream.
struct Consumer {
    Required<std::string> consumer_name;
    Required<std::string> consumer_arn;
    Required<std::string> consumer_status;
    Required<Timestamp> consumer_creation_timestamp;
};
inline constexpr std::array consumer_members = {
    member<&Consumer::consumer_name>("ConsumerName", shapes::consumer_name),
    member<&Consumer::consumer_arn>("ConsumerARN", shapes::consumer_arn),
    member<&Consumer::consumer_status>("ConsumerStatus", shapes::consumer_status),
    member<&Consumer::consumer_creation_timestamp>("ConsumerCreationTimestamp", timestamp)};
inline constexpr Shape consumer = structure_shape("Consumer", consumer_members);

inline Consumer show_consumer(const rivulet::Consumer& shown) {
    return {shown.name, shown.arn(), std::string(status_name(shown.status)), shown.created};
}

}  // namespace rivulet::kinesis::shapes
