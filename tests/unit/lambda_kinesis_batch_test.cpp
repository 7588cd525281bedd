#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/limits.hpp"
#include "lambda-runner/kinesis_batch.hpp"

namespace rivulet {

namespace {

using nlohmann::json;

class Batch : public ::testing::Test {
protected:
    Batch() {
        stream.owner = mapping.owner = {"111122223333", "us-east-2"};
        stream.name = "lambda-stream";
        shard.ordinal = 6;
        shard.created = 1'545'000'000;
    }

    KinesisBatch empty() const { return KinesisBatch(mapping, stream, shard); }

    static StoredRecord record(Timestamp arrived, std::string key, std::string data) {
        return {position_at(arrived), std::move(key), std::move(data)};
    }
    static StoredRecord record(std::string data) { return record(documented_arrival, "1", std::move(data)); }

    std::string sequence_number(const StoredRecord& of) const {
        return to_string(sequence_number_of(shard, of.position));
    }

    static constexpr Timestamp documented_arrival{std::chrono::milliseconds{1'545'084'650'987}};
    EventSourceMapping mapping;
    Stream stream;
    Shard shard;
};

}  // namespace

// The example of https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html; its sequence numbers are its own.
TEST_F(Batch, has_the_form_of_the_documented_example) {
    const auto first = record(documented_arrival, "1", "Hello, this is a test.");
    const auto second = record(Timestamp{std::chrono::milliseconds{1'545'084'711'166}}, "1", "This is only a test.");
    auto batch = empty();
    ASSERT_TRUE(batch.add(first));
    ASSERT_TRUE(batch.add(second));

    auto expected = json::parse(R"({"Records": [
        {"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "1",
                     "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==", "approximateArrivalTimestamp": 1545084650.987},
         "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventName": "aws:kinesis:record",
         "invokeIdentityArn": "arn:aws:iam::111122223333:role/lambda-role", "awsRegion": "us-east-2",
         "eventSourceARN": "arn:aws:kinesis:us-east-2:111122223333:stream/lambda-stream"},
        {"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "1",
                     "data": "VGhpcyBpcyBvbmx5IGEgdGVzdC4=", "approximateArrivalTimestamp": 1545084711.166},
         "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventName": "aws:kinesis:record",
         "invokeIdentityArn": "arn:aws:iam::111122223333:role/lambda-role", "awsRegion": "us-east-2",
         "eventSourceARN": "arn:aws:kinesis:us-east-2:111122223333:stream/lambda-stream"}]})");
    const StoredRecord* const records[] = {&first, &second};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto number = sequence_number(*records[i]);
        expected["Records"][i]["kinesis"]["sequenceNumber"] = number;
        expected["Records"][i]["eventID"] = "shardId-000000000006:" + number;
    }
    EXPECT_EQ(batch.first_sequence_number(), sequence_number(first));
    EXPECT_EQ(batch.first(), first.position);
    EXPECT_EQ(batch.next(), second.position + 1);
    EXPECT_EQ(json::parse(batch.take_event()), expected);
}

TEST_F(Batch, carries_any_partition_key_and_any_data) {
    const std::string key = "quote \" backslash \\ line\nend \x01 käse 🧀";
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    auto batch = empty();
    ASSERT_TRUE(batch.add(record(documented_arrival, key, bytes)));
    ASSERT_TRUE(batch.add(record(documented_arrival, "\xff", "")));
    const auto event = json::parse(batch.take_event());
    EXPECT_EQ(event["Records"][0]["kinesis"]["partitionKey"], key);
    EXPECT_THAT(event["Records"][0]["kinesis"]["data"].get<std::string>(),
                ::testing::AllOf(::testing::StartsWith("AAECAwQF"), ::testing::EndsWith("/P3+/w==")));
    EXPECT_EQ(event["Records"][1]["kinesis"]["data"], "");
}

TEST_F(Batch, is_full_at_its_number_of_records) {
    mapping.batch_size = 2;
    auto batch = empty();
    EXPECT_EQ(batch.room().records, 2U);
    EXPECT_TRUE(batch.add(record("a")));
    EXPECT_FALSE(batch.full());
    EXPECT_TRUE(batch.add(record("b")));
    EXPECT_TRUE(batch.full());
    EXPECT_FALSE(batch.add(record("c")));
    EXPECT_EQ(batch.size(), 2U);
}

TEST_F(Batch, is_full_before_its_event_passes_six_mebibytes) {
    mapping.batch_size = 10'000;
    auto batch = empty();
    // Each takes a little more than a third of the room.
    const auto third = record(std::string(limits::max_invocation_bytes / 4, 'x'));
    EXPECT_TRUE(batch.add(third));
    EXPECT_TRUE(batch.add(third));
    EXPECT_FALSE(batch.add(third));
    EXPECT_TRUE(batch.full());
    EXPECT_FALSE(batch.add(record("")));
    const auto event = batch.take_event();
    EXPECT_LE(event.size(), limits::max_invocation_bytes);
    EXPECT_EQ(json::parse(event)["Records"].size(), 2U);
}

TEST_F(Batch, has_room_for_a_record_that_is_too_large_for_any) {
    auto batch = empty();
    EXPECT_TRUE(batch.add(record(std::string(10 * 1024 * 1024, 'x'))));
    EXPECT_FALSE(batch.add(record("")));
    EXPECT_EQ(batch.size(), 1U);
}

}  // namespace rivulet
