#pragma once

#include "common/account_region.hpp"
#include "common/result.hpp"
#include "server/s3/operations.hpp"

namespace rivulet::s3 {

/// The caller of a request whose credentials are well-formed, `stated`, after its signature has been verified. The
/// signatures of a body's chunks are then expected by `call.chunk_signatures`. Only Version 4 is taken, as in the
/// service's newer regions. An error may add to the call's details.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
/// Errors: s3_access_denied for nobody's requests, presigned URLs from the future and headers that are not signed;
/// s3_invalid_request, s3_request_time_too_skewed, s3_invalid_access_key_id, s3_invalid_token,
/// s3_signature_does_not_match.
Result<AccountRegion> verified_caller(Call& call, AccountRegion stated);

/// The answer to a signature, a request's or a chunk's, that is another than it should be.
inline Error signature_mismatch() {
    return {ErrorCode::s3_signature_does_not_match,
            "The request signature we calculated does not match the signature you provided. Check your key and signing "
            "method."};
}

}  // namespace rivulet::s3
