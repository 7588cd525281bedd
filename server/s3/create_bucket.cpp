#include <pugixml.hpp>

#include "server/s3/object_headers.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/payload.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_document_bytes = 64 * 1024;
/// The region whose endpoint creates buckets anywhere, and where a bucket may be created twice.
constexpr std::string_view first_region = "us-east-1";

Error malformed() {
    return {ErrorCode::s3_malformed_xml,
            "The XML you provided was not well-formed or did not validate against our published schema"};
}

/// The LocationConstraint of a request's document; empty if it has none.
Result<std::string> parse_constraint(const std::string& document) {
    if (document.empty()) return std::string{};
    pugi::xml_document xml;
    if (!xml.load_buffer(document.data(), document.size())) return malformed();
    const auto root = xml.child("CreateBucketConfiguration");
    if (!root) return malformed();
    for (const char* unsupported : {"Location", "Bucket", "Tags"}) {
        if (!root.child(unsupported)) continue;
        return Error{ErrorCode::s3_not_implemented,
                     std::string("This server does not implement ") + unsupported + " in CreateBucketConfiguration."};
    }
    return std::string(root.child_value("LocationConstraint"));
}

bool looks_like_region(std::string_view text) {
    // Regions are added faster than programs are updated: the form is what can be checked.
    return text.size() >= 9 && text.size() <= 32 && text.find('-') == 2 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
           text.back() >= '1' && text.back() <= '9';
}

/// The region the bucket shall be in.
Result<std::string> choose_region(const std::string& constraint, const std::string& endpoint_region) {
    if (constraint.empty()) {
        if (endpoint_region == first_region) return endpoint_region;
        return Error{ErrorCode::s3_illegal_location_constraint,
                     "The unspecified location constraint is incompatible for the region specific endpoint this "
                     "request was sent to."};
    }
    const std::string region = constraint == "EU" ? "eu-west-1" : constraint;
    if (region == first_region || !looks_like_region(region)) {
        return Error{ErrorCode::s3_invalid_location_constraint, "The specified location-constraint is not valid"};
    }
    if (endpoint_region != first_region && region != endpoint_region) {
        return Error{ErrorCode::s3_illegal_location_constraint,
                     "The " + constraint +
                         " location constraint is incompatible for the region specific endpoint this request was sent "
                         "to."};
    }
    return region;
}

}  // namespace

asio::awaitable<Answer> create_bucket(Call& call) {
    if (auto done = refuse_unsupported(call.request.headers); !done) co_return done.error();
    const auto document = co_await read_document(call, max_document_bytes);
    if (!document) co_return document.error();
    const auto constraint = parse_constraint(*document);
    if (!constraint) co_return constraint.error();
    auto region = choose_region(*constraint, call.caller.region);
    if (!region) co_return region.error();

    const AccountRegion owner{call.caller.account, std::move(*region)};
    auto create = [&call, &owner] { return call.context.store.create_bucket(call.bucket, owner); };
    const auto created = co_await run_blocking(call.context.pool, std::move(create));
    const bool again = !created && created.error().code == ErrorCode::s3_bucket_already_owned_by_you;
    if (!created && !(again && call.caller.region == first_region)) co_return created.error();
    http::Response response;
    response.headers.set("Location", "/" + call.bucket);
    co_return response;
}

}  // namespace rivulet::s3
