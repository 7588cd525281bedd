#include <algorithm>
#include <pugixml.hpp>

#include "common/limits.hpp"
#include "server/s3/checksum.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/payload.hpp"
#include "server/s3/xml_text.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_document_bytes = 2 * 1024 * 1024;
constexpr std::size_t max_keys = 1000;

struct Deletions {
    std::vector<std::string> keys;
    bool quiet = false;
};

Error malformed() {
    return {ErrorCode::s3_malformed_xml,
            "The XML you provided was not well-formed or did not validate against our published schema"};
}

Result<Deletions> parse(const std::string& document) {
    pugi::xml_document xml;
    // Keys of white space alone are keys too.
    const unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single;
    if (!xml.load_buffer(document.data(), document.size(), options)) return malformed();
    const auto root = xml.child("Delete");
    Deletions deletions;
    deletions.quiet = std::string_view(root.child_value("Quiet")) == "true";
    for (const auto object : root.children("Object")) {
        const std::string_view version = object.child_value("VersionId");
        if (!version.empty() && version != "null") {
            return Error{ErrorCode::s3_not_implemented, "This server does not keep versions of objects."};
        }
        if (object.child("ETag") || object.child("LastModifiedTime") || object.child("Size")) {
            return Error{ErrorCode::s3_not_implemented, "This server does not implement conditions in DeleteObjects."};
        }
        std::string key = object.child_value("Key");
        if (key.empty()) return malformed();
        deletions.keys.push_back(std::move(key));
    }
    if (deletions.keys.empty() || deletions.keys.size() > max_keys) return malformed();
    return deletions;
}

/// The service takes no list of deletions that may have been damaged on its way.
Result<void> demand_checksum(const http::Fields& headers) {
    const auto has = [&headers](std::string_view name) { return headers.find(name).has_value(); };
    if (has("Content-MD5") || has("x-amz-trailer")) return {};
    if (std::ranges::any_of(checksum_algorithms(), has, &ChecksumAlgorithm::header)) return {};
    return Error{ErrorCode::s3_invalid_request,
                 "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"};
}

/// Deletes one key after the other; a key that fails does not stop the others.
Result<std::string> remove_all(ObjectStore& store, const std::string& bucket, const Deletions& deletions) {
    if (auto found = store.find_bucket(bucket); !found) return found.error();
    XmlText xml;
    xml.root("DeleteResult");
    for (const auto& key : deletions.keys) {
        const auto removed = store.erase(bucket, key);
        if (!removed) {
            xml.open("Error").text("Key", key).text("Code", "InternalError");
            xml.text("Message", removed.error().message).close("Error");
        } else if (!deletions.quiet) {
            xml.open("Deleted").text("Key", key).close("Deleted");
        }
    }
    return xml.close("DeleteResult").take();
}

}  // namespace

asio::awaitable<Answer> delete_objects(Call& call) {
    if (auto done = demand_checksum(call.request.headers); !done) co_return done.error();
    const auto document = co_await read_document(call, max_document_bytes);
    if (!document) co_return document.error();
    const auto deletions = parse(*document);
    if (!deletions) co_return deletions.error();
    auto remove = [&call, &deletions] { return remove_all(call.context.store, call.bucket, *deletions); };
    auto result = co_await run_blocking(call.context.pool, std::move(remove));
    if (!result) co_return result.error();
    co_return xml_response(std::move(*result));
}

}  // namespace rivulet::s3
