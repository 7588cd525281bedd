#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;
using Data = std::vector<std::string>;

class RecordsTest : public KinesisTest {
protected:
    void SetUp() override { create_active_stream("s", 1); }
};

TEST_F(RecordsTest, come_back_in_order_with_what_was_put) {
    put("s", "one", "a");
    const std::string second = put("s", "two", "b");
    const auto answer = call("GetRecords", {{"ShardIterator", iterator("s")}});
    EXPECT_EQ(data_of(answer), (Data{"one", "two"}));
    EXPECT_EQ(answer["Records"][1]["PartitionKey"], "b");
    EXPECT_EQ(answer["Records"][1]["SequenceNumber"], second);
    EXPECT_EQ(answer["MillisBehindLatest"], 0);
}

TEST_F(RecordsTest, go_to_the_shard_of_their_keys_digest_or_of_their_explicit_hash_key) {
    create_active_stream("t", 2);
    // MD5("a") begins with 0c, MD5("b") with 92: the lower and the upper half.
    const auto shard_of = [&](nlohmann::json more) {
        nlohmann::json input = {{"StreamName", "t"}, {"Data", ""}, {"PartitionKey", "a"}};
        if (!more.is_null()) input.update(more);
        return call("PutRecord", input).value("ShardId", "");
    };
    EXPECT_EQ(shard_of({}), "shardId-000000000000");
    EXPECT_EQ(shard_of({{"PartitionKey", "b"}}), "shardId-000000000001");
    EXPECT_EQ(shard_of({{"ExplicitHashKey", "340282366920938463463374607431768211455"}}), "shardId-000000000001");
    EXPECT_EQ(error_of("PutRecord", {{"StreamName", "t"},
                                     {"Data", ""},
                                     {"PartitionKey", "a"},
                                     {"ExplicitHashKey", "340282366920938463463374607431768211456"}}),
              "InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
              "Specified value was 340282366920938463463374607431768211456");
}

TEST_F(RecordsTest, put_together_are_answered_entry_by_entry_in_order) {
    nlohmann::json input = {{"StreamName", "s"}, {"Records", nlohmann::json::array()}};
    for (int i = 0; i < 500; ++i) {
        input["Records"].push_back({{"Data", base64_encode(std::to_string(i))}, {"PartitionKey", std::to_string(i)}});
    }
    const auto answer = call("PutRecords", input);
    EXPECT_EQ(answer["FailedRecordCount"], 0);
    ASSERT_EQ(answer["Records"].size(), 500U);
    const auto stored = call("GetRecords", {{"ShardIterator", iterator("s")}});
    for (std::size_t i = 0; i < 500; ++i) {
        EXPECT_EQ(stored["Records"][i]["SequenceNumber"], answer["Records"][i]["SequenceNumber"]);
        EXPECT_EQ(stored["Records"][i]["PartitionKey"], std::to_string(i));
    }
}

TEST_F(RecordsTest, are_refused_when_too_large_and_then_nothing_of_the_call_is_stored) {
    const std::string large = base64_encode(std::string(1024 * 1024 + 1, 'x'));
    EXPECT_THAT(
        error_of("PutRecord", {{"StreamName", "s"}, {"Data", large}, {"PartitionKey", "k"}}),
        HasSubstr("at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576"));
    EXPECT_THAT(
        error_of("PutRecords",
                 {{"StreamName", "s"},
                  {"Records", {{{"Data", ""}, {"PartitionKey", "k"}}, {{"Data", large}, {"PartitionKey", "k"}}}}}),
        HasSubstr("at 'records.2.member.data' failed"));
    EXPECT_EQ(read(iterator("s")), Data{});
}

TEST_F(RecordsTest, may_be_larger_in_a_stream_that_allows_it) {
    call("CreateStream", {{"StreamName", "big"}, {"ShardCount", 1}, {"MaxRecordSizeInKiB", 2048}});
    advance(settings.create_stream_time);
    const std::string large(1024 * 1024 + 1, 'x');
    put("big", large);
    EXPECT_EQ(read(iterator("big")), Data{large});
}

TEST_F(RecordsTest, are_read_from_each_type_of_iterator) {
    const std::string first = put("s", "one");
    advance(seconds(2));
    const auto between = clock.now();
    advance(seconds(2));
    put("s", "two");
    const auto read_from = [&](const std::string& type, nlohmann::json more) {
        nlohmann::json input = {{"StreamName", "s"}, {"ShardId", "shardId-000000000000"}, {"ShardIteratorType", type}};
        if (!more.is_null()) input.update(more);
        return read(iterator_by(input));
    };
    EXPECT_EQ(read_from("TRIM_HORIZON", {}), (Data{"one", "two"}));
    EXPECT_EQ(read_from("AT_SEQUENCE_NUMBER", {{"StartingSequenceNumber", first}}), (Data{"one", "two"}));
    EXPECT_EQ(read_from("AFTER_SEQUENCE_NUMBER", {{"StartingSequenceNumber", first}}), Data{"two"});
    EXPECT_EQ(read_from("AT_TIMESTAMP", {{"Timestamp", between.time_since_epoch().count() / 1000.0}}), Data{"two"});
    const std::string latest = iterator("s", 0, "LATEST");
    put("s", "three");
    EXPECT_EQ(read(latest), Data{"three"});
}

TEST_F(RecordsTest, a_reader_goes_on_where_the_last_answer_ended) {
    for (const auto* data : {"one", "two", "three"}) put("s", data);
    const auto first = call("GetRecords", {{"ShardIterator", iterator("s")}, {"Limit", 2}});
    EXPECT_EQ(data_of(first), (Data{"one", "two"}));
    advance(seconds(3));
    const auto again = call("GetRecords", {{"ShardIterator", iterator("s")}, {"Limit", 2}});
    EXPECT_EQ(again["MillisBehindLatest"], 3000);
    EXPECT_EQ(read(first["NextShardIterator"]), Data{"three"});
}

TEST_F(RecordsTest, an_iterator_outlives_a_restart_but_not_five_minutes) {
    put("s", "one");
    const std::string text = iterator("s");
    restart();
    EXPECT_EQ(read(text), Data{"one"});
    advance(seconds(301));
    EXPECT_THAT(
        error_of("GetRecords", {{"ShardIterator", text}}),
        testing::AllOf(StartsWith("ExpiredIteratorException: Iterator expired. The iterator was created at time "),
                       HasSubstr("which is further in the future than the tolerated delay of 300000 milliseconds.")));
}

TEST_F(RecordsTest, an_iterator_that_was_altered_or_is_anothers_is_refused) {
    const std::string text = iterator("s");
    constexpr auto invalid = "InvalidArgumentException: Invalid ShardIterator.";
    for (std::size_t i = 0; i < text.size(); i += 7) {
        std::string altered = text;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(error_of("GetRecords", {{"ShardIterator", altered}}), invalid) << "altered at " << i;
    }
    access_key = "111111111111";
    EXPECT_EQ(error_of("GetRecords", {{"ShardIterator", text}}), invalid);
}

TEST_F(RecordsTest, vanish_when_their_retention_is_over_and_not_before) {
    put("s", "old");
    advance(hours(23));
    put("s", "new");
    EXPECT_EQ(read(iterator("s")), (Data{"old", "new"}));
    advance(hours(1) + seconds(1));
    EXPECT_EQ(read(iterator("s")), Data{"new"});
}

TEST_F(RecordsTest, of_a_closed_shard_stay_readable_and_lead_to_its_children) {
    put("s", "before");
    call("UpdateShardCount", {{"StreamName", "s"}, {"TargetShardCount", 2}, {"ScalingType", "UNIFORM_SCALING"}});
    put("s", "while updating");
    advance(settings.update_stream_time);
    put("s", "after");
    const auto end = call("GetRecords", {{"ShardIterator", iterator("s")}});
    EXPECT_EQ(data_of(end), (Data{"before", "while updating"}));
    EXPECT_FALSE(end.contains("NextShardIterator"));
    ASSERT_EQ(end["ChildShards"].size(), 2U);
    EXPECT_EQ(end["ChildShards"][0]["ParentShards"], nlohmann::json{"shardId-000000000000"});
    auto children = read(iterator("s", 1));
    for (const auto& data : read(iterator("s", 2))) children.push_back(data);
    EXPECT_EQ(children, Data{"after"});
}

TEST_F(RecordsTest, an_iterator_needs_parameters_that_go_together) {
    const auto refusal = [&](nlohmann::json more) {
        nlohmann::json input = {{"StreamName", "s"}, {"ShardId", "0"}};
        if (!more.is_null()) input.update(more);
        return error_of("GetShardIterator", input);
    };
    constexpr auto future = 4'000'000'000.0;
    const std::string number = put("s", "x");
    EXPECT_THAT(refusal({{"ShardIteratorType", "AT_SEQUENCE_NUMBER"}}),
                HasSubstr("Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber."));
    EXPECT_THAT(refusal({{"ShardIteratorType", "LATEST"}, {"StartingSequenceNumber", number}}),
                HasSubstr("Request specified LATEST and also a StartingSequenceNumber."));
    EXPECT_THAT(refusal({{"ShardIteratorType", "AT_TIMESTAMP"}}), HasSubstr("has no timestamp parameter."));
    EXPECT_THAT(refusal({{"ShardIteratorType", "AT_TIMESTAMP"}, {"Timestamp", future}}),
                HasSubstr("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."));
    EXPECT_EQ(refusal({{"ShardIteratorType", "AT_SEQUENCE_NUMBER"}, {"StartingSequenceNumber", "17"}}),
              "InvalidArgumentException: StartingSequenceNumber 17 used in GetShardIterator on shard "
              "shardId-000000000000 in stream s under account 000000000000 is invalid.");
    EXPECT_EQ(
        refusal({{"ShardId", "shardId-000000000009"}, {"ShardIteratorType", "LATEST"}}),
        "ResourceNotFoundException: Shard shardId-000000000009 in stream s under account 000000000000 does not exist");
    EXPECT_EQ(refusal({{"ShardId", "nothing"}, {"ShardIteratorType", "LATEST"}}),
              "ResourceNotFoundException: Could not find shard nothing in stream s under account 000000000000.");
}

TEST_F(RecordsTest, a_sequence_number_of_another_shard_or_stream_is_refused) {
    create_active_stream("t", 2);
    const std::string other = put("t", "x", "b");
    EXPECT_EQ(error_of("GetShardIterator", {{"StreamName", "t"},
                                            {"ShardId", "0"},
                                            {"ShardIteratorType", "AT_SEQUENCE_NUMBER"},
                                            {"StartingSequenceNumber", other}}),
              "InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was "
              "used in a call to a shard with shardId-000000000000");
    advance(seconds(5));
    create_active_stream("u", 2);
    EXPECT_THAT(error_of("GetShardIterator", {{"StreamName", "u"},
                                              {"ShardId", "1"},
                                              {"ShardIteratorType", "AT_SEQUENCE_NUMBER"},
                                              {"StartingSequenceNumber", other}}),
                HasSubstr("is invalid because it did not come from this stream."));
}

TEST_F(RecordsTest, an_ordering_sequence_number_must_be_of_the_past) {
    const std::string past = put("s", "x");
    const auto put_after = [&](const std::string& number) {
        return error_of(
            "PutRecord",
            {{"StreamName", "s"}, {"Data", ""}, {"PartitionKey", "k"}, {"SequenceNumberForOrdering", number}});
    };
    EXPECT_EQ(put_after(past), "");
    auto future = *parse_sequence_number(past);
    future.arrived += 100;
    EXPECT_EQ(put_after(to_string(future)),
              "InvalidArgumentException: ExclusiveMinimumSequenceNumber " + to_string(future) +
                  " used in PutRecord on stream s under account 000000000000 is invalid.");
    clock.set(clock.now() - std::chrono::hours(1));
    EXPECT_EQ(put_after(past), "") << "a clock that was set back makes no future of what was given out";
}

TEST_F(RecordsTest, expired_by_a_shorter_retention_stay_so_when_it_is_raised_again) {
    const auto set_retention = [&](const char* operation, int period) {
        return error_of(operation, {{"StreamName", "s"}, {"RetentionPeriodHours", period}});
    };
    ASSERT_EQ(set_retention("IncreaseStreamRetentionPeriod", 48), "");
    put("s", "old");
    advance(std::chrono::hours(30));
    put("s", "new");
    ASSERT_EQ(set_retention("DecreaseStreamRetentionPeriod", 24), "");
    ASSERT_EQ(set_retention("IncreaseStreamRetentionPeriod", 48), "");
    const auto iterator = call("GetShardIterator", {{"StreamName", "s"},
                                                    {"ShardId", "shardId-000000000000"},
                                                    {"ShardIteratorType", "TRIM_HORIZON"}})["ShardIterator"];
    const auto records = call("GetRecords", {{"ShardIterator", iterator}})["Records"];
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0]["Data"], "bmV3");
}

}  // namespace
}  // namespace rivulet
