#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"

namespace rivulet::http {

/// A certificate and its private key, as PEM texts.
struct CertifiedKey {
    std::string certificate;
    std::string key;
};

/// An authority of this server's own, for ten years: a self-signed certificate that vouches for server certificates
/// alone (RFC 5280, section 4.2.1), with an ECDSA key on P-256. `label` becomes a part of its name, so that people can
/// tell one authority from another.
/// Errors: internal_failure, if OpenSSL cannot.
Result<CertifiedKey> make_authority(std::string_view label, Timestamp now, Random& random);

/// A server's certificate for `names` (DNS names and IP addresses), vouched for by `authority`, for 397 days: more is
/// refused by some clients.
/// Errors: internal_failure, if OpenSSL cannot, as for a name that is none.
Result<CertifiedKey> make_server_certificate(const CertifiedKey& authority, const std::vector<std::string>& names,
                                             Timestamp now, Random& random);

/// Whether `pair` is a certificate with its own key that holds until `until` at least. False for texts that are
/// neither.
bool is_usable(const CertifiedKey& pair, Timestamp until);

/// Whether `certificate` is vouched for by `authority` and is for just these names, in any order.
bool is_issued_for(const std::string& certificate, const std::string& authority, const std::vector<std::string>& names);

/// Whether `name` can stand in a certificate: an IP address, or a DNS name, whose first label may be `*`.
bool is_certifiable(std::string_view name);

}  // namespace rivulet::http
