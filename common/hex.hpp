#pragma once

#include <string>
#include <string_view>

namespace rivulet {

/// Two lower-case hexadecimal digits a byte.
inline std::string hex_encode(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0xf];
    }
    return text;
}

}  // namespace rivulet
