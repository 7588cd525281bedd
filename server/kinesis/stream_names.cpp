#include "server/kinesis/stream_names.hpp"

#include <algorithm>

#include "common/arn.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

std::string_view status_name(StreamStatus status) {
    switch (status) {
        case StreamStatus::creating: return "CREATING";
        case StreamStatus::active: return "ACTIVE";
        case StreamStatus::updating: return "UPDATING";
        case StreamStatus::deleting: return "DELETING";
    }
    return "ACTIVE";
}

std::string_view mode_name(StreamMode mode) {
    return mode == StreamMode::on_demand ? "ON_DEMAND" : "PROVISIONED";
}

std::string_view encryption_name(EncryptionType type) {
    return type == EncryptionType::kms ? "KMS" : "NONE";
}

std::optional<std::string> shown_encryption(const Stream& stream) {
    if (stream.encryption.type == EncryptionType::none) return std::nullopt;
    return std::string(encryption_name(stream.encryption.type));
}

Result<StreamReference> resolve_stream(const Call& call, const std::optional<std::string>& name,
                                       const std::optional<std::string>& arn, const std::optional<std::string>& id) {
    if (id) return errors::stream_id_unsupported();
    if (!arn) {
        if (!name) return errors::stream_not_named();
        return StreamReference{stream_key(call.owner, *name), *name};
    }
    const auto parts = parse_arn(*arn);
    constexpr std::string_view kind = "stream/";
    const bool is_stream = parts && parts->service == "kinesis" && parts->resource.starts_with(kind) &&
                           parts->resource.size() > kind.size();
    if (!is_stream) return errors::stream_not_found(*arn, call.owner.account);
    const std::string named = parts->resource.substr(kind.size());
    // Nobody has been let in from another account: no policy is evaluated yet.
    if (parts->account != call.owner.account) return errors::access_denied(call.owner, call.operation, *arn);
    if (parts->partition != partition_of(call.owner.region) || parts->region != call.owner.region) {
        return errors::stream_not_found(named, parts->account);
    }
    if (name && *name != named) return errors::names_disagree(*name, *arn);
    return StreamReference{stream_key(call.owner, named), named};
}

Result<std::shared_ptr<const Stream>> find_stream(const Call& call, const StreamReference& reference) {
    auto stream = call.service.store.streams().find(reference.key);
    if (!stream) return errors::stream_not_found(reference.name, call.owner.account);
    return stream;
}

std::optional<std::uint32_t> shard_ordinal(std::string_view given) {
    const auto dash = given.rfind('-');
    const auto digits = dash == std::string_view::npos ? given : given.substr(dash + 1);
    const auto number = parse_uint128(digits);
    if (!number || *number > 0x7fff'ffff) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

Result<const Shard*> find_shard(const Stream& stream, std::string_view given) {
    const auto ordinal = shard_ordinal(given);
    if (!ordinal) return errors::shard_not_found(stream, given);
    const Shard* const shard = stream.find_shard(*ordinal);
    if (!shard) return errors::shard_does_not_exist(stream, shard_id(*ordinal));
    return shard;
}

}  // namespace rivulet::kinesis
