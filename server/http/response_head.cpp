#include "server/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>

namespace rivulet::http {

namespace {

// The text changes once a second and is asked for at every answer.
const std::string& date_now() {
    thread_local std::time_t shown = 0;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr);
    if (now != shown) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        char buffer[40];
        text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &utc));
        shown = now;
    }
    return text;
}

void append_value(std::string& text, std::string_view value) {
    const auto begin = static_cast<std::ptrdiff_t>(text.size());
    text += value;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
    std::replace_if(text.begin() + begin, text.end(), is_control, ' ');
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    append_value(head, value);
    head += "\r\n";
}

bool is_about_connection(std::string_view lower_name) {
    constexpr std::array<std::string_view, 5> names = {"connection", "keep-alive", "proxy-connection",
                                                       "transfer-encoding", "upgrade"};
    return std::ranges::find(names, lower_name) != names.end();
}

}  // namespace

std::string response_head(const Response& response, Framing framing, std::uint64_t length, bool keep_alive,
                          unsigned version) {
    std::string head;
    head.reserve(512);
    head += version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    head.append(reason.data(), reason.size());
    head += "\r\n";
    for (const auto& [name, value] : response.headers) append_field(head, name, value);
    if (!response.headers.find("Date")) append_field(head, "Date", date_now());
    if (framing == Framing::length && !response.headers.find("Content-Length")) {
        append_field(head, "Content-Length", std::to_string(length));
    }
    if (framing == Framing::chunked) append_field(head, "Transfer-Encoding", "chunked");
    if (keep_alive != (version >= 11)) append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
    head += "\r\n";
    return head;
}

std::vector<std::pair<std::string, std::string>> http2_fields(const Response& response,
                                                              std::optional<std::uint64_t> length) {
    std::vector<std::pair<std::string, std::string>> fields;
    fields.emplace_back(":status", std::to_string(response.status));
    for (const auto& [name, value] : response.headers) {
        std::string lower = name;
        std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
        if (is_about_connection(lower)) continue;
        auto& field = fields.emplace_back(std::move(lower), std::string());
        append_value(field.second, value);
    }
    if (!response.headers.find("Date")) fields.emplace_back("date", date_now());
    const bool has_length = length && response.status != 204 && response.status != 304;
    if (has_length && !response.headers.find("Content-Length")) {
        fields.emplace_back("content-length", std::to_string(*length));
    }
    return fields;
}

}  // namespace rivulet::http
