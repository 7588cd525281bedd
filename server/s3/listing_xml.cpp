#include "server/s3/listing_xml.hpp"

#include <algorithm>
#include <charconv>

#include "common/limits.hpp"
#include "server/http/date.hpp"
#include "server/s3/object_headers.hpp"

namespace rivulet::s3 {

namespace {

Result<std::size_t> parse_max_keys(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault == std::errc::invalid_argument || end != text.data() + text.size()) {
        return Error{ErrorCode::s3_invalid_argument, "Provided max-keys not an integer or within integer range"};
    }
    if (fault != std::errc{} || value < 0) {
        return Error{ErrorCode::s3_invalid_argument, "Argument maxKeys must be an integer between 0 and 2147483647"};
    }
    return std::min<std::size_t>(static_cast<std::size_t>(value), limits::max_list_keys);
}

void append_object(XmlText& xml, const ObjectInfo& object, const ListingParameters& parameters,
                   std::string_view owner) {
    xml.open("Contents").text("Key", shown_name(object.key, parameters.encode));
    xml.text("LastModified", http::xml_date(object.last_modified)).text("ETag", '"' + object.etag + '"');
    if (const auto algorithm = checksum_algorithm_of(object); !algorithm.empty()) {
        xml.text("ChecksumAlgorithm", algorithm).text("ChecksumType", "FULL_OBJECT");
    }
    xml.text("Size", std::to_string(object.size));
    if (!owner.empty()) {
        xml.open("Owner").text("ID", canonical_user_id(owner)).text("DisplayName", owner).close("Owner");
    }
    xml.text("StorageClass", storage_class_of(object)).close("Contents");
}

}  // namespace

Result<ListingParameters> listing_parameters(const Call& call) {
    ListingParameters parameters;
    parameters.prefix = call.parameter("prefix").value_or("");
    parameters.delimiter = call.parameter("delimiter").value_or("");
    if (const auto text = call.parameter("max-keys"); text && !text->empty()) {
        const auto value = parse_max_keys(*text);
        if (!value) return value.error();
        parameters.max_keys = *value;
    }
    if (const auto encoding = call.parameter("encoding-type")) {
        if (*encoding != "url") {
            return Error{ErrorCode::s3_invalid_argument, "Invalid Encoding Method specified in Request"};
        }
        parameters.encode = true;
    }
    return parameters;
}

std::string shown_name(std::string_view name, bool encode) {
    if (!encode) return std::string(name);
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*/";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string shown;
    for (const char c : name) {
        if (plain.find(c) != std::string_view::npos) {
            shown += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        shown += '%';
        shown += digits[byte >> 4];
        shown += digits[byte & 0xf];
    }
    return shown;
}

void append_items(XmlText& xml, const ObjectListing& listing, const ListingParameters& parameters,
                  std::string_view owner) {
    for (const auto& [object, is_prefix] : listing.items) {
        if (!is_prefix) append_object(xml, object, parameters, owner);
    }
    for (const auto& [object, is_prefix] : listing.items) {
        if (!is_prefix) continue;
        xml.open("CommonPrefixes").text("Prefix", shown_name(object.key, parameters.encode)).close("CommonPrefixes");
    }
}

}  // namespace rivulet::s3
