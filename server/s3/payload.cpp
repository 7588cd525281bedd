#include "server/s3/payload.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "common/base64.hpp"

namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::string_view checksum_prefix = "x-amz-checksum-";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool is_checksum_header(const std::string& name) {
    // Three headers of the prefix speak about checksums and are none.
    return name.starts_with(checksum_prefix) && name != "x-amz-checksum-mode" && name != "x-amz-checksum-type" &&
           name != "x-amz-checksum-algorithm";
}

std::optional<std::string> decode_hex(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        unsigned value = 0;
        const auto [end, fault] = std::from_chars(text.data() + at, text.data() + at + 2, value, 16);
        if (fault != std::errc{} || end != text.data() + at + 2) return std::nullopt;
        bytes += static_cast<char>(value);
    }
    if (text.size() % 2 != 0) return std::nullopt;
    return bytes;
}

std::optional<std::string> decode_base64(std::string_view text, std::size_t bytes) {
    std::string decoded;
    if (base64_decode(text, decoded).kind != Base64Fault::Kind::none || decoded.size() != bytes) return std::nullopt;
    return decoded;
}

Error checksum_mismatch(const ChecksumAlgorithm& algorithm) {
    return {ErrorCode::s3_bad_digest,
            "The " + std::string(algorithm.name) + " you specified did not match the calculated checksum."};
}

Error invalid_checksum(std::string_view header) {
    return {ErrorCode::s3_invalid_request, "Value for " + std::string(header) + " header is invalid."};
}

Error unknown_checksum(std::string_view header) {
    return {ErrorCode::s3_not_implemented,
            "A header you provided implies functionality that is not implemented: this server cannot verify " +
                std::string(header)};
}

bool is_aws_chunked(const http::Fields& headers) {
    return headers.get("x-amz-content-sha256").starts_with("STREAMING-") ||
           lower(headers.get("Content-Encoding")).find("aws-chunked") != std::string::npos;
}

std::optional<std::uint64_t> decoded_length(const http::Fields& headers) {
    const auto text = headers.find("x-amz-decoded-content-length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return length;
}

}  // namespace

Result<Payload> Payload::open(const http::Request& request, std::optional<wire::ChunkSignatures> signatures) {
    const auto& headers = request.headers;
    Payload payload(request.body);
    if (is_aws_chunked(headers)) {
        payload.chunked_ =
            std::make_unique<AwsChunkedBody>(*request.body, decoded_length(headers), std::move(signatures));
    }
    if (auto done = payload.expect_md5(headers); !done) return done.error();
    if (auto done = payload.expect_sha256(headers); !done) return done.error();
    if (auto done = payload.expect_checksum(headers); !done) return done.error();
    if (auto done = payload.expect_trailer(headers); !done) return done.error();
    return payload;
}

Result<void> Payload::expect_md5(const http::Fields& headers) {
    const auto text = headers.find("Content-MD5");
    if (!text) return {};
    auto value = decode_base64(*text, 16);
    if (!value) return Error{ErrorCode::s3_invalid_digest, "The Content-MD5 you specified was invalid."};
    expected_.push_back({make_digest("MD5"),
                         std::move(*value),
                         {ErrorCode::s3_bad_digest, "The Content-MD5 you specified did not match what we received."}});
    return {};
}

Result<void> Payload::expect_sha256(const http::Fields& headers) {
    const std::string_view text = headers.get("x-amz-content-sha256");
    if (text.empty() || text == "UNSIGNED-PAYLOAD" || text.starts_with("STREAMING-")) return {};
    auto value = decode_hex(text);
    if (!value || value->size() != 32) {
        return Error{ErrorCode::s3_invalid_argument,
                     "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                     "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 "
                     "value."};
    }
    expected_.push_back({make_digest("SHA256"),
                         std::move(*value),
                         {ErrorCode::s3_content_sha256_mismatch,
                          "The provided 'x-amz-content-sha256' header does not match what was computed."}});
    return {};
}

Result<void> Payload::expect_checksum(const http::Fields& headers) {
    const ChecksumAlgorithm* found = nullptr;
    for (const auto& [name, value] : headers) {
        const std::string header = lower(name);
        if (!is_checksum_header(header)) continue;
        const auto* algorithm = find_checksum_algorithm(header);
        if (algorithm == nullptr) return unknown_checksum(header);
        if (found != nullptr) {
            return Error{ErrorCode::s3_invalid_request,
                         "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."};
        }
        found = algorithm;
        auto bytes = decode_base64(value, algorithm->bytes);
        if (!bytes) return invalid_checksum(header);
        expected_.push_back({algorithm->make(), std::move(*bytes), checksum_mismatch(*algorithm), algorithm});
    }
    const auto named = headers.find("x-amz-sdk-checksum-algorithm");
    if (named && found == nullptr && !headers.find("x-amz-trailer")) {
        return Error{ErrorCode::s3_invalid_request,
                     "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                     "headers were found."};
    }
    return {};
}

Result<void> Payload::expect_trailer(const http::Fields& headers) {
    const auto name = headers.find("x-amz-trailer");
    if (!name || name->empty()) return {};
    trailer_ = find_checksum_algorithm(*name);
    if (trailer_ == nullptr) return unknown_checksum(*name);
    if (!chunked_) {
        return Error{ErrorCode::s3_invalid_request, "x-amz-trailer needs a body in the aws-chunked form."};
    }
    trailer_digest_ = trailer_->make();
    return {};
}

void Payload::update(std::string_view bytes) {
    for (auto& expected : expected_) expected.digest->update(bytes);
    if (trailer_digest_) trailer_digest_->update(bytes);
}

Result<void> Payload::verify(Attributes& attributes) {
    for (auto& expected : expected_) {
        if (expected.digest->finish() != expected.value) return expected.mismatch;
        if (expected.algorithm == nullptr) continue;
        attributes.emplace_back(std::string(expected.algorithm->header), base64_encode(expected.value));
    }
    return trailer_ == nullptr ? Result<void>{} : verify_trailer(attributes);
}

Result<void> Payload::verify_trailer(Attributes& attributes) {
    const auto text = chunked_->trailers().find(trailer_->header);
    if (!text) {
        return Error{ErrorCode::s3_malformed_trailer,
                     "The request contained trailing data that was not well-formed or did not conform to our published "
                     "schema."};
    }
    const auto value = decode_base64(*text, trailer_->bytes);
    if (!value) return invalid_checksum(trailer_->header);
    if (trailer_digest_->finish() != *value) return checksum_mismatch(*trailer_);
    attributes.emplace_back(std::string(trailer_->header), base64_encode(*value));
    return {};
}

asio::awaitable<Result<std::string>> read_document(const Call& call, std::size_t limit) {
    auto payload = Payload::open(call.request, call.chunk_signatures);
    if (!payload) co_return payload.error();
    auto bytes = co_await http::read_all(payload->body(), limit);
    if (!bytes) {
        if (bytes.error().code == ErrorCode::request_entity_too_large) {
            co_return Error{ErrorCode::s3_malformed_xml, "The XML you provided is larger than this operation takes."};
        }
        co_return body_error(bytes.error());
    }
    payload->update(*bytes);
    Attributes ignored;
    if (auto done = payload->verify(ignored); !done) co_return done.error();
    co_return bytes;
}

Error body_error(const Error& error) {
    if (error.code != ErrorCode::bad_request) return error;
    return {ErrorCode::s3_incomplete_body,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"};
}

}  // namespace rivulet::s3
