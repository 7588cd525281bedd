#include "common/base64.hpp"

#include <array>
#include <cstdint>

#include "common/base64_avx2.hpp"

namespace rivulet {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t invalid = 0xff;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(invalid);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

std::uint8_t value_of(char c) {
    return values[static_cast<unsigned char>(c)];
}

}  // namespace

void base64_write(std::string_view bytes, char* to) {
    const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    if (detail::has_base64_avx2()) {
        const auto done = detail::base64_encode_avx2(bytes.data(), bytes.size(), to);
        in += done.read;
        left -= done.read;
        to += done.written;
    }
    for (; left >= 3; left -= 3, in += 3) {
        const std::uint32_t group = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = alphabet[group >> 6 & 63];
        *to++ = alphabet[group & 63];
    }
    if (left == 0) return;
    const std::uint32_t group = std::uint32_t{in[0]} << 16 | (left == 2 ? std::uint32_t{in[1]} << 8 : 0);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = left == 2 ? alphabet[group >> 6 & 63] : '=';
    *to++ = '=';
}

void base64_append(std::string& out, std::string_view bytes) {
    const std::size_t start = out.size();
    out.resize(start + base64_length(bytes.size()));
    base64_write(bytes, out.data() + start);
}

std::string base64_encode(std::string_view bytes) {
    std::string text;
    base64_append(text, bytes);
    return text;
}

Base64Fault base64_decode(std::string_view text, std::string& out) {
    using Kind = Base64Fault::Kind;
    if (text.size() % 4 != 0) return {Kind::length};
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    const std::string_view digits = text.substr(0, text.size() - padding);

    out.resize(text.size() / 4 * 3 - padding);
    char* to = out.data();
    std::size_t i = 0;
    if (detail::has_base64_avx2()) {
        const auto done = detail::base64_decode_avx2(digits.data(), digits.size(), to);
        i = done.read;
        to += done.written;
    }
    for (; i + 4 <= digits.size(); i += 4) {
        const std::uint8_t a = value_of(digits[i]);
        const std::uint8_t b = value_of(digits[i + 1]);
        const std::uint8_t c = value_of(digits[i + 2]);
        const std::uint8_t d = value_of(digits[i + 3]);
        if (((a | b | c | d) & 0xc0) != 0) {
            for (const char digit : digits.substr(i, 4)) {
                if (value_of(digit) == invalid) return {Kind::character, digit};
            }
        }
        const std::uint32_t group = std::uint32_t{a} << 18 | std::uint32_t{b} << 12 | std::uint32_t{c} << 6 | d;
        *to++ = static_cast<char>(group >> 16);
        *to++ = static_cast<char>(group >> 8);
        *to++ = static_cast<char>(group);
    }
    if (i == digits.size()) return {};

    std::uint32_t group = 0;
    for (const char digit : digits.substr(i)) {
        if (value_of(digit) == invalid) return {Kind::character, digit};
        group = group << 6 | value_of(digit);
    }
    // The last digit's unused low bits must be zero, or two texts would mean the same bytes.
    const unsigned unused = padding == 2 ? 4 : 2;
    if ((group & ((1U << unused) - 1)) != 0) return {Kind::last_character};
    group >>= unused;
    if (padding == 1) *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
    return {};
}

}  // namespace rivulet
