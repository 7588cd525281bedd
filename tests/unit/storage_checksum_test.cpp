#include <gtest/gtest.h>

#include <array>
#include <string>

#include "storage/checksum.hpp"

#if defined(__x86_64__)

namespace rivulet {
namespace {

/// By the definition: the reflected polynomial, bit by bit.
std::uint32_t by_definition(std::string_view bytes) {
    std::uint32_t crc = 0xffff'ffffU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f6'3b78U : 0);
    }
    return crc ^ 0xffff'ffffU;
}

TEST(Checksum, is_the_standards_for_every_length_and_in_pieces) {
    EXPECT_EQ(crc32c(0, "123456789", 9), 0xe306'9283U);
    std::string text;
    for (int i = 0; i < 300; ++i) {
        ASSERT_EQ(crc32c(0, text.data(), text.size()), by_definition(text)) << i;
        const std::size_t half = text.size() / 2;
        ASSERT_EQ(crc32c(crc32c(0, text.data(), half), text.data() + half, text.size() - half), by_definition(text));
        text += static_cast<char>(i * 37);
    }
}

}  // namespace
}  // namespace rivulet

#endif
