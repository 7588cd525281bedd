#include <algorithm>

#include "common/base64.hpp"
#include "common/limits.hpp"
#include "server/http/date.hpp"
#include "server/s3/address.hpp"
#include "server/s3/checksum.hpp"
#include "server/s3/conditions.hpp"
#include "server/s3/object_headers.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/xml_text.hpp"

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
namespace rivulet::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::string_view checksum_prefix = "x-amz-checksum-";
constexpr std::string_view storage_class_header = "x-amz-storage-class";
constexpr std::size_t piece_bytes = 1024 * 1024;

/// What is to be copied where, and how; all that the header says.
struct Copy {
    Address source;
    bool replace_metadata = false;
    Attributes attributes;                         ///< of the request
    const ChecksumAlgorithm* algorithm = nullptr;  ///< to compute, if asked for
    Precondition allowed;
};

Result<Address> parse_source(std::string_view text) {
    if (const auto question = text.find('?'); question != std::string_view::npos) {
        if (text.substr(question) != "?versionId=null") {
            return Error{ErrorCode::s3_invalid_argument, "Invalid version id specified"};
        }
        text = text.substr(0, question);
    }
    auto source = parse_path(text);
    if (!source) return source.error();
    if (source->bucket.empty() || source->key.empty()) {
        return Error{ErrorCode::s3_invalid_argument,
                     "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"};
    }
    return source;
}

bool changes_something(const Copy& copy) {
    return copy.replace_metadata || copy.algorithm != nullptr ||
           std::ranges::count(copy.attributes, storage_class_header, &Attributes::value_type::first) > 0;
}

Result<Copy> parse_copy(const Call& call) {
    const auto& headers = call.request.headers;
    if (auto done = refuse_unsupported(headers); !done) return done.error();
    Copy copy;
    auto source = parse_source(headers.get("x-amz-copy-source"));
    if (!source) return source.error();
    copy.source = std::move(*source);
    const std::string_view directive = headers.get("x-amz-metadata-directive");
    if (!directive.empty() && directive != "COPY" && directive != "REPLACE") {
        return Error{ErrorCode::s3_invalid_argument, "Unknown metadata directive."};
    }
    copy.replace_metadata = directive == "REPLACE";
    auto attributes = attributes_of(headers);
    if (!attributes) return attributes.error();
    copy.attributes = std::move(*attributes);
    if (const auto name = headers.find("x-amz-checksum-algorithm")) {
        copy.algorithm = find_checksum_algorithm(*name);
        if (copy.algorithm == nullptr) {
            return Error{ErrorCode::s3_not_implemented,
                         "This server does not implement the checksum algorithm " + std::string(*name) + "."};
        }
    }
    auto allowed = write_precondition(headers);
    if (!allowed) return allowed.error();
    copy.allowed = std::move(*allowed);
    const bool onto_itself = copy.source.bucket == call.bucket && copy.source.key == call.key;
    if (onto_itself && !changes_something(copy)) {
        return Error{ErrorCode::s3_invalid_request,
                     "This copy request is illegal because it is trying to copy an object to itself without changing "
                     "the object's metadata, storage class, website redirect location or encryption attributes."};
    }
    return copy;
}

/// The new object's attributes: the source's or the request's, the request's storage class, and the checksum.
Attributes choose_attributes(const Copy& copy, const ObjectInfo& source, const std::string& checksum) {
    Attributes chosen;
    const auto is_checksum = [](const auto& attribute) { return attribute.first.starts_with(checksum_prefix); };
    const auto is_class = [](const auto& attribute) { return attribute.first == storage_class_header; };
    for (const auto& attribute : copy.replace_metadata ? copy.attributes : source.attributes) {
        if (!is_checksum(attribute) && !is_class(attribute)) chosen.push_back(attribute);
    }
    std::ranges::copy_if(copy.attributes, std::back_inserter(chosen), is_class);
    if (copy.algorithm != nullptr) {
        chosen.emplace_back(std::string(copy.algorithm->header), base64_encode(checksum));
    } else {
        std::ranges::copy_if(source.attributes, std::back_inserter(chosen), is_checksum);
    }
    return chosen;
}

Result<ObjectReader> open_source(Call& call, const Copy& copy) {
    auto reader = call.context.store.read(copy.source.bucket, copy.source.key);
    if (!reader) return reader;
    if (evaluate(copy_source_conditions, call.request.headers, reader->info()) != ConditionAnswer::holds) {
        return precondition_failed();
    }
    if (reader->info().size > limits::max_put_object_bytes) {
        return Error{ErrorCode::s3_invalid_request,
                     "The specified copy source is larger than the maximum allowable size for a copy source: "
                     "5368709120"};
    }
    return reader;
}

/// Copies the next piece; false at the end of the source.
Result<bool> copy_piece(const ObjectReader& reader, std::uint64_t offset, std::string& buffer, ObjectWriter& writer,
                        Checksum* checksum) {
    const auto count = reader.read(offset, buffer);
    if (!count) return count.error();
    const std::string_view piece(buffer.data(), *count);
    if (checksum != nullptr) checksum->update(piece);
    if (auto done = writer.append(piece); !done) return done.error();
    return *count == buffer.size();
}

http::Response copy_response(const ObjectInfo& object) {
    XmlText xml;
    xml.root("CopyObjectResult").text("LastModified", http::xml_date(object.last_modified));
    xml.text("ETag", '"' + object.etag + '"');
    for (const auto& [name, value] : object.attributes) {
        const auto* algorithm = find_checksum_algorithm(name);
        if (algorithm == nullptr) continue;
        xml.text("ChecksumType", "FULL_OBJECT").text("Checksum" + std::string(algorithm->name), value);
    }
    auto response = xml_response(xml.close("CopyObjectResult").take());
    response.headers.set("x-amz-server-side-encryption", "AES256");
    return response;
}

}  // namespace

asio::awaitable<Answer> copy_object(Call& call) {
    const auto copy = parse_copy(call);
    if (!copy) co_return copy.error();
    auto& pool = call.context.pool;
    auto open = [&] { return open_source(call, *copy); };
    const auto reader = co_await run_blocking(pool, std::move(open));
    if (!reader) co_return reader.error();
    auto begin = [&call] { return call.context.store.write(call.bucket); };
    auto writer = co_await run_blocking(pool, std::move(begin));
    if (!writer) co_return writer.error();

    const auto checksum = copy->algorithm != nullptr ? copy->algorithm->make() : nullptr;
    std::string buffer(static_cast<std::size_t>(std::clamp<std::uint64_t>(reader->info().size + 1, 1, piece_bytes)),
                       '\0');
    for (std::uint64_t offset = 0;; offset += buffer.size()) {
        auto copy_next = [&, offset] { return copy_piece(*reader, offset, buffer, *writer, checksum.get()); };
        const auto more = co_await run_blocking(pool, std::move(copy_next));
        if (!more) co_return more.error();
        if (!*more) break;
    }
    auto attributes = choose_attributes(*copy, reader->info(), checksum ? checksum->finish() : std::string{});
    auto commit = [&] { return writer->commit(call.key, std::move(attributes), copy->allowed); };
    const auto stored = co_await run_blocking(pool, std::move(commit));
    if (!stored) co_return stored.error();
    co_return copy_response(*stored);
}

}  // namespace rivulet::s3
