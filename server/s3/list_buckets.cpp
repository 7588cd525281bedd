#include <charconv>

#include "common/base64.hpp"
#include "server/http/date.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/xml_text.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_buckets = 10'000;

struct BucketQuery {
    std::string prefix;
    std::string after;
    std::optional<std::string> region;
    std::size_t limit = max_buckets;
};

Result<BucketQuery> parse_query(const Call& call) {
    BucketQuery query;
    query.prefix = call.parameter("prefix").value_or("");
    if (const auto region = call.parameter("bucket-region")) query.region = std::string(*region);
    if (const auto text = call.parameter("max-buckets")) {
        const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), query.limit);
        if (fault != std::errc{} || end != text->data() + text->size() || query.limit < 1 ||
            query.limit > max_buckets) {
            return Error{ErrorCode::s3_invalid_argument, "Argument max-buckets must be an integer between 1 and 10000"};
        }
    }
    if (const auto token = call.parameter("continuation-token")) {
        if (base64_decode(*token, query.after).kind != Base64Fault::Kind::none) {
            return Error{ErrorCode::s3_invalid_argument, "The continuation token provided is incorrect"};
        }
    }
    return query;
}

bool is_asked_for(const Bucket& bucket, const BucketQuery& query, const AccountRegion& caller) {
    if (bucket.owner && bucket.owner->account != caller.account) return false;
    if (query.region && bucket.owner && bucket.owner->region != *query.region) return false;
    return bucket.name.starts_with(query.prefix) && bucket.name > query.after;
}

}  // namespace

asio::awaitable<Answer> list_buckets(Call& call) {
    const auto query = parse_query(call);
    if (!query) co_return query.error();
    auto list = [&call] { return call.context.store.list_buckets(); };
    const auto buckets = co_await run_blocking(call.context.pool, std::move(list));
    if (!buckets) co_return buckets.error();

    XmlText xml;
    xml.root("ListAllMyBucketsResult").open("Buckets");
    std::size_t count = 0;
    std::string last;
    bool truncated = false;
    for (const auto& bucket : *buckets) {
        if (!is_asked_for(bucket, *query, call.caller)) continue;
        truncated = count == query->limit;
        if (truncated) break;
        ++count;
        last = bucket.name;
        xml.open("Bucket").text("CreationDate", http::xml_date(bucket.created)).text("Name", bucket.name);
        xml.text("BucketRegion", bucket.owner ? bucket.owner->region : call.caller.region).close("Bucket");
    }
    xml.close("Buckets").open("Owner").text("DisplayName", call.caller.account);
    xml.text("ID", canonical_user_id(call.caller.account)).close("Owner");
    if (!query->prefix.empty()) xml.text("Prefix", query->prefix);
    if (truncated) xml.text("ContinuationToken", base64_encode(last));
    xml.close("ListAllMyBucketsResult");
    co_return xml_response(xml.take());
}

}  // namespace rivulet::s3
