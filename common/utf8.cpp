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

bool eight_are_ascii(std::string_view bytes, std::size_t at) {
    std::uint64_t eight = 0;
    if (bytes.size() - at < sizeof eight) return false;
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    return (eight & 0x8080808080808080U) == 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        if (eight_are_ascii(bytes, at)) {
            at += 8;
            continue;
        }
        Lead lead{};
        if (!lead_of(static_cast<unsigned char>(bytes[at++]), lead)) return false;
        if (bytes.size() - at < lead.following) return false;
        std::uint32_t character = lead.bits;
        for (std::size_t i = 0; i < lead.following; ++i) {
            const auto byte = static_cast<unsigned char>(bytes[at++]);
            if ((byte & 0xc0) != 0x80) return false;
            character = character << 6 | (byte & 0x3f);
        }
        const bool surrogate = character >= 0xd800 && character <= 0xdfff;
        if (character < lead.least || character > 0x10ffff || surrogate) return false;
    }
    return true;
}

}  // namespace rivulet
