#include "common/limits.hpp"
#include "server/s3/conditions.hpp"
#include "server/s3/object_headers.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/payload.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

/// Bytes that are handed to the file system at once.
constexpr std::size_t piece_bytes = 128 * 1024;

Error too_large() {
    return {ErrorCode::s3_entity_too_large, "Your proposed upload exceeds the maximum allowed size"};
}

/// Reads until the buffer is full or the body ends.
asio::awaitable<Result<std::size_t>> read_piece(http::Body& body, std::span<char> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto count = co_await body.read_some(buffer.subspan(filled));
        if (!count) co_return body_error(count.error());
        if (*count == 0) break;
        filled += *count;
    }
    co_return filled;
}

Result<void> check_length(const http::Request& request, const http::Body& body) {
    const bool told = request.headers.find("Content-Length") || request.headers.find("x-amz-decoded-content-length");
    const auto length = body.length();
    if (length && *length == 0 && !told) {
        return Error{ErrorCode::s3_missing_content_length, "You must provide the Content-Length HTTP header."};
    }
    if (length && *length > limits::max_put_object_bytes) return too_large();
    return {};
}

/// Everything that can be refused before a byte of the object is read.
struct Upload {
    Attributes attributes;
    Precondition allowed;
    Payload payload;
};

Result<Upload> prepare(const Call& call) {
    const auto& request = call.request;
    if (auto done = refuse_unsupported(request.headers); !done) return done.error();
    auto attributes = attributes_of(request.headers);
    if (!attributes) return attributes.error();
    auto allowed = write_precondition(request.headers);
    if (!allowed) return allowed.error();
    auto payload = Payload::open(request, call.chunk_signatures);
    if (!payload) return payload.error();
    if (auto done = check_length(request, payload->body()); !done) return done.error();
    return Upload{std::move(*attributes), std::move(*allowed), std::move(*payload)};
}

}  // namespace

asio::awaitable<Answer> put_object(Call& call) {
    auto upload = prepare(call);
    if (!upload) co_return upload.error();
    auto begin = [&call] { return call.context.store.write(call.bucket); };
    auto writer = co_await run_blocking(call.context.pool, std::move(begin));
    if (!writer) co_return writer.error();

    std::string buffer(piece_bytes, '\0');
    std::uint64_t total = 0;
    for (;;) {
        const auto count = co_await read_piece(upload->payload.body(), buffer);
        if (!count) co_return count.error();
        total += *count;
        if (total > limits::max_put_object_bytes) co_return too_large();
        const std::string_view piece(buffer.data(), *count);
        const bool last = *count < buffer.size();
        auto store_piece = [&]() -> Result<std::optional<ObjectInfo>> {
            upload->payload.update(piece);
            if (auto done = writer->append(piece); !done) return done.error();
            if (!last) return std::optional<ObjectInfo>{};
            if (auto done = upload->payload.verify(upload->attributes); !done) return done.error();
            auto stored = writer->commit(call.key, std::move(upload->attributes), upload->allowed);
            if (!stored) return stored.error();
            return std::optional<ObjectInfo>(std::move(*stored));
        };
        const auto stored = co_await run_blocking(call.context.pool, std::move(store_piece));
        if (!stored) co_return stored.error();
        if (!*stored) continue;
        http::Response response;
        show_stored(response.headers, **stored);
        co_return response;
    }
}

}  // namespace rivulet::s3
