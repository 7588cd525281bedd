#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/http/message.hpp"

namespace rivulet::s3 {

/// Reads a body in the `aws-chunked` form: chunks that begin with their length, and perhaps a signature, and header
/// fields after the last one
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html). As with requests' signatures, those
/// of chunks are not verified.
class AwsChunkedBody final : public http::Body {
public:
    /// `encoded` must outlive this. `decoded_length` is what x-amz-decoded-content-length says.
    AwsChunkedBody(http::Body& encoded, std::optional<std::uint64_t> decoded_length)
        : encoded_(encoded), decoded_length_(decoded_length) {}

    std::optional<std::uint64_t> length() const override { return decoded_length_; }

    /// Errors: s3_incomplete_body if the form is broken, ends early or has another length than announced; those of the
    /// encoded body.
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override;

    /// The fields after the last chunk, once the end has been read.
    const http::Fields& trailers() const { return trailers_; }

private:
    boost::asio::awaitable<Result<bool>> fill();
    boost::asio::awaitable<Result<std::string>> read_line();
    boost::asio::awaitable<Result<void>> begin_chunk();
    boost::asio::awaitable<Result<void>> read_trailers();

    http::Body& encoded_;
    std::optional<std::uint64_t> decoded_length_;
    http::Fields trailers_;
    std::string window_;     ///< encoded bytes that were read and not yet taken
    std::size_t taken_ = 0;  ///< of the window
    std::uint64_t chunk_left_ = 0;
    std::uint64_t decoded_ = 0;
    bool ended_ = false;
};

}  // namespace rivulet::s3
