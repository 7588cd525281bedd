#include <gtest/gtest.h>

#include "common/utf8.hpp"

namespace rivulet {
namespace {

constexpr const char* replacement = "\xef\xbf\xbd";

TEST(Utf8, is_what_rfc_3629_takes) {
    for (const auto* text : {"", "plain", "\xc3\xbc", "\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf0\x9f\x8e\x89", "\xf4\x8f\xbf\xbf", "eight or more, \xc3\xbc, eight or more"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
        EXPECT_EQ(to_utf8(text), text);
    }
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, has_a_replacement_for_each_byte_of_no_character) {
    const auto replaced = [](int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += replacement;
        return text;
    };
    const std::pair<const char*, int> broken[] = {
        {"\xff", 1},
        {"\x80", 1},
        {"\xc3", 1},
        {"\xc0\x80", 2},
        {"\xe0\x80\x80", 3},
        {"\xed\xa0\x80", 3},
        {"\xf0\x80\x80\x80", 4},
        {"\xf4\x90\x80\x80", 4},
        {"\xf8\x88\x80\x80\x80", 5},
        {"\xe2\x82", 2},
    };
    for (const auto& [bytes, times] : broken) {
        EXPECT_FALSE(is_utf8(bytes));
        EXPECT_EQ(to_utf8(bytes), replaced(times));
        EXPECT_FALSE(is_utf8(std::string("eight or more ") + bytes));
        EXPECT_EQ(to_utf8(std::string(bytes) + "\xc3\xbc after"), replaced(times) + "\xc3\xbc after");
        EXPECT_TRUE(is_utf8(to_utf8(bytes)));
    }
    EXPECT_EQ(to_utf8("caf\xe9!"), std::string("caf") + replacement + "!");
}

}  // namespace
}  // namespace rivulet
