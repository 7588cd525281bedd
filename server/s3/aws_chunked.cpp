#include "server/s3/aws_chunked.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>
#include <cstring>

#include "server/s3/signature.hpp"

namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::size_t window_bytes = 64 * 1024;
constexpr std::size_t max_line_bytes = 8 * 1024;
constexpr int max_trailers = 32;
constexpr std::string_view trailer_signature = "x-amz-trailer-signature";

Error broken(std::string_view why) {
    return {ErrorCode::s3_incomplete_body, "The aws-chunked request body is broken: " + std::string(why)};
}

/// The signature in a chunk's first line, `400;chunk-signature=…`; empty if it has none.
std::string signature_in(std::string_view line) {
    constexpr std::string_view name = ";chunk-signature=";
    const auto found = line.find(name);
    return found == std::string_view::npos ? std::string() : std::string(line.substr(found + name.size()));
}

}  // namespace

/// Reads more of the encoded body; false at its end.
asio::awaitable<Result<bool>> AwsChunkedBody::fill() {
    window_.erase(0, taken_);
    taken_ = 0;
    const std::size_t kept = window_.size();
    window_.resize(kept + window_bytes);
    const auto count = co_await encoded_.read_some(std::span(window_).subspan(kept));
    window_.resize(kept + (count ? *count : 0));
    if (!count) co_return count.error();
    co_return *count > 0;
}

/// A line without its CRLF. At the end of the body, what is left counts as a line.
asio::awaitable<Result<std::string>> AwsChunkedBody::read_line() {
    for (;;) {
        const std::size_t end = window_.find("\r\n", taken_);
        if (end != std::string::npos) {
            std::string line = window_.substr(taken_, end - taken_);
            taken_ = end + 2;
            co_return line;
        }
        if (window_.size() - taken_ > max_line_bytes) co_return broken("a line is too long");
        const auto more = co_await fill();
        if (!more) co_return more.error();
        if (!*more) {
            std::string rest = window_.substr(taken_);
            taken_ = window_.size();
            co_return rest;
        }
    }
}

asio::awaitable<Result<void>> AwsChunkedBody::begin_chunk() {
    const auto line = co_await read_line();
    if (!line) co_return line.error();
    const std::string_view digits = std::string_view(*line).substr(0, line->find(';'));
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), chunk_left_, 16);
    if (fault != std::errc{} || end != digits.data() + digits.size()) co_return broken("a chunk has no length");
    if (signatures_) {
        chunk_signature_ = signature_in(*line);
        chunk_digest_ = make_digest("SHA256");
    }
    co_return Result<void>{};
}

/// Judges the chunk that has been read whole.
Result<void> AwsChunkedBody::end_chunk() {
    if (!signatures_ || signatures_->is_next_chunk(chunk_digest_->finish(), chunk_signature_)) return {};
    return signature_mismatch();
}

Result<void> AwsChunkedBody::check_trailer_signature() {
    const auto stated = trailers_.find(trailer_signature);
    if (!signatures_ || (signed_trailers_.empty() && !stated)) return {};
    if (stated && signatures_->is_trailer(signed_trailers_, *stated)) return {};
    return signature_mismatch();
}

asio::awaitable<Result<void>> AwsChunkedBody::read_trailers() {
    for (int count = 0; count <= max_trailers; ++count) {
        const auto line = co_await read_line();
        if (!line) co_return line.error();
        if (line->empty()) co_return check_trailer_signature();
        const std::size_t colon = line->find(':');
        if (colon == std::string::npos) {
            co_return Error{ErrorCode::s3_malformed_trailer,
                            "The request contained trailing data that was not well-formed or did not conform to our "
                            "published schema."};
        }
        const std::size_t value = line->find_first_not_of(" \t", colon + 1);
        std::string name = line->substr(0, colon);
        std::string text = value == std::string::npos ? "" : line->substr(value);
        if (signatures_ && !boost::beast::iequals(name, trailer_signature))
            signed_trailers_ += name + ':' + text + '\n';
        trailers_.add(std::move(name), std::move(text));
    }
    co_return broken("it has too many trailing fields");
}

asio::awaitable<Result<std::size_t>> AwsChunkedBody::read_some(std::span<char> buffer) {
    if (ended_) co_return std::size_t{0};
    if (chunk_left_ == 0) {
        if (auto begun = co_await begin_chunk(); !begun) co_return begun.error();
        if (chunk_left_ == 0) {
            if (auto done = end_chunk(); !done) co_return done.error();
            if (auto done = co_await read_trailers(); !done) co_return done.error();
            ended_ = true;
            if (decoded_length_ && decoded_ != *decoded_length_)
                co_return broken("it has another length than announced");
            co_return std::size_t{0};
        }
    }
    if (taken_ == window_.size()) {
        const auto more = co_await fill();
        if (!more) co_return more.error();
        if (!*more) co_return broken("it ends inside a chunk");
    }
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>({chunk_left_, buffer.size(), window_.size() - taken_}));
    std::memcpy(buffer.data(), window_.data() + taken_, count);
    if (signatures_) chunk_digest_->update({buffer.data(), count});
    taken_ += count;
    decoded_ += count;
    chunk_left_ -= count;
    if (chunk_left_ == 0) {
        const auto rest = co_await read_line();
        if (!rest) co_return rest.error();
        if (!rest->empty()) co_return broken("a chunk is longer than its length");
        if (auto done = end_chunk(); !done) co_return done.error();
    }
    co_return count;
}

}  // namespace rivulet::s3
