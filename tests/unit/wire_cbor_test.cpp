#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <limits>

#include "server/wire/decode.hpp"
#include "tests/unit/wire_every_kind.hpp"

namespace rivulet::wire {
namespace {

using namespace std::string_literals;

Decoded decode_into(std::string_view document, Outer& outer) {
    return decode(Format::cbor, document, &outer_shape, &outer);
}

/// What a good document holds.
Outer read(std::string_view document) {
    Outer outer;
    const auto decoded = decode_into(document, outer);
    EXPECT_TRUE(decoded.well_formed && decoded.is_object);
    EXPECT_FALSE(decoded.type_fault) << *decoded.type_fault;
    return outer;
}

/// A map of the one member, whose value is `item`.
std::string only(char name, std::string_view item) {
    std::string document = "\xa1\x61";
    document += name;
    return document.append(item);
}

/// The parts behind each other.
std::string joined(std::initializer_list<std::string_view> parts) {
    std::string whole;
    for (const auto part : parts) whole.append(part);
    return whole;
}

bool is_refused(std::string_view document) {
    Outer outer;
    return !decode_into(document, outer).well_formed && !decode(Format::cbor, document, nullptr, nullptr).well_formed;
}

/// Whether the item is refused as a known member's value and as one that is passed over.
bool is_refused_inside(std::string_view item) {
    return is_refused(only('n', item)) && is_refused(only('b', item)) && is_refused(only('?', item));
}

TEST(DecodeCbor, reads_every_kind_of_member) {
    const auto outer = read(
        "\xa8\x61n\x62hi\x61s\x38\x63\x61l\x1b\x00\x20\x00\x00\x00\x00\x00\x01"
        "\x61"
        "f\xf5\x61t\xc1\x1b\x00\x00\x01\x8b\xcf\xe5\x68\x00\x61"
        "b\x43\x00\xff\x0a\x61i\x82\xa1\x61"
        "d\x41x\xf6\x61m\xa1\x61k\x61v"s);
    EXPECT_EQ(outer.name, "hi");
    EXPECT_EQ(outer.small, -100);
    EXPECT_EQ(outer.large, 9007199254740993);
    EXPECT_EQ(outer.flag, true);
    EXPECT_EQ(outer.time, Timestamp{std::chrono::milliseconds{1'700'000'000'000}});
    EXPECT_EQ(outer.blob->bytes, "\x00\xff\x0a"s);
    ASSERT_EQ(outer.items->size(), 2U);
    EXPECT_EQ((*outer.items)[0].data->bytes, "x");
    EXPECT_FALSE((*outer.items)[1].data);
    EXPECT_EQ(outer.tags, (StringMap{{"k", "v"}}));
}

TEST(DecodeCbor, reads_what_comes_in_pieces) {
    EXPECT_EQ(read(only('b', "\x5f\x42\x00\x01\x40\x41\xff\xff"s)).blob->bytes, "\x00\x01\xff"s);
    EXPECT_EQ(read(only('b', "\x5f\xff")).blob->bytes, "");
    EXPECT_EQ(read(only('n', "\x7f\x61p\x62\xc3\xbc\x60\xff")).name, "p\xc3\xbc");
    EXPECT_EQ(read("\xbf\x7f\x61n\xff\x61x\x61i\x9f\xbf\x61"
                   "d\x5f\x41y\xff\xff\xff\xff")
                  .name,
              "x");
    EXPECT_EQ((*read(only('i',
                          "\x9f\xbf\x61"
                          "d\x5f\x41y\xff\xff\xf6\xff"))
                    .items)[0]
                  .data->bytes,
              "y");
    EXPECT_EQ(read("\xbf\x7f\xff\x9f\x5f\x41y\xff\xff\x61n\x61x\xff").name, "x") << "what is passed over, too";
    // The member that comes twice is the later one, whole.
    EXPECT_EQ(read("\xa2\x61"
                   "b\x41x\x61"
                   "b\x5f\x41y\xff")
                  .blob->bytes,
              "y");
}

TEST(DecodeCbor, passes_over_tags_wherever_an_item_begins) {
    const std::vector<std::string> tags = {"\xc0",
                                           "\xc6",
                                           "\xd4",
                                           "\xd8\x20",
                                           "\xd9\xd9\xf7",
                                           "\xda\x00\x00\x00\x06"s,
                                           "\xdb"s + std::string(8, '\0'),
                                           "\xc6\xc6\xd8\x18"};
    for (const auto& tag : tags) {
        EXPECT_EQ(read(joined({tag, "\xa1", tag, "\x61n", tag, "\x61x"})).name, "x");
        EXPECT_EQ(read(joined({"\xbf", tag, "\x7f\x61n\xff", tag, "\x7f\x61x\xff\xff"})).name, "x");
    }
    EXPECT_EQ(read(joined({std::string(100'000, '\xc6'), "\xa1\x61n\x61x"})).name, "x")
        << "none of them nests anything";
}

TEST(DecodeCbor, reads_numbers_of_every_width) {
    EXPECT_EQ(read(only('l', "\x17")).large, 23);
    EXPECT_EQ(read(only('l', "\x18\x00"s)).large, 0) << "a longer form than is needed";
    EXPECT_EQ(read(only('l', "\x19\x01\x00"s)).large, 256);
    EXPECT_EQ(read(only('l', "\x1a\xff\xff\xff\xff")).large, 4294967295);
    EXPECT_EQ(read(only('l', "\x1b\xff\xff\xff\xff\xff\xff\xff\xff")).large, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(read(only('l', "\x20")).large, -1);
    EXPECT_EQ(read(only('l', "\x39\xff\xff")).large, -65536);
    EXPECT_EQ(read(only('l', "\x3a\xff\xff\xff\xff")).large, -4294967296);
    EXPECT_EQ(read(only('l', "\x3b\x7f\xff\xff\xff\xff\xff\xff\xff")).large, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(read(only('l', "\x3b\xff\xff\xff\xff\xff\xff\xff\xff")).large, std::numeric_limits<std::int64_t>::min());
}

TEST(DecodeCbor, reads_fractions_of_every_width) {
    EXPECT_EQ(read(only('s', "\xf9\x3e\x00"s)).small, 1) << "1.5";
    EXPECT_EQ(read(only('s', "\xf9\xc4\x00"s)).small, -4) << "-4.0";
    EXPECT_EQ(read(only('s', "\xf9\x00\x01"s)).small, 0) << "the least there is";
    EXPECT_EQ(read(only('s', "\xf9\x7b\xff")).small, 65504) << "the largest half there is";
    EXPECT_EQ(read(only('s', "\xf9\x7c\x00"s)).small, std::numeric_limits<std::int32_t>::max()) << "infinity";
    EXPECT_EQ(read(only('s', "\xf9\xfc\x00"s)).small, std::numeric_limits<std::int32_t>::min()) << "its opposite";
    EXPECT_EQ(read(only('s', "\xf9\x7e\x00"s)).small, 0) << "no number";
    EXPECT_EQ(read(only('s', "\xfa\x47\xc3\x50\x00"s)).small, 100'000);
    EXPECT_EQ(read(only('s', "\xfb\x40\x59\x00\x00\x00\x00\x00\x00"s)).small, 100);
    EXPECT_EQ(read(only('t', "\xc1\xf9\x3e\x00"s)).time, Timestamp{std::chrono::milliseconds{1500}});
}

TEST(DecodeCbor, takes_null_and_undefined_for_absence) {
    EXPECT_FALSE(read(only('n', "\xf6")).name);
    EXPECT_FALSE(read(only('n', "\xf7")).name);
    EXPECT_EQ(read(only('i', "\x82\xf6\xf7")).items->size(), 2U);
}

TEST(DecodeCbor, tells_a_wrong_type_and_a_document_that_is_no_map) {
    Outer outer;
    EXPECT_EQ(decode_into(only('n', "\x5f\x41x\xff"), outer).type_fault,
              "class java.nio.HeapByteBuffer can not be converted to an String");
    EXPECT_EQ(decode_into(only('l', "\x7f\x61x\xff"), outer).type_fault,
              "class java.lang.String can not be converted to an Long");
    for (const auto* document : {"\x80", "\x01", "\x20", "\x61x", "\x41x", "\x7f\xff", "\x5f\xff", "\x9f\xff", "\xf6",
                                 "\xf7", "\xf5", "\xf9\x3e\x01", "\xc1\x01"}) {
        const auto decoded = decode_into(document, outer);
        EXPECT_TRUE(decoded.well_formed);
        EXPECT_FALSE(decoded.is_object);
    }
}

TEST(DecodeCbor, refuses_every_part_of_a_document_and_anything_behind_it) {
    const std::string document =
        "\xbf\x61n\x7f\x61p\x62\xc3\xbc\xff\x61i\x82\xa1\x61"
        "d\x5f\x41y\xff\xa0\x61t\xc1\x1b\x00\x00\x01\x8b\xcf\xe5\x68\x00\x61l\xf9\x3e\x00\xff"s;
    EXPECT_EQ(read(document).name, "p\xc3\xbc");
    for (std::size_t length = 0; length < document.size(); ++length) {
        EXPECT_TRUE(is_refused(std::string_view(document).substr(0, length))) << length;
    }
    for (const auto* more : {"\xff", "\xf6", "\xa0", "\xc1", "x"}) EXPECT_TRUE(is_refused(document + more));
}

TEST(DecodeCbor, refuses_a_break_where_nothing_is_to_be_broken_off) {
    EXPECT_TRUE(is_refused("\xff"));
    EXPECT_TRUE(is_refused("\xc1\xff")) << "a tag of nothing";
    EXPECT_TRUE(is_refused("\xa1\xff")) << "a map of one entry";
    EXPECT_TRUE(is_refused(only('n', "\xff")));
    EXPECT_TRUE(is_refused(only('?', "\x81\xff"))) << "a list of one element";
    EXPECT_TRUE(is_refused(only('?', "\x82\x01\xff")));
    EXPECT_TRUE(is_refused("\xbf\x61n\xff")) << "a name without a value";
    EXPECT_TRUE(is_refused("\xbf\x61n\xc1\xff")) << "a name with the tag of a value";
    EXPECT_TRUE(is_refused("\xbf\xc1\xff"));
    EXPECT_TRUE(is_refused("\x9f\xc1\xff"));
    EXPECT_TRUE(is_refused("\xa0\xff"));
}

TEST(DecodeCbor, refuses_pieces_that_are_none_of_their_string) {
    for (const auto* item : {
             "\x5f\x61x\xff",
             "\x7f\x41x\xff",  // the other kind
             "\x5f\x5f\x41x\xff\xff",
             "\x7f\x7f\x61x\xff\xff",  // pieces of pieces
             "\x5f\x7f\xff\xff",
             "\x7f\x5f\xff\xff",  // of the other kind
             "\x5f\x01\xff",
             "\x7f\x20\xff",
             "\x5f\xf6\xff",  // no strings
             "\x7f\xf7\xff",
             "\x5f\xf5\xff",
             "\x7f\xf9\x01\x01\xff",
             "\x5f\x80\xff",
             "\x7f\xa0\xff",
             "\x5f\x9f\xff\xff",
             "\x7f\xbf\xff\xff",
             "\x5f\xc1\x41x\xff",
             "\x7f\xc6\x61x\xff",
             "\x5f\xc1\xff",  // a tag of a piece
             "\x5f",
             "\x7f\x61x",
             "\x5f\x42x\xff",  // no end
         }) {
        EXPECT_TRUE(is_refused_inside(item));
    }
}

TEST(DecodeCbor, refuses_first_bytes_that_begin_nothing) {
    for (unsigned type = 0; type < 8; ++type) {
        for (unsigned info = 28; info < 32; ++info) {
            const bool has_pieces = info == 31 && type >= 2 && type <= 5;
            if (has_pieces) continue;
            EXPECT_TRUE(is_refused_inside(std::string(1, static_cast<char>(type << 5 | info)).append(16, '\0')))
                << type << info;
        }
    }
    for (const auto* simple : {"\xe0", "\xf3", "\xf8\x01", "\xf8\x14", "\xf8\x20", "\xf8\xff"}) {
        EXPECT_TRUE(is_refused_inside(simple)) << "simple values that mean nothing here";
    }
}

TEST(DecodeCbor, refuses_texts_and_names_that_are_not_utf8) {
    for (const auto* text : {"\x61\xff", "\x61\x80", "\x62\xc0\x80", "\x63\xed\xa0\x80", "\x64\xf4\x90\x80\x80",
                             "\x69"
                             "aaaaaaaa\xc3",
                             "\x7f\x61\xc3\x61\xbc\xff"}) {
        EXPECT_TRUE(is_refused_inside(text));
        EXPECT_TRUE(is_refused(joined({"\xa1", text, "\x01"})));
    }
}

TEST(DecodeCbor, refuses_names_that_are_no_texts) {
    for (const auto* name :
         {"\x01", "\x20", "\x41n", "\x5f\x41n\xff", "\x80", "\xa0", "\x9f\xff", "\xf6", "\xf5", "\xf9\x3e\x01"}) {
        EXPECT_TRUE(is_refused(joined({"\xa1", name, "\x61x"})));
        EXPECT_TRUE(is_refused(joined({"\xbf", name, "\x61x\xff"})));
    }
}

TEST(DecodeCbor, refuses_lengths_beyond_the_document_at_once) {
    for (const char type : {'\x40', '\x60', '\x80', '\xa0'}) {
        for (const auto* length : {"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "\x1b\x7f\xff\xff\xff\xff\xff\xff\xff",
                                   "\x1b\x80\x01\x01\x01\x01\x01\x01\x01", "\x1a\xff\xff\xff\xff", "\x19\xff\xff"}) {
            std::string item = length;
            item[0] = static_cast<char>(item[0] | type);
            EXPECT_TRUE(is_refused_inside(item));
            EXPECT_TRUE(is_refused_inside(item + std::string(100, 'x')));
        }
    }
}

TEST(DecodeCbor, reads_what_is_as_deep_as_may_be_and_refuses_what_is_deeper) {
    const auto nested = [](std::size_t levels) {
        return only('?', joined({std::string(levels, '\x81'), "\x5f\x41x\xff"}));
    };
    EXPECT_FALSE(is_refused(nested(63)));
    EXPECT_TRUE(is_refused(nested(64)));
    EXPECT_TRUE(is_refused(only('?', std::string(1'000'000, '\x9f'))));
    EXPECT_TRUE(is_refused(only('?', std::string(1'000'000, '\xbf'))));
}

}  // namespace
}  // namespace rivulet::wire
