#include "server/s3/operations.hpp"
#include "server/s3/xml_text.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
namespace rivulet::s3 {

boost::asio::awaitable<Answer> get_bucket_location(Call& call) {
    auto find = [&call] { return call.context.store.find_bucket(call.bucket); };
    const auto bucket = co_await run_blocking(call.context.pool, std::move(find));
    if (!bucket) co_return bucket.error();
    const std::string region = bucket->owner ? bucket->owner->region : call.caller.region;
    // Buckets of us-east-1 have no constraint; the document's one element is itself the text.
    std::string document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"";
    document += xml_namespace;
    document += "\">" + (region == "us-east-1" ? std::string{} : region) + "</LocationConstraint>";
    co_return xml_response(std::move(document));
}

}  // namespace rivulet::s3
