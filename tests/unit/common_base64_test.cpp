#include <gtest/gtest.h>

#include "common/base64.hpp"
#include "common/random.hpp"

namespace rivulet {
namespace {

using Kind = Base64Fault::Kind;

/// The definition, digit by digit.
std::string encoded_by_definition(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
        unsigned digit = 0;
        for (std::size_t i = bit; i < bit + 6; ++i) {
            const auto byte = i / 8 < bytes.size() ? static_cast<unsigned char>(bytes[i / 8]) : 0U;
            digit = digit << 1 | (byte >> (7 - i % 8) & 1U);
        }
        text += alphabet[digit];
    }
    while (text.size() % 4 != 0) text += '=';
    return text;
}

TEST(Base64, is_the_standards_for_every_length_and_comes_back_the_same) {
    SeededRandom random(1);
    for (std::size_t length = 0; length < 300; ++length) {
        const std::string bytes = random_bytes(random, length);
        const std::string text = base64_encode(bytes);
        ASSERT_EQ(text, encoded_by_definition(bytes)) << length;
        std::string back;
        ASSERT_EQ(base64_decode(text, back).kind, Kind::none) << length;
        ASSERT_EQ(back, bytes) << length;
    }
}

TEST(Base64, finds_every_character_that_is_no_digit_wherever_it_stands) {
    const std::string text = base64_encode(std::string(150, 'x'));
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            const auto c = static_cast<char>(value);
            std::string altered = text;
            altered[at] = c;
            const bool is_digit = std::isalnum(value) != 0 || c == '+' || c == '/';
            const auto found = base64_decode(altered, out);
            if (is_digit) {
                ASSERT_EQ(found.kind, Kind::none) << at << ' ' << value;
            } else if (c != '=') {
                ASSERT_EQ(found.kind, Kind::character) << at << ' ' << value;
                ASSERT_EQ(found.character, c) << at;
            }
        }
    }
}

}  // namespace
}  // namespace rivulet
