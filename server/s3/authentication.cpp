#include "server/s3/authentication.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/limits.hpp"
#include "server/http/date.hpp"
#include "server/s3/signature.hpp"
#include "server/wire/credentials.hpp"

namespace rivulet::s3 {

namespace {

constexpr std::string_view version_4 = wire::signature_v4_algorithm;

Error malformed_header(const std::string& why) {
    return {ErrorCode::s3_authorization_header_malformed, "The authorization header is malformed; " + why};
}

Error bad_parameters(std::string why) {
    return {ErrorCode::s3_authorization_query_parameters_error, std::move(why)};
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What is wrong with a credential, in the service's words; empty if nothing is.
std::string fault_of_scope(std::string_view scope) {
    const auto parts = wire::parse_scope(scope);
    if (!parts) {
        return R"(the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".)";
    }
    if (parts->access_key.empty()) return "a non-empty Access Key (AKID) must be provided in the credential.";
    if (parts->date.size() != 8 || !is_digits(parts->date)) {
        return "incorrect date format \"" + parts->date +
               R"(". This date in the credential must be in the format "yyyyMMdd".)";
    }
    if (parts->region.empty()) return "a non-empty region must be provided in the credential.";
    if (parts->terminator != wire::signature_v4_terminator) {
        return "incorrect terminal \"" + parts->terminator + R"(". This endpoint uses "aws4_request".)";
    }
    return {};
}

/// The caller whose credential has been checked.
AccountRegion caller_of_scope(std::string_view scope) {
    const auto parts = wire::parse_scope(scope);
    return {wire::credentials_of(parts->access_key).owner.account, parts->region};
}

AccountRegion caller_of_key(std::string_view access_key, const AccountRegion& anonymous) {
    return {wire::credentials_of(std::string(access_key)).owner.account, anonymous.region};
}

Result<AccountRegion> read_version_4(const http::Fields& headers, std::string_view header) {
    const auto parts = wire::authorization_parts(header);
    for (const char* needed : {"Credential", "SignedHeaders", "Signature"}) {
        const auto part = parts.find(needed);
        if (part != parts.end() && !part->second.empty()) continue;
        return malformed_header(
            "the authorization header requires three components: Credential, SignedHeaders, and Signature.");
    }
    const std::string& scope = parts.find("Credential")->second;
    if (const auto fault = fault_of_scope(scope); !fault.empty()) return malformed_header(fault);
    if (!headers.find("X-Amz-Date") && !headers.find("Date")) {
        return Error{ErrorCode::s3_access_denied, "AWS authentication requires a valid Date or x-amz-date header"};
    }
    return caller_of_scope(scope);
}

Result<AccountRegion> read_header(Call& call, std::string_view header, const AccountRegion& anonymous) {
    if (header.substr(0, header.find(' ')) == version_4) return read_version_4(call.request.headers, header);
    if (header.starts_with("AWS4-")) {
        return Error{ErrorCode::s3_invalid_request,
                     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."};
    }
    constexpr std::string_view version_2 = "AWS ";
    const std::size_t colon = header.rfind(':');
    if (header.starts_with(version_2) && colon != std::string_view::npos && colon > version_2.size()) {
        return caller_of_key(header.substr(version_2.size(), colon - version_2.size()), anonymous);
    }
    call.error_details.emplace_back("ArgumentName", "Authorization");
    call.error_details.emplace_back("ArgumentValue", header);
    const bool is_version_2 = header.starts_with(version_2);
    return Error{ErrorCode::s3_invalid_argument,
                 is_version_2 ? "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"
                              : "Unsupported Authorization Type"};
}

Error expired(Call& call, Timestamp end) {
    call.error_details.emplace_back("Expires", http::xml_date(end));
    call.error_details.emplace_back("ServerTime", http::xml_date(call.context.clock.now()));
    return {ErrorCode::s3_access_denied, "Request has expired"};
}

Result<AccountRegion> read_version_4_query(Call& call) {
    constexpr std::array<const char*, 6> needed = {"X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Signature",
                                                   "X-Amz-Date",      "X-Amz-SignedHeaders", "X-Amz-Expires"};
    const auto is_absent = [&call](const char* name) { return call.parameter(name).value_or("").empty(); };
    if (std::ranges::any_of(needed, is_absent)) {
        return bad_parameters(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    }
    if (*call.parameter("X-Amz-Algorithm") != version_4) {
        return bad_parameters(R"(X-Amz-Algorithm only supports "AWS4-HMAC-SHA256")");
    }
    const std::string_view scope = *call.parameter("X-Amz-Credential");
    if (const auto fault = fault_of_scope(scope); !fault.empty()) {
        return bad_parameters("Error parsing the X-Amz-Credential parameter; " + fault);
    }
    const auto date = http::parse_basic_date(*call.parameter("X-Amz-Date"));
    if (!date) return bad_parameters(R"(X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'")");

    const std::string_view text = *call.parameter("X-Amz-Expires");
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc{} || end != text.data() + text.size()) {
        return bad_parameters("X-Amz-Expires should be a number");
    }
    if (seconds < 0) return bad_parameters("X-Amz-Expires must be non-negative");
    if (seconds > limits::max_presigned_seconds) {
        return bad_parameters("X-Amz-Expires must be less than a week (in seconds) that is 604800");
    }
    const Timestamp until = *date + std::chrono::seconds{seconds};
    if (call.context.clock.now() >= until) {
        call.error_details.emplace_back("X-Amz-Expires", text);
        return expired(call, until);
    }
    return caller_of_scope(scope);
}

Result<AccountRegion> read_version_2_query(Call& call, const AccountRegion& anonymous) {
    const std::string_view access_key = call.parameter("AWSAccessKeyId").value_or("");
    const std::string_view text = call.parameter("Expires").value_or("");
    if (access_key.empty() || text.empty()) {
        return Error{ErrorCode::s3_access_denied,
                     "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"};
    }
    // As many digits as a time in milliseconds can take.
    if (!is_digits(text) || text.size() > 15) {
        return Error{ErrorCode::s3_access_denied, "Invalid date (should be seconds since epoch): " + std::string(text)};
    }
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    const Timestamp until{std::chrono::seconds{seconds}};
    if (call.context.clock.now() >= until) return expired(call, until);
    return caller_of_key(access_key, anonymous);
}

/// Whose request it is by what it says of itself.
Result<AccountRegion> stated_caller(Call& call, const AccountRegion& anonymous) {
    const auto header = call.request.headers.find("Authorization");
    const auto has = [&call](const char* name) { return call.parameter(name).has_value(); };
    const bool by_version_4 = has("X-Amz-Algorithm") || has("X-Amz-Credential") || has("X-Amz-Signature");
    const bool by_version_2 = has("Signature") || has("AWSAccessKeyId");
    if ((header && (by_version_4 || by_version_2)) || (by_version_4 && by_version_2)) {
        return Error{
            ErrorCode::s3_invalid_argument,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified"};
    }
    if (header) return read_header(call, *header, anonymous);
    if (by_version_4) return read_version_4_query(call);
    if (by_version_2) return read_version_2_query(call, anonymous);
    return anonymous;
}

}  // namespace

Result<AccountRegion> authenticate(Call& call, const AccountRegion& anonymous) {
    auto stated = stated_caller(call, anonymous);
    if (!stated || !call.context.authenticator.verifies()) return stated;
    return verified_caller(call, std::move(*stated));
}

}  // namespace rivulet::s3
