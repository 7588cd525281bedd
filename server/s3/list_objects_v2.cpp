#include "common/base64.hpp"
#include "server/s3/listing_xml.hpp"
#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

// A token says where the next page begins: after a key, or after all keys of a common prefix.
constexpr char after_key = 'k';
constexpr char after_prefix = 'p';

std::string make_token(const ListItem& last) {
    return base64_encode((last.is_prefix ? after_prefix : after_key) + last.name);
}

Result<void> apply_token(std::string_view token, ListQuery& query) {
    std::string place;
    const bool decoded = base64_decode(token, place).kind == Base64Fault::Kind::none;
    if (!decoded || place.size() < 2 || (place[0] != after_key && place[0] != after_prefix)) {
        return Error{ErrorCode::s3_invalid_argument, "The continuation token provided is incorrect"};
    }
    query.after = place.substr(1);
    if (place[0] == after_prefix) query.after_prefix = query.after;
    return {};
}

}  // namespace

asio::awaitable<Answer> list_objects_v2(Call& call) {
    const auto parameters = listing_parameters(call);
    if (!parameters) co_return parameters.error();
    ListQuery query{parameters->prefix, parameters->delimiter, {}, {}, parameters->max_keys};
    const auto start_after = call.parameter("start-after");
    const auto token = call.parameter("continuation-token");
    if (start_after) query.after = std::string(*start_after);
    if (token) {
        if (auto done = apply_token(*token, query); !done) co_return done.error();
    }
    auto list = [&call, &query] { return call.context.store.list(call.bucket, query); };
    const auto listing = co_await run_blocking(call.context.pool, std::move(list));
    if (!listing) co_return listing.error();

    XmlText xml;
    xml.root("ListBucketResult").text("Name", call.bucket);
    xml.text("Prefix", shown_name(query.prefix, parameters->encode));
    if (start_after) xml.text("StartAfter", shown_name(*start_after, parameters->encode));
    if (token) xml.text("ContinuationToken", *token);
    if (listing->truncated) xml.text("NextContinuationToken", make_token(listing->last));
    xml.text("KeyCount", std::to_string(listing->items.size())).text("MaxKeys", std::to_string(query.limit));
    if (!query.delimiter.empty()) xml.text("Delimiter", shown_name(query.delimiter, parameters->encode));
    if (parameters->encode) xml.text("EncodingType", "url");
    xml.text("IsTruncated", listing->truncated ? "true" : "false");
    const bool with_owner = call.parameter("fetch-owner") == "true";
    append_items(xml, *listing, *parameters, with_owner ? call.caller.account : std::string_view{});
    xml.close("ListBucketResult");
    co_return xml_response(xml.take());
}

}  // namespace rivulet::s3
