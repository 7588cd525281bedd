#include <gtest/gtest.h>

#include "s3-sink/sink.hpp"
#include "tests/unit/s3_support.hpp"

namespace rivulet {

namespace {

std::string lines_of(std::string_view json) {
    const auto lines = to_ndjson(json);
    return lines ? *lines : "error: " + lines.error().message;
}

const SinkTarget target{"bucket", "out/"};
constexpr const char* shard = "shardId-000000000001";
constexpr const char* key = "out/shardId-000000000001-4959.ndjson";

std::optional<std::string> sink(const ObjectStoreUnderTest& test, std::string_view result) {
    const auto written = write_to_sink(*test.store, target, shard, "4959", result);
    EXPECT_TRUE(written);
    return written ? *written : std::nullopt;
}

}  // namespace

TEST(Ndjson, has_a_line_for_each_element_of_an_array) {
    EXPECT_EQ(lines_of(R"([{"a": 1}, [2, 3], "x", null])"), "{\"a\":1}\n[2,3]\n\"x\"\nnull\n");
    EXPECT_EQ(lines_of("[[],[[]]]"), "[]\n[[]]\n");
}

TEST(Ndjson, has_one_line_for_another_value) {
    EXPECT_EQ(lines_of(R"( {"a" : [1, 2]} )"), "{\"a\":[1,2]}\n");
    EXPECT_EQ(lines_of("42"), "42\n");
    EXPECT_EQ(lines_of("\"text\""), "\"text\"\n");
}

TEST(Ndjson, has_no_line_for_nothing) {
    for (const char* nothing : {"", " \n", "null", " null ", "[]", "[ ]"}) EXPECT_EQ(lines_of(nothing), "") << nothing;
}

TEST(Ndjson, keeps_digits_order_and_texts_as_they_are) {
    EXPECT_EQ(lines_of(R"([{"z": 12345678901234567890.10, "a": "b, [c] \" \\ \n \u00e4"}])"),
              "{\"z\":12345678901234567890.10,\"a\":\"b, [c] \\\" \\\\ \\n \\u00e4\"}\n");
    EXPECT_EQ(lines_of("[{\"a\":\n\r\n1}]"), "{\"a\":1}\n");
}

TEST(Ndjson, refuses_what_is_not_json) {
    for (const char* bad : {"{", "[1,]", "nul", "{'a': 1}", "[1] [2]", "\"line\nbreak\"", "\xff"}) {
        const auto lines = to_ndjson(bad);
        ASSERT_FALSE(lines) << bad;
        EXPECT_EQ(lines.error().code, ErrorCode::bad_request);
    }
}

TEST(Sink, names_objects_by_shard_and_first_sequence_number) {
    ObjectStoreUnderTest test;
    EXPECT_EQ(sink(test, "[1,2]"), key);
    EXPECT_EQ(test.get(key), "1\n2\n");
    EXPECT_EQ(test.head(key).attributes, (Attributes{{"content-type", "application/x-ndjson"}}));
    EXPECT_EQ(sink_key({"bucket", ""}, shard, "1"), "shardId-000000000001-1.ndjson");
}

TEST(Sink, a_batch_delivered_twice_overwrites_itself) {
    ObjectStoreUnderTest test;
    sink(test, "[1,2]");
    sink(test, "[3]");
    EXPECT_EQ(test.keys(), std::vector<std::string>{key});
    EXPECT_EQ(test.get(key), "3\n");
}

TEST(Sink, a_result_without_lines_leaves_no_object_of_the_name) {
    ObjectStoreUnderTest test;
    EXPECT_EQ(sink(test, "null"), std::nullopt);
    EXPECT_TRUE(test.keys().empty());
    sink(test, "[1]");
    EXPECT_EQ(sink(test, "[]"), std::nullopt);
    EXPECT_TRUE(test.keys().empty());
}

TEST(Sink, a_bucket_that_is_not_there_and_a_result_that_is_not_json_are_errors) {
    ObjectStoreUnderTest test;
    EXPECT_EQ(write_to_sink(*test.store, {"nowhere", ""}, shard, "1", "[1]").error().code,
              ErrorCode::s3_no_such_bucket);
    EXPECT_EQ(write_to_sink(*test.store, {"nowhere", ""}, shard, "1", "null").error().code,
              ErrorCode::s3_no_such_bucket);
    EXPECT_EQ(write_to_sink(*test.store, target, shard, "1", "oops").error().code, ErrorCode::bad_request);
    EXPECT_TRUE(test.keys().empty());
}

}  // namespace rivulet
