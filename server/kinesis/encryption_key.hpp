#pragma once

#include <string_view>

#include "common/account_region.hpp"
#include "common/result.hpp"
#include "storage/stream.hpp"

/// How StartStreamEncryption and StopStreamEncryption name a KMS key: by its id, its ARN, an alias or an alias's ARN
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html).
namespace rivulet::kinesis {

/// Refuses what cannot name a key in the stream's region. There is no KMS here: a well-formed name is that of a key.
/// Errors: kms_not_found, in the words of KMS.
Result<void> check_key_id(const AccountRegion& owner, std::string_view key_id);

/// Whether two names can be the same key's. An alias may stand for any key; two keys or two aliases are compared.
bool may_be_same_key(std::string_view one, std::string_view other);

}  // namespace rivulet::kinesis
