#include "storage/consumer.hpp"

#include <nlohmann/json.hpp>

#include "common/arn.hpp"

namespace rivulet {

using nlohmann::json;

namespace {

Timestamp timestamp(const json& milliseconds) {
    return Timestamp{std::chrono::milliseconds{milliseconds.get<std::int64_t>()}};
}

}  // namespace

std::string Consumer::stream_arn() const {
    return make_arn("kinesis", owner, "stream/" + stream);
}

std::string Consumer::arn() const {
    return make_arn("kinesis", owner,
                    "stream/" + stream + "/consumer/" + name + ':' + std::to_string(created_seconds()));
}

std::string consumer_key(const AccountRegion& owner, std::string_view stream, std::string_view name) {
    return owner.account + '/' + owner.region + '/' + std::string(stream) + '/' + std::string(name);
}

std::string RowCodec<Consumer>::encode(const Consumer& consumer) {
    json row = {{"id", consumer.id},
                {"account", consumer.owner.account},
                {"region", consumer.owner.region},
                {"stream", consumer.stream},
                {"name", consumer.name},
                {"created", consumer.created.time_since_epoch().count()},
                {"status", static_cast<int>(consumer.status)},
                {"tags", consumer.tags}};
    if (!consumer.policy.empty()) row["policy"] = consumer.policy;
    if (consumer.due) row["due"] = consumer.due->time_since_epoch().count();
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<Consumer> RowCodec<Consumer>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    Consumer consumer;
    consumer.id = row.at("id").get<std::uint64_t>();
    consumer.owner = {row.at("account").get<std::string>(), row.at("region").get<std::string>()};
    consumer.stream = row.at("stream").get<std::string>();
    consumer.name = row.at("name").get<std::string>();
    consumer.created = timestamp(row.at("created"));
    consumer.status = static_cast<ConsumerStatus>(row.at("status").get<int>());
    if (const auto due = row.find("due"); due != row.end()) consumer.due = timestamp(*due);
    consumer.tags = row.at("tags").get<decltype(consumer.tags)>();
    if (const auto policy = row.find("policy"); policy != row.end()) consumer.policy = policy->get<std::string>();
    return consumer;
} catch (const json::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("a consumer's catalog row cannot be read: ") + fault.what());
}

}  // namespace rivulet
