#include "server/s3/listing_xml.hpp"
#include "server/s3/operations.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
namespace rivulet::s3 {

namespace {

/// Whether a name is what keys of the query are rolled up into, and not a key that merely ends with the delimiter.
bool is_common_prefix(const std::string& name, const ListQuery& query) {
    if (query.delimiter.empty() || !name.starts_with(query.prefix)) return false;
    const std::size_t found = name.find(query.delimiter, query.prefix.size());
    return found != std::string::npos && found + query.delimiter.size() == name.size();
}

}  // namespace

boost::asio::awaitable<Answer> list_objects(Call& call) {
    const auto parameters = listing_parameters(call);
    if (!parameters) co_return parameters.error();
    const std::string marker(call.parameter("marker").value_or(""));
    ListQuery query{parameters->prefix, parameters->delimiter, marker, {}, parameters->max_keys};
    // A page with a delimiter may have ended with a common prefix, and its NextMarker was that.
    if (is_common_prefix(marker, query)) query.after_prefix = marker;
    auto list = [&call, &query] { return call.context.store.list(call.bucket, query); };
    const auto listing = co_await run_blocking(call.context.pool, std::move(list));
    if (!listing) co_return listing.error();

    XmlText xml;
    xml.root("ListBucketResult").text("Name", call.bucket);
    xml.text("Prefix", shown_name(query.prefix, parameters->encode));
    xml.text("Marker", shown_name(marker, parameters->encode));
    if (listing->truncated && !query.delimiter.empty()) {
        xml.text("NextMarker", shown_name(listing->last.name, parameters->encode));
    }
    xml.text("MaxKeys", std::to_string(query.limit));
    if (!query.delimiter.empty()) xml.text("Delimiter", shown_name(query.delimiter, parameters->encode));
    if (parameters->encode) xml.text("EncodingType", "url");
    xml.text("IsTruncated", listing->truncated ? "true" : "false");
    append_items(xml, *listing, *parameters, call.caller.account);
    xml.close("ListBucketResult");
    co_return xml_response(xml.take());
}

}  // namespace rivulet::s3
