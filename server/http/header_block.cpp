#include "server/http/header_block.hpp"

#include <boost/beast/core/string.hpp>

namespace rivulet::http {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view block_end = "\r\n\r\n";

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Each by itself: a search for any of them looks at one byte after the other, and this is every request's head.
bool has(std::string_view line, char c) {
    return line.find(c) != std::string_view::npos;
}

struct FramingFields {
    int lengths = 0;
    int encodings = 0;
    int hosts = 0;
    bool plain = true;  ///< no value means more than it says

    void see(std::string_view name, std::string_view value) {
        if (boost::beast::iequals(name, "content-length")) {
            ++lengths;
            plain = plain && !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
        } else if (boost::beast::iequals(name, "transfer-encoding")) {
            ++encodings;
            plain = plain && boost::beast::iequals(value, "chunked");
        } else if (boost::beast::iequals(name, "host")) {
            ++hosts;
        }
    }

    bool agree() const { return plain && lengths + encodings <= 1 && hosts <= 1; }
};

}  // namespace

std::size_t header_block_size(std::string_view bytes, std::size_t searched) {
    const std::size_t from = searched < block_end.size() ? 0 : searched - block_end.size() + 1;
    const auto end = bytes.find(block_end, from);
    return end == std::string_view::npos ? 0 : end + block_end.size();
}

bool is_unambiguous(std::string_view block) {
    FramingFields framing;
    bool first = true;
    while (!block.empty()) {
        const auto end = block.find(line_end);
        if (end == std::string_view::npos) return false;
        const auto line = block.substr(0, end);
        block.remove_prefix(end + line_end.size());
        if (has(line, '\r') || has(line, '\n') || has(line, '\0')) return false;
        if (line.empty()) return block.empty() && !first;
        if (line[0] == ' ' || line[0] == '\t') return false;
        if (const auto colon = line.find(':'); !first && colon != std::string_view::npos) {
            framing.see(line.substr(0, colon), trim(line.substr(colon + 1)));
        }
        first = false;
        if (!framing.agree()) return false;
    }
    return false;
}

}  // namespace rivulet::http
