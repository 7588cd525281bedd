#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/http/message.hpp"
#include "server/s3/checksum.hpp"
#include "server/wire/signature_v4.hpp"

namespace rivulet::s3 {

/// Reads a body in the `aws-chunked` form: chunks that begin with their length, and perhaps a signature, and header
/// fields after the last one
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html). The signatures are verified if they
/// are known; what has been read of a chunk is good once the read that ends it has succeeded.
class AwsChunkedBody final : public http::Body {
public:
    /// `encoded` must outlive this. `decoded_length` is what x-amz-decoded-content-length says.
    AwsChunkedBody(http::Body& encoded, std::optional<std::uint64_t> decoded_length,
                   std::optional<wire::ChunkSignatures> signatures = {})
        : encoded_(encoded), decoded_length_(decoded_length), signatures_(std::move(signatures)) {}

    std::optional<std::uint64_t> length() const override { return decoded_length_; }

    /// Errors: s3_incomplete_body if the form is broken, ends early or has another length than announced;
    /// s3_signature_does_not_match; those of the encoded body.
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override;

    /// The fields after the last chunk, once the end has been read.
    const http::Fields& trailers() const { return trailers_; }

private:
    boost::asio::awaitable<Result<bool>> fill();
    boost::asio::awaitable<Result<std::string>> read_line();
    boost::asio::awaitable<Result<void>> begin_chunk();
    boost::asio::awaitable<Result<void>> read_trailers();
    Result<void> end_chunk();
    Result<void> check_trailer_signature();

    http::Body& encoded_;
    std::optional<std::uint64_t> decoded_length_;
    std::optional<wire::ChunkSignatures> signatures_;
    std::string chunk_signature_;             ///< as the chunk's first line has it
    std::unique_ptr<Checksum> chunk_digest_;  ///< of what has been read of the chunk, where signatures are verified
    std::string signed_trailers_;             ///< lines as they are signed
    http::Fields trailers_;
    std::string window_;     ///< encoded bytes that were read and not yet taken
    std::size_t taken_ = 0;  ///< of the window
    std::uint64_t chunk_left_ = 0;
    std::uint64_t decoded_ = 0;
    bool ended_ = false;
};

}  // namespace rivulet::s3
