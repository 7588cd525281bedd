#include "server/kinesis/throttle.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr auto shard_rate_exceeded =
    "ProvisionedThroughputExceededException: Rate exceeded for shard shardId-000000000000 in stream s under account "
    "000000000000.";

class EnforcedLimitsTest : public KinesisTest {
protected:
    EnforcedLimitsTest() {
        settings.limits = LimitsMode::enforce;
        service->throttle = &throttle;
    }
    void SetUp() override { create_active_stream("s", 1); }

    json records(int count, std::size_t bytes) {
        json entries = json::array();
        for (int i = 0; i < count; ++i) {
            entries.push_back({{"Data", base64_encode(std::string(bytes, 'x'))}, {"PartitionKey", "k"}});
        }
        return {{"StreamName", "s"}, {"Records", entries}};
    }
    std::string put_error(std::size_t bytes) {
        return error_of("PutRecord",
                        {{"StreamName", "s"}, {"Data", base64_encode(std::string(bytes, 'x'))}, {"PartitionKey", "k"}});
    }
    std::string get_error(const std::string& from) { return error_of("GetRecords", {{"ShardIterator", from}}); }

    kinesis::Throttle throttle{clock};
};

TEST_F(EnforcedLimitsTest, a_shard_takes_a_thousand_records_a_second_and_refuses_the_others_entry_by_entry) {
    EXPECT_EQ(call("PutRecords", records(500, 1))["FailedRecordCount"], 0);
    EXPECT_EQ(call("PutRecords", records(499, 1))["FailedRecordCount"], 0);
    const auto answer = call("PutRecords", records(3, 1));
    EXPECT_EQ(answer["FailedRecordCount"], 2);
    EXPECT_TRUE(answer["Records"][0].contains("SequenceNumber"));
    EXPECT_EQ(answer["Records"][1],
              (json{{"ErrorCode", "ProvisionedThroughputExceededException"},
                    {"ErrorMessage",
                     "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."}}));
    EXPECT_EQ(put_error(1), shard_rate_exceeded);
    advance(milliseconds(1));
    EXPECT_EQ(put_error(1), "") << "a thousandth of a second's worth";
    EXPECT_EQ(put_error(1), shard_rate_exceeded);
    advance(seconds(1));
    EXPECT_EQ(call("PutRecords", records(500, 1))["FailedRecordCount"], 0);
    EXPECT_EQ(call("PutRecords", records(500, 1))["FailedRecordCount"], 0);
    EXPECT_EQ(call("PutRecords", records(1, 1))["FailedRecordCount"], 1);
}

TEST_F(EnforcedLimitsTest, a_shard_takes_a_mebibyte_a_second_partition_keys_included) {
    constexpr std::size_t half = 512 * 1024;
    EXPECT_EQ(put_error(half - 1), "");
    EXPECT_EQ(put_error(half), shard_rate_exceeded) << "a byte too many, with the key";
    EXPECT_EQ(put_error(half - 1), "");
    advance(milliseconds(500));
    EXPECT_EQ(put_error(half), shard_rate_exceeded);
    EXPECT_EQ(put_error(half - 1), "");
    EXPECT_EQ(read(iterator("s")).size(), 3U) << "what was refused is not stored";
}

TEST_F(EnforcedLimitsTest, other_shards_are_not_held_back) {
    create_active_stream("t", 2);
    auto input = records(500, 1);
    input["StreamName"] = "t";
    call("PutRecords", input);
    call("PutRecords", input);
    input["Records"].push_back({{"Data", ""}, {"PartitionKey", "a"}});
    input["Records"].erase(0);
    // "k" and "a" have digests in different halves of the space.
    const auto answer = call("PutRecords", input);
    EXPECT_EQ(answer["FailedRecordCount"], 499);
    EXPECT_TRUE(answer["Records"][499].contains("SequenceNumber"));
}

TEST_F(EnforcedLimitsTest, a_large_record_passes_a_rested_shard_and_is_paid_off_afterwards) {
    call("CreateStream", {{"StreamName", "big"}, {"ShardCount", 1}, {"MaxRecordSizeInKiB", 10240}});
    advance(settings.create_stream_time);
    const auto put_big = [&](std::size_t mebibytes) {
        return error_of("PutRecord", {{"StreamName", "big"},
                                      {"Data", base64_encode(std::string(mebibytes * 1024 * 1024 - 1, 'x'))},
                                      {"PartitionKey", "k"}});
    };
    EXPECT_EQ(put_big(4), "");
    advance(milliseconds(3999));
    EXPECT_NE(put_big(1), "");
    advance(milliseconds(1));
    EXPECT_EQ(put_big(1), "") << "four seconds' worth was taken at once";
}

TEST_F(EnforcedLimitsTest, a_shard_answers_five_reads_a_second) {
    const std::string from = iterator("s");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(get_error(from), "");
    EXPECT_EQ(get_error(from), shard_rate_exceeded);
    advance(milliseconds(199));
    EXPECT_EQ(get_error(from), shard_rate_exceeded);
    advance(milliseconds(1));
    EXPECT_EQ(get_error(from), "");
}

TEST_F(EnforcedLimitsTest, a_shard_gives_two_mebibytes_a_second) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(put_error(1024 * 1024 - 1), "");
        advance(seconds(1));
    }
    const std::string from = iterator("s");
    EXPECT_EQ(read(from).size(), 3U);
    EXPECT_EQ(get_error(from), shard_rate_exceeded) << "a mebibyte is owed";
    advance(milliseconds(500));
    EXPECT_EQ(get_error(from), shard_rate_exceeded);
    advance(milliseconds(1));
    EXPECT_EQ(get_error(from), "");
}

TEST_F(EnforcedLimitsTest, a_full_answer_of_ten_mebibytes_makes_the_shard_rest_for_five_seconds) {
    service->throttle = nullptr;
    for (int i = 0; i < 11; ++i) EXPECT_EQ(put_error(1024 * 1024 - 1), "");
    service->throttle = &throttle;
    const std::string from = iterator("s");
    EXPECT_GE(read(from).size(), 9U);
    advance(milliseconds(4999));
    EXPECT_EQ(get_error(from), shard_rate_exceeded);
    advance(milliseconds(1));
    EXPECT_EQ(get_error(from), "");
}

TEST_F(EnforcedLimitsTest, calls_of_the_control_plane_have_rates_of_an_account_or_a_stream) {
    create_active_stream("t", 1);
    const auto exhaust = [&](const std::string& operation, const json& input, int rate) {
        advance(seconds(1));
        for (int i = 0; i < rate; ++i) EXPECT_EQ(error_of(operation, input), "") << operation;
        return error_of(operation, input);
    };
    EXPECT_EQ(exhaust("DescribeStream", {{"StreamName", "s"}}, 10),
              "LimitExceededException: Rate exceeded for stream s under account 000000000000.");
    EXPECT_EQ(exhaust("ListStreams", json::object(), 5),
              "LimitExceededException: Rate exceeded for account 000000000000.");
    EXPECT_EQ(exhaust("ListShards", {{"StreamName", "s"}}, 1000),
              "LimitExceededException: Rate exceeded for stream s under account 000000000000.");
    EXPECT_EQ(error_of("ListShards", {{"StreamName", "t"}}), "") << "another stream has a rate of its own";
    EXPECT_NE(error_of("ListShards", {{"StreamARN", "arn:aws:kinesis:us-east-1:000000000000:stream/s"}}), "")
        << "by whichever name";
    EXPECT_EQ(exhaust("GetShardIterator", {{"StreamName", "s"}, {"ShardId", "0"}, {"ShardIteratorType", "LATEST"}}, 5),
              shard_rate_exceeded);
    access_key = "111111111111";
    EXPECT_EQ(error_of("ListStreams", json::object()), "") << "another account has a rate of its own";
}

TEST_F(EnforcedLimitsTest, five_streams_may_be_creating_at_a_time) {
    const auto create = [&](int number) {
        return error_of("CreateStream", {{"StreamName", "n" + std::to_string(number)}, {"ShardCount", 1}});
    };
    settings.create_stream_time = seconds(60);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(create(i), "");
        advance(seconds(1));
    }
    EXPECT_THAT(create(5), HasSubstr("LimitExceededException: "));
    advance(seconds(60));
    EXPECT_EQ(create(5), "");
}

TEST_F(EnforcedLimitsTest, fifty_on_demand_streams_may_be_there) {
    settings.create_stream_time = milliseconds{0};
    const auto create = [&](int number) {
        advance(seconds(1));
        return error_of("CreateStream", {{"StreamName", "d" + std::to_string(number)},
                                         {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}});
    };
    for (int i = 0; i < 50; ++i) EXPECT_EQ(create(i), "");
    EXPECT_THAT(create(50), HasSubstr("LimitExceededException: "));
}

TEST_F(EnforcedLimitsTest, a_fan_out_consumer_is_sent_two_mebibytes_a_second_from_each_shard) {
    constexpr std::size_t mebibyte = 1024 * 1024;
    EXPECT_EQ(throttle.delay_fan_out("one", {1, 0}, 2 * mebibyte), milliseconds(0));
    EXPECT_EQ(throttle.delay_fan_out("one", {1, 0}, mebibyte), milliseconds(500));
    EXPECT_EQ(throttle.delay_fan_out("one", {1, 0}, mebibyte), milliseconds(1000));
    EXPECT_EQ(throttle.delay_fan_out("one", {1, 1}, mebibyte), milliseconds(0));
    EXPECT_EQ(throttle.delay_fan_out("two", {1, 0}, mebibyte), milliseconds(0));
    advance(seconds(2));
    EXPECT_EQ(throttle.delay_fan_out("one", {1, 0}, 2 * mebibyte), milliseconds(0));
}

TEST(TokenBucket, is_not_confused_by_a_clock_that_is_set_back) {
    const Timestamp start{seconds(1000)};
    kinesis::TokenBucket bucket(10, start);
    bucket.take(10, start);
    EXPECT_FALSE(bucket.has(1, start - seconds(500)));
    EXPECT_TRUE(bucket.has(1, start - seconds(500) + milliseconds(100)));
    EXPECT_FALSE(bucket.has(2, start - seconds(500) + milliseconds(100)));
}

}  // namespace
}  // namespace rivulet
