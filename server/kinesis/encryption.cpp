#include "server/kinesis/encryption.hpp"

#include "server/kinesis/encryption_key.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/recent_changes.hpp"

namespace rivulet::kinesis {

Result<void> check_encryption_input(const Call& call, const EncryptionInput& input) {
    if (*input.encryption_type != "KMS") return errors::encryption_type_not_kms(*input.encryption_type);
    return check_key_id(call.owner, *input.key_id);
}

Result<void> count_encryption_change(const Call& call, const Stream& stream, std::vector<Timestamp>& times) {
    const std::size_t before = count_recent(times, call.service.clock.now());
    if (call.service.settings.limits == LimitsMode::enforce && before > limits::encryption_changes_per_day) {
        return errors::changes_too_often(stream, call.operation, limits::encryption_changes_per_day);
    }
    return {};
}

}  // namespace rivulet::kinesis
