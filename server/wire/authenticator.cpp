#include "server/wire/authenticator.hpp"

#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "common/limits.hpp"
#include "server/http/date.hpp"

namespace rivulet::wire {

namespace {

Error incomplete(std::string text) {
    return {ErrorCode::incomplete_signature, std::move(text)};
}

Error invalid(std::string text) {
    return {ErrorCode::invalid_signature, std::move(text)};
}

Error unrecognized() {
    return {ErrorCode::unrecognized_client, "The security token included in the request is invalid."};
}

/// The algorithm that a request says it is signed by.
std::string algorithm_of(const http::Request& request) {
    if (const auto header = request.headers.find("Authorization"))
        return std::string(header->substr(0, header->find(' ')));
    const Parts parts = query_parts(request);
    const auto found = parts.find("X-Amz-Algorithm");
    return found == parts.end() ? std::string() : found->second;
}

/// A signature of this version whose parts can be read.
Result<Signature> readable_signature(const http::Request& request) {
    if (const auto algorithm = algorithm_of(request); algorithm != signature_v4_algorithm) {
        return incomplete("Unsupported AWS 'algorithm': '" + algorithm + "'.");
    }
    auto signature = read_signature(request);
    if (!signature) {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.");
    }
    if (!http::parse_basic_date(signature->time)) {
        return incomplete("Date must be in ISO-8601 'basic format'. Got '" + signature->time +
                          "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    return std::move(*signature);
}

/// What is wrong with a scope, all of it; empty if nothing is.
std::string faults_of_scope(const Signature& signature, std::string_view service) {
    const auto& scope = signature.scope;
    std::string faults;
    if (scope.service != service)
        faults += "Credential should be scoped to correct service: '" + std::string(service) + "'. ";
    if (scope.terminator != signature_v4_terminator) {
        faults +=
            "Credential should be scoped with a valid terminator: 'aws4_request', not '" + scope.terminator + "'. ";
    }
    const std::string date = signature.time.substr(0, 8);
    if (scope.date != date) {
        faults += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
                  scope.date + "' != '" + date + "', from '" + signature.time + "'. ";
    }
    return faults;
}

}  // namespace

Authenticator::Authenticator(const Clock& clock, Secrets secrets, Random& random)
    : clock_(clock),
      verifies_(true),
      secrets_(std::move(secrets)),
      handler_secret_{hex_encode(random_bytes(random, 20)), hex_encode(random_bytes(random, 20)), {}} {}

std::optional<Secret> Authenticator::find(std::string_view access_key) const {
    if (const auto found = secrets_.find(access_key); found != secrets_.end()) return found->second;
    if (!access_key.starts_with(handler_key_prefix)) return std::nullopt;
    const auto account = access_key.substr(handler_key_prefix.size());
    if (!is_account(account)) return std::nullopt;
    return Secret{handler_secret_.secret_access_key, handler_secret_.session_token, std::string(account)};
}

Result<void> Authenticator::check_time(const Signature& signature) const {
    constexpr std::chrono::seconds skew{limits::max_signature_skew_seconds};
    const Timestamp time = *http::parse_basic_date(signature.time);
    const Timestamp at = now();
    const std::string minutes = std::to_string(std::chrono::floor<std::chrono::minutes>(skew).count()) + " min.)";
    if (time < at - skew) {
        return invalid("Signature expired: " + signature.time + " is now earlier than " + http::basic_date(at - skew) +
                       " (" + http::basic_date(at) + " - " + minutes);
    }
    if (time > at + skew) {
        return invalid("Signature not yet current: " + signature.time + " is still later than " +
                       http::basic_date(at + skew) + " (" + http::basic_date(at) + " + " + minutes);
    }
    return {};
}

Result<Credentials> Authenticator::authenticate(const http::Request& request, std::string_view body,
                                                std::string_view service) const {
    auto credentials = read_credentials(request);
    if (!credentials || !verifies_) return credentials;
    const auto signature = readable_signature(request);
    if (!signature) return signature.error();
    if (!signature->signs("host")) {
        return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (request.headers.find("X-Amz-Target") && !signature->signs("x-amz-target")) {
        return invalid("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (auto faults = faults_of_scope(*signature, service); !faults.empty()) return invalid(std::move(faults));
    const auto secret = find(signature->scope.access_key);
    if (!secret) return unrecognized();
    if (!equal_in_constant_time(secret->session_token, signature->session_token)) return unrecognized();
    if (auto checked = check_time(*signature); !checked) return checked.error();

    const std::string canonical =
        canonical_request(request, *signature, PathRule::encoded_again, hex_encode(sha256(body)));
    const std::string text = string_to_sign(*signature, canonical);
    const std::string right = sign(signing_key(secret->secret_access_key, signature->scope), text);
    if (!equal_in_constant_time(right, signature->value)) {
        return invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access "
            "Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this "
            "request should have been\n'" +
            canonical + "'\n\nThe String-to-Sign should have been\n'" + text + "'\n");
    }
    credentials->owner.account = secret->account;
    return credentials;
}

}  // namespace rivulet::wire
