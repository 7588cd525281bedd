#include "server/kinesis/consumer_names.hpp"

#include "common/arn.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace {

using Found = Result<std::shared_ptr<const Consumer>>;

/// `stream/NAME/consumer/NAME:SECONDS`, the part of a consumer's ARN that is its own.
struct ConsumerResource {
    std::string stream;
    std::string name;
};

std::optional<ConsumerResource> parse_resource(std::string_view resource) {
    constexpr std::string_view stream_kind = "stream/";
    constexpr std::string_view consumer_kind = "/consumer/";
    const auto consumer = resource.find(consumer_kind);
    const auto colon = resource.rfind(':');
    if (!resource.starts_with(stream_kind) || consumer == std::string_view::npos || colon < consumer ||
        colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto name_at = consumer + consumer_kind.size();
    return ConsumerResource{std::string(resource.substr(stream_kind.size(), consumer - stream_kind.size())),
                            std::string(resource.substr(name_at, colon - name_at))};
}

}  // namespace

std::string_view status_name(ConsumerStatus status) {
    switch (status) {
        case ConsumerStatus::creating: return "CREATING";
        case ConsumerStatus::active: return "ACTIVE";
        case ConsumerStatus::deleting: return "DELETING";
    }
    return "ACTIVE";
}

Found find_consumer(const Call& call, const std::string& consumer_arn) {
    const auto arn = parse_arn(consumer_arn);
    const auto resource = arn ? parse_resource(arn->resource) : std::nullopt;
    if (!resource) return errors::consumer_not_found(consumer_arn, call.owner.account);
    if (arn->account != call.owner.account) return errors::access_denied(call.owner, call.operation, consumer_arn);
    auto consumer = call.service.store.consumers().find(consumer_key(call.owner, resource->stream, resource->name));
    // Whatever in the ARN is another's, be it the region or the time of creation, makes it another consumer's.
    if (!consumer || consumer->arn() != consumer_arn) return errors::consumer_not_found(consumer_arn, arn->account);
    return consumer;
}

Found find_consumer(const Call& call, const std::optional<std::string>& stream_arn,
                    const std::optional<std::string>& consumer_name, const std::optional<std::string>& consumer_arn,
                    const std::optional<std::string>& stream_id) {
    if (stream_id) return errors::stream_id_unsupported();
    if (consumer_arn) {
        auto consumer = find_consumer(call, *consumer_arn);
        if (!consumer) return consumer;
        if (stream_arn && (*consumer)->stream_arn() != *stream_arn) {
            return errors::consumer_names_disagree(*consumer_arn, "StreamARN " + *stream_arn);
        }
        if (consumer_name && (*consumer)->name != *consumer_name) {
            return errors::consumer_names_disagree(*consumer_arn, "ConsumerName " + *consumer_name);
        }
        return consumer;
    }
    if (!stream_arn || !consumer_name) return errors::consumer_not_named();
    const auto reference = resolve_stream(call, std::nullopt, stream_arn, std::nullopt);
    if (!reference) return reference.error();
    if (const auto stream = find_stream(call, *reference); !stream) return stream.error();
    auto consumer = call.service.store.consumers().find(consumer_key(call.owner, reference->name, *consumer_name));
    if (!consumer) return errors::consumer_not_found(*consumer_name, call.owner.account);
    return consumer;
}

}  // namespace rivulet::kinesis
