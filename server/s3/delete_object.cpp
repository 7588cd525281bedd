#include "server/s3/conditions.hpp"
#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
namespace rivulet::s3 {

boost::asio::awaitable<Answer> delete_object(Call& call) {
    if (const auto version = call.parameter("versionId"); version && *version != "null") {
        co_return Error{ErrorCode::s3_invalid_argument, "Invalid version id specified"};
    }
    const auto allowed = write_precondition(call.request.headers);
    if (!allowed) co_return allowed.error();
    auto remove = [&call, &allowed] { return call.context.store.erase(call.bucket, call.key, *allowed); };
    const auto removed = co_await run_blocking(call.context.pool, std::move(remove));
    if (!removed) co_return removed.error();
    http::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace rivulet::s3
