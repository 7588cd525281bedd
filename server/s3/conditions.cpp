#include "server/s3/conditions.hpp"

#include <algorithm>

#include "server/http/date.hpp"

namespace rivulet::s3 {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view bare_etag(std::string_view tag) {
    tag = trimmed(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
    return tag;
}

std::optional<Timestamp> date_in(const http::Fields& headers, std::string_view name) {
    const auto value = headers.find(name);
    return value ? http::parse_http_date(trimmed(*value)) : std::nullopt;
}

}  // namespace

bool matches_etag(std::string_view list, std::string_view etag) {
    if (trimmed(list) == "*") return true;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (bare_etag(list.substr(0, comma)) == etag) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

ConditionAnswer evaluate(const ConditionHeaders& names, const http::Fields& headers, const ObjectInfo& object) {
    const Timestamp modified = http::whole_seconds(object.last_modified);
    if (const auto tags = headers.find(names.if_match)) {
        if (!matches_etag(*tags, object.etag)) return ConditionAnswer::failed;
    } else if (const auto since = date_in(headers, names.if_unmodified_since)) {
        if (modified > *since) return ConditionAnswer::failed;
    }
    if (const auto tags = headers.find(names.if_none_match)) {
        if (matches_etag(*tags, object.etag)) return ConditionAnswer::not_modified;
    } else if (const auto since = date_in(headers, names.if_modified_since)) {
        if (modified <= *since) return ConditionAnswer::not_modified;
    }
    return ConditionAnswer::holds;
}

Result<Precondition> write_precondition(const http::Fields& headers) {
    if (const auto tags = headers.find("If-None-Match")) {
        if (trimmed(*tags) != "*") {
            return Error{ErrorCode::s3_not_implemented,
                         "A header you provided implies functionality that is not implemented: If-None-Match takes "
                         "only * in a write"};
        }
        return Precondition([](const ObjectInfo* current) -> Result<void> {
            if (current != nullptr) return precondition_failed();
            return {};
        });
    }
    if (const auto tags = headers.find("If-Match")) {
        return Precondition([list = std::string(*tags)](const ObjectInfo* current) -> Result<void> {
            if (current == nullptr) return Error{ErrorCode::s3_no_such_key, "The specified key does not exist."};
            if (!matches_etag(list, current->etag)) return precondition_failed();
            return {};
        });
    }
    return Precondition{};
}

Error precondition_failed() {
    return {ErrorCode::s3_precondition_failed, "At least one of the pre-conditions you specified did not hold"};
}

}  // namespace rivulet::s3
