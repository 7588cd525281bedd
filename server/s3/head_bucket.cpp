#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
namespace rivulet::s3 {

boost::asio::awaitable<Answer> head_bucket(Call& call) {
    auto find = [&call] { return call.context.store.find_bucket(call.bucket); };
    const auto bucket = co_await run_blocking(call.context.pool, std::move(find));
    if (!bucket) co_return bucket.error();
    http::Response response;
    response.headers.set("x-amz-bucket-region", bucket->owner ? bucket->owner->region : call.caller.region);
    response.headers.set("x-amz-access-point-alias", "false");
    response.headers.set("Content-Type", "application/xml");
    co_return response;
}

}  // namespace rivulet::s3
