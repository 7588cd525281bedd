#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/account_region.hpp"
#include "common/result.hpp"
#include "server/http/message.hpp"

namespace rivulet::wire {

/// Who makes a request, as its Signature Version 4 credential scope says
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html).
struct Credentials {
    std::string access_key;
    AccountRegion owner;  ///< an access key of 12 digits is the account's id; any other means account 000000000000
    std::string service;
};

/// Named texts of a signature.
using Parts = std::map<std::string, std::string, std::less<>>;

/// The parts of an Authorization header, `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, by their names.
Parts authorization_parts(std::string_view header);

/// The decoded parameters of a request's query, the first of each name; none if an escape in it is broken.
Parts query_parts(const http::Request& request);

/// The credentials that an access key alone stands for, without a region and a service.
Credentials credentials_of(std::string access_key);

/// The credentials of a signed request, by header or by query, as it states them: whether the signature is right is
/// for the Authenticator to say.
/// Errors: missing_authentication_token, invalid_signature (both forms at once), incomplete_signature (parts missing).
Result<Credentials> read_credentials(const http::Request& request);

/// The service a request is signed for, as far as can be told: empty if it is not signed.
std::string signed_service(const http::Request& request);

}  // namespace rivulet::wire
