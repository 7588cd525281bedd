#pragma once

#include <string_view>

#include "common/result.hpp"
#include "s3-sink/object_store.hpp"
#include "server/http/message.hpp"

namespace rivulet::s3 {

enum class ConditionAnswer { holds, not_modified, failed };

/// Names of the headers with a read's conditions: its own, or those on the source of a copy.
struct ConditionHeaders {
    std::string_view if_match;
    std::string_view if_none_match;
    std::string_view if_modified_since;
    std::string_view if_unmodified_since;
};

inline constexpr ConditionHeaders read_conditions = {"If-Match", "If-None-Match", "If-Modified-Since",
                                                     "If-Unmodified-Since"};
inline constexpr ConditionHeaders copy_source_conditions = {
    "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match", "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-unmodified-since"};

/// Whether a list of entity tags (`"a", W/"b"`, also without quotes) or `*` has the ETag.
bool matches_etag(std::string_view list, std::string_view etag);

/// Evaluates a read's conditions in the order of RFC 9110, section 13.2.2. A date that cannot be read is ignored.
ConditionAnswer evaluate(const ConditionHeaders& names, const http::Fields& headers, const ObjectInfo& object);

/// What a write's If-Match or If-None-Match demands of the object before it; empty if the request has neither.
/// Errors: s3_not_implemented for an If-None-Match other than `*`, as in the service.
Result<Precondition> write_precondition(const http::Fields& headers);

/// "At least one of the pre-conditions you specified did not hold"
Error precondition_failed();

}  // namespace rivulet::s3
