#include "common/uint128.hpp"

#include <algorithm>

namespace rivulet {

std::string to_string(uint128 value) {
    std::string text;
    do {
        text += static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    std::reverse(text.begin(), text.end());
    return text;
}

std::optional<uint128> parse_uint128(std::string_view digits) {
    if (digits.empty()) return std::nullopt;
    uint128 value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        const auto units = static_cast<unsigned>(digit - '0');
        if (value > (max_uint128 - units) / 10) return std::nullopt;
        value = value * 10 + units;
    }
    return value;
}

uint128 uint128_from_big_endian(std::string_view sixteen_bytes) {
    uint128 value = 0;
    for (const char byte : sixteen_bytes.substr(0, 16)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace rivulet
