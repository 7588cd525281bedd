#include "server/kinesis/encryption.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
constexpr wire::Shape input_shape = wire::structure_shape("StartStreamEncryptionInput", encryption_input_members);

asio::awaitable<Result<void>> start_stream_encryption(const Call& call, const EncryptionInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    // A stream that is encrypted already goes over to the key, also if it is the one that it has.
    const DecideChange decide = [&](Stream& stream) -> Result<ChangeKind> {
        if (const auto checked = check_encryption_input(call, input); !checked) return checked.error();
        if (const auto counted = count_encryption_change(call, stream, stream.encryption_starts); !counted) {
            return counted.error();
        }
        return ChangeKind(change::Encrypting{{EncryptionType::kms, *input.key_id}});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.start_stream_encryption_time, decide);
}

}  // namespace

constinit const Operation start_stream_encryption_operation =
    wire::operation<&start_stream_encryption, input_shape>("StartStreamEncryption");

}  // namespace rivulet::kinesis
