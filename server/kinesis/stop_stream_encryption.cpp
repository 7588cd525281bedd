#include "server/kinesis/encryption.hpp"
#include "server/kinesis/encryption_key.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html
constexpr wire::Shape input_shape = wire::structure_shape("StopStreamEncryptionInput", encryption_input_members);

asio::awaitable<Result<void>> stop_stream_encryption(const Call& call, const EncryptionInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        if (const auto checked = check_encryption_input(call, input); !checked) return checked.error();
        const Encryption& encryption = stream.encryption;
        if (encryption.type == EncryptionType::none) return errors::stream_not_encrypted(stream);
        if (!may_be_same_key(encryption.key_id, *input.key_id)) {
            return errors::encrypted_with_other_key(stream, *input.key_id);
        }
        if (const auto counted = count_encryption_change(call, stream, stream.encryption_stops); !counted) {
            return counted.error();
        }
        return ChangeKind(change::Encrypting{});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.stop_stream_encryption_time, decide);
}

}  // namespace

constinit const Operation stop_stream_encryption_operation =
    wire::operation<&stop_stream_encryption, input_shape>("StopStreamEncryption");

}  // namespace rivulet::kinesis
