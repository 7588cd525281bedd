#pragma once

#include "common/account_region.hpp"
#include "common/result.hpp"
#include "server/s3/operations.hpp"

namespace rivulet::s3 {

/// Who makes a request, as its signature says: an Authorization header or a presigned URL, of Signature Version 4 or
/// of Version 2, which the AWS CLI still presigns with
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html). A signature's form and a
/// presigned URL's expiry are always checked, the signature itself only if signatures are verified: else any
/// credentials are accepted, and a request without a signature is `anonymous`'s. `call.query` must be there; an error
/// may add to the call's details. Errors: s3_authorization_header_malformed, s3_authorization_query_parameters_error,
/// s3_invalid_argument, s3_invalid_request, s3_access_denied, and those of `verified_caller`.
Result<AccountRegion> authenticate(Call& call, const AccountRegion& anonymous);

}  // namespace rivulet::s3
