#include "server/kinesis/resource.hpp"

#include "server/kinesis/consumer_names.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

Attachments attachments_of(const Stream& stream) {
    return {described(stream), stream.arn(), stream.tags, stream.policy};
}

Attachments attachments_of(const Consumer& consumer) {
    return {described(consumer), consumer.arn(), consumer.tags, consumer.policy};
}

bool names_consumer(std::string_view arn) {
    return arn.find("/consumer/") != std::string_view::npos;
}

/// The stream or consumer with other attachments.
template <class Resource>
Result<Resource> altered(const Resource& resource, const AlterAttachments& alter) {
    Attachments attachments = attachments_of(resource);
    if (const auto done = alter(attachments); !done) return done.error();
    Resource after = resource;
    after.tags = std::move(attachments.tags);
    after.policy = std::move(attachments.policy);
    return after;
}

asio::awaitable<Result<void>> alter_consumer(const Call& call, const std::string& arn, const AlterAttachments& alter) {
    co_return co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        const auto consumer = find_consumer(call, arn);
        if (!consumer) return consumer.error();
        if ((*consumer)->status != ConsumerStatus::active) return errors::consumer_not_active(**consumer);
        auto after = altered(**consumer, alter);
        if (!after) return after.error();
        const std::string key = consumer_key(after->owner, after->stream, after->name);
        call.service.store.consumers().put(transaction, key, std::move(*after));
        return {};
    });
}

}  // namespace

std::string described(const Stream& stream) {
    return "stream " + stream.name + " under account " + stream.owner.account;
}

std::string described(const Consumer& consumer) {
    return "consumer " + consumer.name + " of stream " + consumer.stream + " under account " + consumer.owner.account;
}

Result<Attachments> find_attachments(const Call& call, const std::string& arn, const std::optional<std::string>& id) {
    if (id) return errors::stream_id_unsupported();
    if (names_consumer(arn)) {
        const auto consumer = find_consumer(call, arn);
        if (!consumer) return consumer.error();
        return attachments_of(**consumer);
    }
    const auto reference = resolve_stream(call, std::nullopt, arn, id);
    if (!reference) return reference.error();
    const auto stream = find_stream(call, *reference);
    if (!stream) return stream.error();
    return attachments_of(**stream);
}

asio::awaitable<Result<void>> alter_attachments(const Call& call, const StreamReference& reference,
                                                const AlterAttachments& alter) {
    co_return co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        const auto stream = find_stream(call, reference);
        if (!stream) return stream.error();
        // "You can't make any updates to the tags until the stream is in ACTIVE state" (API reference, CreateStream).
        const StreamStatus status = (*stream)->status;
        if (status == StreamStatus::creating || status == StreamStatus::deleting) {
            return errors::stream_not_active(**stream);
        }
        auto after = altered(**stream, alter);
        if (!after) return after.error();
        call.service.store.streams().put(transaction, reference.key, std::move(*after));
        return {};
    });
}

asio::awaitable<Result<void>> alter_attachments(const Call& call, const std::string& arn,
                                                const std::optional<std::string>& id, const AlterAttachments& alter) {
    if (id) co_return errors::stream_id_unsupported();
    if (names_consumer(arn)) co_return co_await alter_consumer(call, arn, alter);
    const auto reference = resolve_stream(call, std::nullopt, arn, id);
    if (!reference) co_return reference.error();
    co_return co_await alter_attachments(call, *reference, alter);
}

}  // namespace rivulet::kinesis
