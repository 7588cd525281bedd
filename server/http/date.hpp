#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/clock.hpp"

namespace rivulet::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
std::string http_date(Timestamp time);

/// `1994-11-06T08:49:37.000Z`: the form of times in S3's XML, which always shows whole seconds.
std::string xml_date(Timestamp time);

/// `20130524T000000Z`: the form of times in signatures.
std::string basic_date(Timestamp time);

/// Reads any of the three forms of RFC 9110; nothing if the text has none of them.
std::optional<Timestamp> parse_http_date(std::string_view text);

/// Reads the form of times in signatures.
std::optional<Timestamp> parse_basic_date(std::string_view text);

/// The time without its fraction of a second, which no HTTP date shows.
Timestamp whole_seconds(Timestamp time);

}  // namespace rivulet::http
