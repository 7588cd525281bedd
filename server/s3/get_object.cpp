#include <algorithm>
#include <array>
#include <memory>

#include "server/s3/byte_range.hpp"
#include "server/s3/conditions.hpp"
#include "server/s3/object_headers.hpp"
#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

/// A part of an object, read as it is sent.
class ObjectBody final : public http::Body {
public:
    ObjectBody(ObjectReader reader, ByteRange range, BlockingPool& pool)
        : reader_(std::move(reader)), at_(range.first), left_(range.length), pool_(pool) {}

    std::optional<std::uint64_t> length() const override { return left_; }

    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
        if (wanted == 0) co_return std::size_t{0};
        auto read = [this, piece = buffer.first(wanted)] { return reader_.read(at_, piece); };
        const auto count = co_await run_blocking(pool_, std::move(read));
        if (!count) co_return count.error();
        if (*count == 0) co_return Error{ErrorCode::io_failure, "the object's file was cut short while it was read"};
        at_ += *count;
        left_ -= *count;
        co_return *count;
    }

private:
    ObjectReader reader_;
    std::uint64_t at_;
    std::uint64_t left_;
    BlockingPool& pool_;
};

struct Override {
    std::string_view parameter;
    const char* header;
};
constexpr std::array<Override, 6> overrides = {{
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
}};

/// The range a request asks for; a Range is ignored if the If-Range beside it speaks of another object.
RangeAnswer range_of(const http::Fields& headers, const ObjectInfo& object) {
    const auto range = headers.find("Range");
    if (!range) return WholeObject{};
    if (const auto condition = headers.find("If-Range"); condition && !matches_etag(*condition, object.etag)) {
        return WholeObject{};
    }
    return resolve_range(*range, object.size);
}

http::Response not_modified(const ObjectInfo& object) {
    http::Response response;
    response.status = 304;
    show_object(response.headers, object, false);
    return response;
}

Error unsatisfiable(Call& call, std::uint64_t size) {
    call.error_details.emplace_back("RangeRequested", call.request.headers.get("Range"));
    call.error_details.emplace_back("ActualObjectSize", std::to_string(size));
    call.error_headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return {ErrorCode::s3_invalid_range, "The requested range is not satisfiable"};
}

Answer answer_with(Call& call, ObjectReader reader) {
    const auto& headers = call.request.headers;
    const ObjectInfo& object = reader.info();
    switch (evaluate(read_conditions, headers, object)) {
        case ConditionAnswer::failed: return precondition_failed();
        case ConditionAnswer::not_modified: return not_modified(object);
        case ConditionAnswer::holds: break;
    }
    const RangeAnswer asked = range_of(headers, object);
    if (std::holds_alternative<UnsatisfiableRange>(asked)) return unsatisfiable(call, object.size);
    const auto* const part = std::get_if<ByteRange>(&asked);
    const ByteRange range = part != nullptr ? *part : ByteRange{0, object.size};

    http::Response response;
    // A checksum is of the whole object, so it would only mislead beside a part of it.
    const bool with_checksums = part == nullptr && headers.get("x-amz-checksum-mode") == "ENABLED";
    show_object(response.headers, object, with_checksums);
    if (part != nullptr) {
        response.status = 206;
        response.headers.set("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                  std::to_string(range.first + range.length - 1) + "/" +
                                                  std::to_string(object.size));
    }
    for (const auto& [parameter, header] : overrides) {
        if (const auto value = call.parameter(parameter)) response.headers.set(header, std::string(*value));
    }
    response.body = std::make_unique<ObjectBody>(std::move(reader), range, call.context.pool);
    return response;
}

}  // namespace

asio::awaitable<Answer> get_object(Call& call) {
    if (const auto version = call.parameter("versionId"); version && *version != "null") {
        co_return Error{ErrorCode::s3_invalid_argument, "Invalid version id specified"};
    }
    auto open = [&call] { return call.context.store.read(call.bucket, call.key); };
    auto reader = co_await run_blocking(call.context.pool, std::move(open));
    if (!reader) co_return reader.error();
    co_return answer_with(call, std::move(*reader));
}

/// The same as GetObject; the listener sends no body in answer to HEAD, only its length.
asio::awaitable<Answer> head_object(Call& call) {
    co_return co_await get_object(call);
}

}  // namespace rivulet::s3
