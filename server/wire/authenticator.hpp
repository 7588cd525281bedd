#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "server/http/message.hpp"
#include "server/wire/credentials.hpp"
#include "server/wire/signature_v4.hpp"

namespace rivulet::wire {

/// What belongs to an access key.
struct Secret {
    std::string secret_access_key;
    std::string session_token;  ///< empty: none
    std::string account;
};

/// Knows whose signatures are right. One for all services: it says who has an access key and what a signature should
/// be; each protocol says what is wrong in its own words.
///
/// Thread safety: nothing changes after construction.
class Authenticator {
public:
    using Secrets = std::map<std::string, Secret, std::less<>>;  ///< by access key

    /// Lets any well-formed credentials in.
    explicit Authenticator(const Clock& clock) : clock_(clock) {}

    /// Lets in who signs with one of `secrets`, and this server's own handlers, for whose secret `random` is asked.
    Authenticator(const Clock& clock, Secrets secrets, Random& random);

    /// Whether signatures are verified at all.
    bool verifies() const { return verifies_; }

    Timestamp now() const { return clock_.now(); }

    /// The access key is this and an account's id.
    static constexpr std::string_view handler_key_prefix = "RVLT";

    /// What handlers sign with, for whatever account. Only where signatures are verified.
    const Secret& handler_secret() const { return handler_secret_; }

    /// Nothing if nobody has that access key.
    std::optional<Secret> find(std::string_view access_key) const;

    /// Who makes a request to a JSON service with that body: its signature is verified if signatures are.
    /// Errors: missing_authentication_token, incomplete_signature, unrecognized_client, invalid_signature.
    Result<Credentials> authenticate(const http::Request& request, std::string_view body,
                                     std::string_view service) const;

private:
    Result<void> check_time(const Signature& signature) const;

    const Clock& clock_;
    const bool verifies_ = false;
    const Secrets secrets_ = {};
    const Secret handler_secret_ = {};
};

}  // namespace rivulet::wire
