#include "server/s3/signature.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "common/limits.hpp"
#include "server/http/date.hpp"
#include "server/wire/authenticator.hpp"

namespace rivulet::s3 {

namespace {

using wire::Signature;

constexpr std::string_view hash_header = "x-amz-content-sha256";
constexpr std::chrono::seconds max_skew{limits::max_s3_signature_skew_seconds};

bool is_signed_by_an_older_version(const Call& call) {
    return call.request.headers.find("Authorization") || call.parameter("Signature") ||
           call.parameter("AWSAccessKeyId");
}

Result<void> check_time(Call& call, const Signature& signature) {
    const auto time = http::parse_basic_date(signature.time);
    if (!time) {
        return Error{ErrorCode::s3_access_denied, "AWS authentication requires a valid Date or x-amz-date header"};
    }
    const Timestamp now = call.context.clock.now();
    if (signature.by_query) {
        // Its expiry has been looked at with its form.
        if (*time <= now + max_skew) return {};
        return Error{ErrorCode::s3_access_denied, "Request is not yet valid"};
    }
    if (*time >= now - max_skew && *time <= now + max_skew) return {};
    call.error_details.emplace_back("RequestTime", signature.time);
    call.error_details.emplace_back("ServerTime", http::xml_date(now));
    call.error_details.emplace_back("MaxAllowedSkewMilliseconds",
                                    std::to_string(std::chrono::milliseconds(max_skew).count()));
    return Error{ErrorCode::s3_request_time_too_skewed,
                 "The difference between the request time and the current time is too large."};
}

Result<wire::Secret> find_secret(Call& call, const Signature& signature) {
    const auto secret = call.context.authenticator.find(signature.scope.access_key);
    if (!secret || (signature.session_token.empty() && !secret->session_token.empty())) {
        call.error_details.emplace_back("AWSAccessKeyId", signature.scope.access_key);
        return Error{ErrorCode::s3_invalid_access_key_id,
                     "The AWS Access Key Id you provided does not exist in our records."};
    }
    if (!equal_in_constant_time(secret->session_token, signature.session_token)) {
        return Error{ErrorCode::s3_invalid_token, "The provided token is malformed or otherwise invalid."};
    }
    return *secret;
}

/// Whoever passes a signed request on must not be able to add to what it means.
Result<void> check_signed_headers(Call& call, const Signature& signature) {
    std::string forgotten;
    const auto check = [&](std::string_view name) {
        if (!signature.signs(name)) forgotten += (forgotten.empty() ? "" : ", ") + std::string(name);
    };
    check("host");
    for (const auto& [name, value] : call.request.headers) {
        if (name.size() > 6 && boost::beast::iequals(std::string_view(name).substr(0, 6), "x-amz-")) check(name);
    }
    if (forgotten.empty()) return {};
    call.error_details.emplace_back("HeadersNotSigned", forgotten);
    return Error{ErrorCode::s3_access_denied, "There were headers present in the request which were not signed"};
}

/// What the canonical request ends with.
Result<std::string> payload_hash(const Call& call, const Signature& signature) {
    if (const auto header = call.request.headers.find(hash_header)) return std::string(*header);
    if (!signature.by_query) {
        return Error{ErrorCode::s3_invalid_request, "Missing required header for this request: x-amz-content-sha256"};
    }
    return std::string(call.parameter("X-Amz-Content-Sha256").value_or("UNSIGNED-PAYLOAD"));
}

std::string hex_bytes(std::string_view text) {
    std::string bytes;
    for (const char c : text) {
        if (!bytes.empty()) bytes += ' ';
        bytes += hex_encode({&c, 1});
    }
    return bytes;
}

void tell_what_was_signed(Call& call, const Signature& signature, const std::string& canonical,
                          const std::string& text) {
    call.error_details.emplace_back("AWSAccessKeyId", signature.scope.access_key);
    call.error_details.emplace_back("StringToSign", text);
    call.error_details.emplace_back("SignatureProvided", signature.value);
    call.error_details.emplace_back("StringToSignBytes", hex_bytes(text));
    call.error_details.emplace_back("CanonicalRequest", canonical);
    call.error_details.emplace_back("CanonicalRequestBytes", hex_bytes(canonical));
}

}  // namespace

Result<AccountRegion> verified_caller(Call& call, AccountRegion stated) {
    const auto signature = wire::read_signature(call.request);
    if (!signature && !is_signed_by_an_older_version(call)) return Error{ErrorCode::s3_access_denied, "Access Denied"};
    if (!signature) {
        return Error{ErrorCode::s3_invalid_request,
                     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."};
    }
    if (auto done = check_time(call, *signature); !done) return done.error();
    const auto secret = find_secret(call, *signature);
    if (!secret) return secret.error();
    if (auto done = check_signed_headers(call, *signature); !done) return done.error();
    const auto hash = payload_hash(call, *signature);
    if (!hash) return hash.error();

    const std::string canonical = wire::canonical_request(call.request, *signature, wire::PathRule::as_it_is, *hash);
    const std::string text = wire::string_to_sign(*signature, canonical);
    std::string key = wire::signing_key(secret->secret_access_key, signature->scope);
    if (!equal_in_constant_time(wire::sign(key, text), signature->value)) {
        tell_what_was_signed(call, *signature, canonical, text);
        return signature_mismatch();
    }
    if (hash->starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")) {
        call.chunk_signatures.emplace(std::move(key), *signature);
    }
    stated.account = secret->account;
    return stated;
}

}  // namespace rivulet::s3
