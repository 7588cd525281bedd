#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "server/wire/decode.hpp"
#include "server/wire/encode.hpp"
#include "tests/unit/wire_every_kind.hpp"

namespace rivulet::wire {
namespace {

Outer everything() {
    Outer output;
    output.name = "a \"name\"\\ with\na line, \x01 and \xc3\xa9";
    output.small = -7;
    output.large = std::numeric_limits<std::int64_t>::min() + 1;
    output.flag = true;
    output.time = Timestamp{std::chrono::milliseconds{1'785'000'000'007}};
    output.blob = Blob{"\x01\xff\n"};
    output.tags = StringMap{{"k\"", "v"}, {"empty", ""}};
    output.items.emplace();
    // Lengths about the groups of base64, and about the pieces that a blob is written in.
    for (const std::size_t size : {0, 1, 2, 3, 1024, 49'151, 49'152, 49'153, 100'000}) {
        Inner item{Blob{std::string(size, 'x')}};
        for (std::size_t i = 0; i < size; ++i) item.data->bytes[i] = static_cast<char>(i * 31 + size);
        output.items->push_back(std::move(item));
    }
    output.items->push_back({});
    return output;
}

std::string in_pieces(Format format, const Outer& output, std::size_t piece_bytes) {
    Encoder encoder(format, outer_shape, &output);
    std::string text;
    std::string piece(piece_bytes, '\0');
    for (;;) {
        const std::size_t count = encoder.read(piece);
        text.append(piece, 0, count);
        if (count < piece.size()) return text;
    }
}

class EncodeTest : public testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(, EncodeTest, testing::Values(Format::json, Format::cbor),
                         [](const auto& test) { return test.param == Format::json ? "json" : "cbor"; });

TEST_P(EncodeTest, what_was_encoded_is_decoded) {
    const Outer output = everything();
    Outer read;
    const auto decoded = decode(GetParam(), encode(GetParam(), outer_shape, &output), &outer_shape, &read);
    ASSERT_TRUE(decoded.well_formed && decoded.is_object && !decoded.type_fault);
    EXPECT_EQ(read.name, output.name);
    EXPECT_EQ(read.small, output.small);
    EXPECT_EQ(read.large, output.large);
    EXPECT_EQ(read.flag, output.flag);
    EXPECT_EQ(read.time, output.time);
    EXPECT_EQ(read.blob->bytes, output.blob->bytes);
    EXPECT_EQ(read.tags, output.tags);
    ASSERT_EQ(read.items->size(), output.items->size());
    for (std::size_t i = 0; i < read.items->size(); ++i) {
        const Inner& got = (*read.items)[i];
        const Inner& given = (*output.items)[i];
        ASSERT_EQ(got.data.has_value(), given.data.has_value());
        if (!given.data) continue;
        EXPECT_TRUE(got.data->bytes == given.data->bytes) << given.data->bytes.size();
    }
}

TEST_P(EncodeTest, pieces_of_any_size_make_up_the_whole) {
    const Outer output = everything();
    const std::string whole = encode(GetParam(), outer_shape, &output);
    for (const std::size_t piece_bytes : {1, 2, 3, 7, 1000, 65'535, 65'536, 65'537, 131'072, 10'000'000}) {
        EXPECT_TRUE(in_pieces(GetParam(), output, piece_bytes) == whole) << "in pieces of " << piece_bytes;
    }
}

TEST_P(EncodeTest, the_length_is_known_before_and_while_pieces_are_read) {
    const Outer output = everything();
    const std::string whole = encode(GetParam(), outer_shape, &output);
    Encoder encoder(GetParam(), outer_shape, &output);
    EXPECT_EQ(encoder.length(), whole.size());
    std::string piece(1000, '\0');
    encoder.read(piece);
    EXPECT_EQ(encoder.length(), whole.size());
}

TEST_P(EncodeTest, nothing_becomes_an_empty_object) {
    const Outer output;
    EXPECT_EQ(encode(GetParam(), outer_shape, &output), GetParam() == Format::json ? "{}" : "\xa0");
}

TEST(EncodeJson, escapes_what_json_must) {
    Outer output;
    output.name = "\"\\\b\f\n\r\t\x1f";
    EXPECT_EQ(encode(Format::json, outer_shape, &output), R"({"n":"\"\\\b\f\n\r\t\u001f"})");
}

}  // namespace
}  // namespace rivulet::wire
