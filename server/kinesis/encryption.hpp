#pragma once

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// The input that StartStreamEncryption and StopStreamEncryption share.
struct EncryptionInput {
    std::optional<std::string> stream_name;
    wire::Required<std::string> encryption_type;
    wire::Required<std::string> key_id;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

inline constexpr std::array encryption_input_members = {
    wire::member<&EncryptionInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&EncryptionInput::encryption_type>("EncryptionType", shapes::encryption_type),
    wire::member<&EncryptionInput::key_id>("KeyId", shapes::key_id),
    wire::member<&EncryptionInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&EncryptionInput::stream_id>("StreamId", shapes::stream_id),
};

/// What both refuse: an encryption type that is not KMS, and what cannot be a key.
/// Errors: invalid_argument, kms_not_found.
Result<void> check_encryption_input(const Call& call, const EncryptionInput& input);

/// Counts one more change of a stream's encryption among those of the last 24 hours, in `times`.
/// Errors: limit_exceeded, if limits are enforced and there are too many.
Result<void> count_encryption_change(const Call& call, const Stream& stream, std::vector<Timestamp>& times);

}  // namespace rivulet::kinesis
