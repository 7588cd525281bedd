#include "common/sequence_number.hpp"

namespace rivulet {
namespace {

// The digits of the layout, put together and turned to decimal by another program:
// 2 054d2c5c0 3 0000000000000001 00 054d2c5c1 00000003 2
constexpr auto documented = "49547636115870196205144948411224561318863241623652794418";

TEST(SequenceNumber, is_the_decimal_form_of_the_documented_digits) {
    EXPECT_EQ(to_string(SequenceNumber{0x54d2c5c0, 1, 0x54d2c5c1, 3}), documented);
}

TEST(SequenceNumber, is_read_back_into_its_fields) {
    const auto number = parse_sequence_number(documented);
    ASSERT_TRUE(number.has_value());
    EXPECT_EQ(*number, (SequenceNumber{0x54d2c5c0, 1, 0x54d2c5c1, 3}));
}

TEST(SequenceNumber, carries_every_field_to_its_limit) {
    const SequenceNumber largest{0xf'ffff'ffff, SequenceNumber::last_counter, 0xf'ffff'ffff, 0x7fff'ffff};
    EXPECT_EQ(parse_sequence_number(to_string(largest)), largest);
}

TEST(SequenceNumber, refuses_what_is_not_of_the_layout) {
    for (const auto* text : {"", "0", "1", "abc", "-1", "49547636115870196205144948411224561318863241623652794417",
                             "495476361158701962051449484112245613188632416236527944180",
                             "99999999999999999999999999999999999999999999999999999999999"}) {
        EXPECT_FALSE(parse_sequence_number(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace rivulet
