#include "server/kinesis/encryption.hpp"

#include "server/kinesis/encryption_key.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

Result<void> check_encryption_input(const Call& call, const EncryptionInput& input) {
    if (*input.encryption_type != "KMS") return errors::encryption_type_not_kms(*input.encryption_type);
    return check_key_id(call.owner, *input.key_id);
}

}  // namespace rivulet::kinesis
