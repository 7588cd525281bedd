#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
namespace rivulet::s3 {

boost::asio::awaitable<Answer> delete_bucket(Call& call) {
    auto remove = [&call] { return call.context.store.delete_bucket(call.bucket); };
    const auto removed = co_await run_blocking(call.context.pool, std::move(remove));
    if (!removed) co_return removed.error();
    http::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace rivulet::s3
