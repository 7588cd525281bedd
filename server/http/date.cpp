#include "server/http/date.hpp"

#include <array>
#include <ctime>

namespace rivulet::http {

namespace {

std::string format(Timestamp time, const char* pattern) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text;
    // The patterns are this file's own; the program never leaves the C locale.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const std::size_t size = std::strftime(text.data(), text.size(), pattern, &parts);
#pragma GCC diagnostic pop
    return {text.data(), size};
}

std::optional<Timestamp> parse(std::string_view text, const char* pattern) {
    const std::string value(text);
    std::tm parts{};
    const char* end = strptime(value.c_str(), pattern, &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return Timestamp{std::chrono::seconds{timegm(&parts)}};
}

}  // namespace

std::string http_date(Timestamp time) {
    return format(time, "%a, %d %b %Y %H:%M:%S GMT");
}

std::string xml_date(Timestamp time) {
    return format(time, "%Y-%m-%dT%H:%M:%S.000Z");
}

std::string basic_date(Timestamp time) {
    return format(time, "%Y%m%dT%H%M%SZ");
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    for (const char* pattern : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        if (const auto time = parse(text, pattern)) return time;
    }
    return std::nullopt;
}

std::optional<Timestamp> parse_basic_date(std::string_view text) {
    // The parser takes fewer digits, and spaces before them; a date in this form has one spelling.
    const auto time = parse(text, "%Y%m%dT%H%M%SZ");
    return time && basic_date(*time) == text ? time : std::nullopt;
}

Timestamp whole_seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace rivulet::http
