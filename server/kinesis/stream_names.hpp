#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"
#include "server/kinesis/service.hpp"
#include "storage/stream.hpp"

/// How requests name streams and shards, and how answers name their states.
namespace rivulet::kinesis {

std::string_view status_name(StreamStatus status);
std::string_view mode_name(StreamMode mode);
std::string_view encryption_name(EncryptionType type);

/// The EncryptionType that an answer about a stream's records has: none unless they are encrypted.
std::optional<std::string> shown_encryption(const Stream& stream);

/// The catalog's key of the stream that a request names by `StreamName`, `StreamARN` or both.
/// Errors: validation if it names none, invalid_argument if both disagree or `StreamId` is used, access_denied for an
/// ARN of another account, resource_not_found for one of another region or partition.
struct StreamReference {
    std::string key;
    std::string name;
};
Result<StreamReference> resolve_stream(const Call& call, const std::optional<std::string>& name,
                                       const std::optional<std::string>& arn, const std::optional<std::string>& id);

/// Any operation's input has these three.
template <class Input>
Result<StreamReference> resolve_stream(const Call& call, const Input& input) {
    return resolve_stream(call, input.stream_name, input.stream_arn, input.stream_id);
}

/// The stream itself.
/// Errors: as `resolve_stream`, and resource_not_found.
Result<std::shared_ptr<const Stream>> find_stream(const Call& call, const StreamReference& reference);

template <class Input>
Result<std::shared_ptr<const Stream>> find_stream(const Call& call, const Input& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) return reference.error();
    return find_stream(call, *reference);
}

/// The ordinal that a shard's name says: `shardId-000000000001`, any `prefix-<digits>`, or bare digits. Nothing if it
/// says none or one beyond 2147483647.
std::optional<std::uint32_t> shard_ordinal(std::string_view given);

/// A shard by any of its names.
/// Errors: resource_not_found.
Result<const Shard*> find_shard(const Stream& stream, std::string_view given);

}  // namespace rivulet::kinesis
