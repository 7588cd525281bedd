#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

/// Signature Version 4 as arithmetic: what a request says of its signature, and what the signature should be
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Nothing is judged
/// here.
namespace rivulet::wire {

inline constexpr std::string_view signature_v4_algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view signature_v4_terminator = "aws4_request";

/// A credential, `AKIDEXAMPLE/20150830/us-east-1/kinesis/aws4_request`. It is read from the back: an access key may
/// have slashes of its own.
struct CredentialScope {
    std::string access_key;
    std::string date;
    std::string region;
    std::string service;
    std::string terminator;

    /// `20150830/us-east-1/kinesis/aws4_request`
    std::string text() const { return date + '/' + region + '/' + service + '/' + terminator; }
};

/// Nothing if there are less than five parts.
std::optional<CredentialScope> parse_scope(std::string_view credential);

/// A signature as a request states it, in its Authorization header or in its query.
struct Signature {
    CredentialScope scope;
    std::vector<std::string> signed_headers;  ///< in the order given
    std::string value;                        ///< hexadecimal
    std::string time;                         ///< as signed: `20150830T123600Z`; as given if that is no time
    std::string session_token;                ///< empty: none
    bool by_query = false;

    bool signs(std::string_view header) const;
};

/// Nothing if the request has no signature of this version or the credential is malformed.
std::optional<Signature> read_signature(const http::Request& request);

/// How a path becomes canonical: every service but S3 brings it into its shortest form and encodes it once more than it
/// was sent; S3 takes each byte as it is.
enum class PathRule { encoded_again, as_it_is };

/// The request in its canonical form. `payload_hash` is what it ends with.
std::string canonical_request(const http::Request& request, const Signature& signature, PathRule rule,
                              std::string_view payload_hash);

std::string string_to_sign(const Signature& signature, std::string_view canonical_request);

/// The key that everything in a scope is signed with.
std::string signing_key(std::string_view secret, const CredentialScope& scope);

/// The signature of a text, hexadecimal.
std::string sign(std::string_view key, std::string_view text);

/// The chain of signatures of a body in signed chunks: each is signed with the one before it, the first with the
/// request's (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).
class ChunkSignatures {
public:
    ChunkSignatures(std::string key, const Signature& request)
        : key_(std::move(key)), time_(request.time), scope_(request.scope.text()), previous_(request.value) {}

    /// Whether that is the signature of the next chunk, whose bytes have that SHA-256 digest.
    bool is_next_chunk(std::string_view digest, std::string_view signature);

    /// Whether that is the signature of the fields after the last chunk: lines `name:value\n`.
    bool is_trailer(std::string_view lines, std::string_view signature);

private:
    bool is_next(std::string_view algorithm, std::string_view signed_part, std::string_view signature);

    std::string key_;
    std::string time_;
    std::string scope_;
    std::string previous_;
};

}  // namespace rivulet::wire
