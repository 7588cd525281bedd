#include "server/s3/object_headers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "common/limits.hpp"
#include "server/http/date.hpp"
#include "server/s3/checksum.hpp"

namespace rivulet::s3 {

namespace {

constexpr std::string_view metadata_prefix = "x-amz-meta-";
constexpr std::string_view checksum_prefix = "x-amz-checksum-";
constexpr std::string_view storage_class_header = "x-amz-storage-class";

/// How a kept attribute is spelled in an answer.
struct SystemHeader {
    std::string_view attribute;
    const char* shown;
};
constexpr std::array<SystemHeader, 6> system_headers = {{
    {"content-type", "Content-Type"},
    {"cache-control", "Cache-Control"},
    {"content-disposition", "Content-Disposition"},
    {"content-encoding", "Content-Encoding"},
    {"content-language", "Content-Language"},
    {"expires", "Expires"},
}};

constexpr std::array<std::string_view, 6> readable_classes = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                                              "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"};
constexpr std::array<std::string_view, 2> archive_classes = {"GLACIER", "DEEP_ARCHIVE"};

/// Headers whose value asks for something unless it is one of those that ask for what is done anyway.
struct RefusedHeader {
    std::string_view name;
    std::array<std::string_view, 2> harmless;
};
constexpr std::array<RefusedHeader, 18> refused_headers = {{
    {"x-amz-acl", {"private", "bucket-owner-full-control"}},
    {"x-amz-grant-full-control", {}},
    {"x-amz-grant-read", {}},
    {"x-amz-grant-read-acp", {}},
    {"x-amz-grant-write", {}},
    {"x-amz-grant-write-acp", {}},
    {"x-amz-server-side-encryption", {"AES256"}},
    {"x-amz-server-side-encryption-customer-algorithm", {}},
    {"x-amz-copy-source-server-side-encryption-customer-algorithm", {}},
    {"x-amz-server-side-encryption-aws-kms-key-id", {}},
    {"x-amz-tagging", {}},
    {"x-amz-tagging-directive", {"COPY"}},
    {"x-amz-website-redirect-location", {}},
    {"x-amz-write-offset-bytes", {}},
    {"x-amz-object-lock-mode", {}},
    {"x-amz-object-lock-legal-hold", {"OFF"}},
    {"x-amz-bucket-object-lock-enabled", {"false"}},
    {"x-amz-object-ownership", {"BucketOwnerEnforced"}},
}};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// The codings of a Content-Encoding that describe the object, without the one that describes the request.
std::string kept_encoding(std::string_view value) {
    std::string kept;
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        std::string_view coding = value.substr(0, comma);
        while (coding.starts_with(' ')) coding.remove_prefix(1);
        while (coding.ends_with(' ')) coding.remove_suffix(1);
        if (!coding.empty() && lower(coding) != "aws-chunked") {
            if (!kept.empty()) kept += ',';
            kept += coding;
        }
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return kept;
}

Result<void> add_system_headers(const http::Fields& headers, Attributes& attributes) {
    for (const auto& [attribute, shown] : system_headers) {
        const auto value = headers.find(shown);
        if (!value || value->empty()) continue;
        std::string kept = attribute == "content-encoding" ? kept_encoding(*value) : std::string(*value);
        if (!kept.empty()) attributes.emplace_back(attribute, std::move(kept));
    }
    return {};
}

Result<void> add_user_metadata(const http::Fields& headers, Attributes& attributes) {
    std::size_t bytes = 0;
    for (const auto& [field, value] : headers) {
        std::string name = lower(field);
        if (!name.starts_with(metadata_prefix)) continue;
        bytes += name.size() - metadata_prefix.size() + value.size();
        const auto same = std::ranges::find(attributes, name, &Attributes::value_type::first);
        if (same != attributes.end()) {
            same->second += "," + value;
        } else {
            attributes.emplace_back(std::move(name), value);
        }
    }
    if (bytes > limits::max_user_metadata_bytes) {
        return Error{ErrorCode::s3_metadata_too_large,
                     "Your metadata headers exceed the maximum allowed metadata size"};
    }
    return {};
}

Result<void> add_storage_class(const http::Fields& headers, Attributes& attributes) {
    const std::string_view value = headers.get(storage_class_header);
    if (value.empty() || value == "STANDARD") return {};
    if (std::ranges::count(archive_classes, value) > 0) {
        return Error{
            ErrorCode::s3_not_implemented,
            "A header you provided implies functionality that is not implemented: storage class " + std::string(value)};
    }
    if (std::ranges::count(readable_classes, value) == 0) {
        return Error{ErrorCode::s3_invalid_storage_class, "The storage class you specified is not valid"};
    }
    attributes.emplace_back(storage_class_header, value);
    return {};
}

}  // namespace

Result<Attributes> attributes_of(const http::Fields& headers) {
    Attributes attributes;
    if (auto done = add_system_headers(headers, attributes); !done) return done.error();
    if (auto done = add_user_metadata(headers, attributes); !done) return done.error();
    if (auto done = add_storage_class(headers, attributes); !done) return done.error();
    return attributes;
}

Result<void> refuse_unsupported(const http::Fields& headers) {
    for (const auto& [name, harmless] : refused_headers) {
        const auto value = headers.find(name);
        if (!value || value->empty() || std::ranges::count(harmless, *value) > 0) continue;
        return Error{ErrorCode::s3_not_implemented,
                     "A header you provided implies functionality that is not implemented: " + std::string(name)};
    }
    return {};
}

void show_object(http::Fields& headers, const ObjectInfo& object, bool with_checksums) {
    headers.set("ETag", '"' + object.etag + '"');
    headers.set("Last-Modified", http::http_date(object.last_modified));
    headers.set("Accept-Ranges", "bytes");
    headers.set("Content-Type", "binary/octet-stream");
    headers.set("x-amz-server-side-encryption", "AES256");
    for (const auto& [name, value] : object.attributes) {
        if (name.starts_with(checksum_prefix)) {
            if (!with_checksums) continue;
            headers.set("x-amz-checksum-type", "FULL_OBJECT");
        }
        const auto system = std::ranges::find(system_headers, name, &SystemHeader::attribute);
        headers.set(system == system_headers.end() ? name : system->shown, value);
    }
}

void show_stored(http::Fields& headers, const ObjectInfo& object) {
    headers.set("ETag", '"' + object.etag + '"');
    headers.set("x-amz-server-side-encryption", "AES256");
    for (const auto& [name, value] : object.attributes) {
        if (!name.starts_with(checksum_prefix)) continue;
        headers.set(name, value);
        headers.set("x-amz-checksum-type", "FULL_OBJECT");
    }
}

std::string_view find_attribute(const ObjectInfo& object, std::string_view name) {
    const auto found = std::ranges::find(object.attributes, name, &Attributes::value_type::first);
    return found == object.attributes.end() ? std::string_view{} : found->second;
}

std::string_view storage_class_of(const ObjectInfo& object) {
    const auto value = find_attribute(object, storage_class_header);
    return value.empty() ? "STANDARD" : value;
}

std::string_view checksum_algorithm_of(const ObjectInfo& object) {
    for (const auto& [name, value] : object.attributes) {
        if (const auto* algorithm = find_checksum_algorithm(name)) return algorithm->name;
    }
    return {};
}

}  // namespace rivulet::s3
