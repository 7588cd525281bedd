#include <gtest/gtest.h>

#include "server/wire/decode.hpp"

namespace rivulet::wire {
namespace {

struct Inner {
    std::optional<Blob> data;
};
constexpr std::array inner_members = {member<&Inner::data>("Data", blob_shape)};
constexpr Shape inner_shape = structure_shape("Inner", inner_members);
constexpr Shape inner_list = list_shape<Inner>(inner_shape);

struct Outer {
    std::optional<std::string> name;
    std::optional<std::int32_t> small;
    std::optional<std::int64_t> large;
    std::optional<std::vector<Inner>> items;
};
constexpr std::array outer_members = {
    member<&Outer::name>("Name", string_shape),
    member<&Outer::small>("Small", integer_shape),
    member<&Outer::large>("Large", long_shape),
    member<&Outer::items>("Items", inner_list),
};
constexpr Shape outer_shape = structure_shape("Outer", outer_members);

Decoded read(std::string_view body, Outer& outer) {
    return decode(Format::json, body, &outer_shape, &outer);
}

TEST(DecodeJson, reads_members_lists_and_escapes_and_passes_over_what_is_unknown) {
    Outer outer;
    const auto decoded = read(R"( {"Other":[{"Name":1},[]],"Name":"a\"\u00e9\n","Small":-3,"Items":[{"Data":"QUJD"},
                                  {"Data":null}],"Large":9007199254740993} )",
                              outer);
    EXPECT_TRUE(decoded.well_formed && decoded.is_object && !decoded.type_fault);
    EXPECT_EQ(outer.name, "a\"\u00e9\n");
    EXPECT_EQ(outer.small, -3);
    EXPECT_EQ(outer.large, 9007199254740993);
    ASSERT_EQ(outer.items->size(), 2U);
    EXPECT_EQ((*outer.items)[0].data->bytes, "ABC");
    EXPECT_FALSE((*outer.items)[1].data.has_value());
}

TEST(DecodeJson, clamps_numbers_beyond_64_bits_to_the_type) {
    Outer outer;
    const auto decoded =
        read(R"({"Small":99999999999999999999999,"Large":-99999999999999999999999,"Name":"x"})", outer);
    EXPECT_TRUE(decoded.well_formed && !decoded.type_fault);
    EXPECT_EQ(outer.small, 2147483647);
    EXPECT_EQ(outer.large, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(outer.name, "x");
}

TEST(DecodeJson, refuses_what_is_no_document) {
    for (const auto* body : {"", "{", "{\"Name\":\"x\"", "{\"Name\":\"\xff\"}", "{\"Name\":\"\\ud800\"}",
                             "{\"Name\":1,}", "{} {}", "{\"Name\":\"a\nb\"}", "{'Name':1}", "{\"Small\":01}"}) {
        Outer outer;
        EXPECT_FALSE(read(body, outer).well_formed) << body;
    }
    Outer outer;
    const std::string deep = R"({"Other":)" + std::string(100, '[') + std::string(100, ']') + '}';
    EXPECT_FALSE(read(deep, outer).well_formed);
}

TEST(DecodeJson, reads_a_document_larger_than_what_is_kept_and_a_small_one_after_it) {
    const std::string large(5 * 1024 * 1024, 'x');
    for (const auto& name : {large, std::string("y"), large}) {
        Outer outer;
        EXPECT_TRUE(read(R"({"Name":")" + name + "\"}", outer).well_formed);
        EXPECT_EQ(outer.name, name);
    }
}

}  // namespace
}  // namespace rivulet::wire
