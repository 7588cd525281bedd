#include "common/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rivulet {

namespace {

struct Lead {
    std::size_t following;
    std::uint32_t bits;
    std::uint32_t least;  ///< the first character that needs this length
};

bool lead_of(unsigned char byte, Lead& lead) {
    if (byte < 0x80) {
        lead = {0, byte, 0};
    } else if ((byte & 0xe0) == 0xc0) {
        lead = {1, byte & 0x1fU, 0x80};
    } else if ((byte & 0xf0) == 0xe0) {
        lead = {2, byte & 0x0fU, 0x800};
    } else if ((byte & 0xf8) == 0xf0) {
        lead = {3, byte & 0x07U, 0x10000};
    } else {
        return false;
    }
    return true;
}

/// The length in bytes of the well-formed character that begins at `at`; 0 if none does.
std::size_t character_length(std::string_view bytes, std::size_t at) {
    Lead lead{};
    if (!lead_of(static_cast<unsigned char>(bytes[at]), lead)) return 0;
    const auto rest = bytes.substr(at + 1, lead.following);
    if (rest.size() < lead.following) return 0;
    std::uint32_t character = lead.bits;
    for (const char c : rest) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) return 0;
        character = character << 6 | (byte & 0x3f);
    }
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character < lead.least || character > 0x10ffff || surrogate ? 0 : 1 + lead.following;
}

bool eight_are_ascii(std::string_view bytes, std::size_t at) {
    std::uint64_t eight = 0;
    if (bytes.size() - at < sizeof eight) return false;
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    return (eight & 0x8080808080808080U) == 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = eight_are_ascii(bytes, at) ? 8 : character_length(bytes, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string to_utf8(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string text;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = character_length(bytes, at);
        text += length > 0 ? bytes.substr(at, length) : replacement;
        at += length > 0 ? length : 1;
    }
    return text;
}

}  // namespace rivulet
