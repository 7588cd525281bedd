#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"
#include "s3-sink/metadata_files.hpp"
#include "server/http/message.hpp"
#include "server/s3/aws_chunked.hpp"
#include "server/s3/checksum.hpp"
#include "server/s3/operations.hpp"

namespace rivulet::s3 {

/// A request's body with all that the request says of it: its form, its length, its digests. The bytes are read from
/// `body`, given to `update` in order, and at the end `verify` tells whether they are what was meant to be sent.
class Payload {
public:
    /// `request` must outlive the payload. With `signatures`, the chunks of the body must have them.
    /// Errors: s3_invalid_digest and s3_invalid_argument for values that cannot be right; s3_invalid_request for
    /// checksums that contradict each other; s3_not_implemented for ones this server cannot verify.
    static Result<Payload> open(const http::Request& request, std::optional<wire::ChunkSignatures> signatures);

    /// The decoded bytes.
    http::Body& body() const { return chunked_ ? *chunked_ : *plain_; }

    /// Takes the next bytes into account. May run on another thread than the reading.
    void update(std::string_view bytes);

    /// Compares every digest the request gave, in its header or after its body. The checksum that was verified is added
    /// to `attributes`, to be kept with an object.
    /// Errors: s3_bad_digest, s3_content_sha256_mismatch, s3_malformed_trailer.
    Result<void> verify(Attributes& attributes);

private:
    struct Expected {
        std::unique_ptr<Checksum> digest;
        std::string value;  ///< bytes
        Error mismatch;
        const ChecksumAlgorithm* algorithm = nullptr;  ///< of a checksum to keep
    };

    explicit Payload(http::Body* plain) : plain_(plain) {}

    Result<void> expect_md5(const http::Fields& headers);
    Result<void> expect_sha256(const http::Fields& headers);
    Result<void> expect_checksum(const http::Fields& headers);
    Result<void> expect_trailer(const http::Fields& headers);
    Result<void> verify_trailer(Attributes& attributes);

    http::Body* plain_;
    std::unique_ptr<AwsChunkedBody> chunked_;
    std::vector<Expected> expected_;
    const ChecksumAlgorithm* trailer_ = nullptr;  ///< the checksum that follows the body
    std::unique_ptr<Checksum> trailer_digest_;
};

/// Reads and verifies a call's small body as a whole. Errors: those of Payload, of its body, and s3_malformed_xml past
/// `limit` bytes.
boost::asio::awaitable<Result<std::string>> read_document(const Call& call, std::size_t limit);

/// The error of a body that could not be read, as the service says it.
Error body_error(const Error& error);

}  // namespace rivulet::s3
