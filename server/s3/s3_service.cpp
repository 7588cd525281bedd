#include "server/s3/s3_service.hpp"

#include <algorithm>
#include <cctype>

#include "common/base64.hpp"
#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "s3-sink/bucket_name.hpp"
#include "server/s3/address.hpp"
#include "server/s3/authentication.hpp"
#include "server/s3/routes.hpp"
#include "server/s3/xml_text.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace s3 {

namespace {

struct RequestIds {
    std::string request_id;
    std::string host_id;
};

RequestIds make_ids(Random& random) {
    std::string id = hex_encode(random_bytes(random, 8));
    std::ranges::transform(id, id.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return {std::move(id), base64_encode(random_bytes(random, 56))};
}

/// What clients are told of a failure that is the server's own.
Error shown(const Error& error) {
    if (error.code == ErrorCode::io_failure || error.code == ErrorCode::internal_failure) {
        return {ErrorCode::s3_internal_error,
                "We encountered an internal error. Please try again. (" + error.message + ")"};
    }
    return error;
}

http::Response error_response(const Call& call, const Error& failure, const RequestIds& ids) {
    const Error error = shown(failure);
    const auto [code, status] = kind_of(error.code);
    XmlText xml;
    xml.open("Error").text("Code", code).text("Message", error.message);
    if (error.code == ErrorCode::s3_no_such_key) xml.text("Key", call.key);
    if (!call.bucket.empty()) xml.text("BucketName", call.bucket);
    for (const auto& [name, value] : call.error_details) xml.text(name, value);
    xml.text("Resource", http::path_of(call.request.target));
    xml.text("RequestId", ids.request_id).text("HostId", ids.host_id).close("Error");
    http::Response response = xml_response(xml.take());
    response.status = status;
    for (const auto& [name, value] : call.error_headers) response.headers.set(name, value);
    // An error to HEAD has no body to tell the length of.
    if (call.request.method == "HEAD") {
        response.body = std::string{};
        response.headers.set("Content-Length", "0");
    }
    return response;
}

/// Refuses the bucket of another account where the request says whose it must be.
asio::awaitable<Result<void>> check_expected_owner(Call& call) {
    const auto expected = call.request.headers.find("x-amz-expected-bucket-owner");
    if (!expected || call.bucket.empty()) co_return Result<void>{};
    auto find = [&call] { return call.context.store.find_bucket(call.bucket); };
    const auto bucket = co_await run_blocking(call.context.pool, std::move(find));
    if (!bucket) co_return Result<void>{};  // The operation says what it makes of that.
    const std::string owner = bucket->owner ? bucket->owner->account : call.caller.account;
    if (owner != *expected) co_return Error{ErrorCode::s3_access_denied, "Access Denied"};
    co_return Result<void>{};
}

asio::awaitable<Answer> run(Call& call, const AccountRegion& anonymous) {
    auto query = http::query_of(call.request.target);
    if (!query) co_return Error{ErrorCode::s3_invalid_uri, "Couldn't parse the specified URI."};
    call.query = std::move(*query);
    auto caller = authenticate(call, anonymous);
    if (!caller) co_return caller.error();
    call.caller = std::move(*caller);
    auto address = parse_address(call.request.headers.get("Host"), http::path_of(call.request.target));
    if (!address) co_return address.error();
    call.bucket = std::move(address->bucket);
    call.key = std::move(address->key);
    const bool names_bucket = !call.bucket.empty() || !call.key.empty();
    if (names_bucket && !is_bucket_name(call.bucket)) {
        co_return Error{ErrorCode::s3_invalid_bucket_name, "The specified bucket is not valid."};
    }
    const Route* const route = find_route(call);
    if (route == nullptr) {
        co_return Error{ErrorCode::s3_method_not_allowed, "The specified method is not allowed against this resource."};
    }
    if (route->operation == nullptr) {
        co_return Error{ErrorCode::s3_not_implemented,
                        "This server does not implement the operation " + std::string(route->name) + "."};
    }
    if (auto done = co_await check_expected_owner(call); !done) co_return done.error();
    co_return co_await route->operation(call);
}

}  // namespace

std::optional<std::string_view> Call::parameter(std::string_view name) const {
    for (const auto& [key_name, value] : query) {
        if (key_name == name) return value;
    }
    return std::nullopt;
}

http::Response xml_response(std::string document) {
    http::Response response;
    response.headers.set("Content-Type", "application/xml");
    response.body = std::move(document);
    return response;
}

std::string canonical_user_id(std::string_view account) {
    return hex_encode(sha256(account));
}

}  // namespace s3

asio::awaitable<http::Response> S3Service::handle(http::Request& request) {
    const auto ids = s3::make_ids(context_.random);
    s3::Call call{context_, request, {}, {}, {}, {}, {}, {}, {}};
    auto answer = co_await s3::run(call, anonymous_);
    http::Response response = answer ? std::move(*answer) : s3::error_response(call, answer.error(), ids);
    response.headers.set("x-amz-request-id", ids.request_id);
    response.headers.set("x-amz-id-2", ids.host_id);
    response.headers.set("Server", "AmazonS3");
    co_return response;
}

}  // namespace rivulet
