#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class StreamsTest : public KinesisTest {};

TEST_F(StreamsTest, a_new_stream_is_creating_without_shards_and_then_active_with_them) {
    call("CreateStream", {{"StreamName", "s"}, {"ShardCount", 3}});
    EXPECT_EQ(status("s"), "CREATING");
    EXPECT_TRUE(call("DescribeStream", {{"StreamName", "s"}})["StreamDescription"]["Shards"].empty());
    advance(settings.create_stream_time - milliseconds(1));
    EXPECT_EQ(status("s"), "CREATING");
    advance(milliseconds(1));
    EXPECT_EQ(status("s"), "ACTIVE");
    EXPECT_EQ(call("DescribeStream", {{"StreamName", "s"}})["StreamDescription"]["Shards"].size(), 3U);
}

TEST_F(StreamsTest, a_creation_that_a_restart_interrupts_is_completed) {
    call("CreateStream", {{"StreamName", "s"}, {"ShardCount", 2}});
    restart();
    EXPECT_EQ(status("s"), "CREATING");
    advance(settings.create_stream_time);
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(StreamsTest, a_change_is_completed_although_the_clock_goes_back_meanwhile) {
    call("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}});
    clock.set(clock.now() - std::chrono::hours(1));
    advance(settings.create_stream_time);
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(StreamsTest, a_change_that_takes_no_time_is_done_when_it_is_answered) {
    settings.create_stream_time = milliseconds(0);
    call("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}});
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(StreamsTest, a_deleted_stream_is_deleting_and_then_gone) {
    create_active_stream("s", 1);
    EXPECT_EQ(error_of("DeleteStream", {{"StreamName", "s"}}), "");
    EXPECT_EQ(status("s"), "DELETING");
    EXPECT_THAT(error_of("PutRecord", {{"StreamName", "s"}, {"Data", ""}, {"PartitionKey", "k"}}),
                StartsWith("ResourceNotFoundException"));
    advance(settings.delete_stream_time);
    EXPECT_EQ(status("s"), "ResourceNotFoundException");
}

TEST_F(StreamsTest, a_new_stream_of_an_old_name_has_none_of_the_old_records) {
    create_active_stream("s", 1);
    put("s", "old");
    call("DeleteStream", {{"StreamName", "s"}});
    advance(settings.delete_stream_time);
    create_active_stream("s", 1);
    put("s", "new");
    EXPECT_EQ(read(iterator("s")), std::vector<std::string>{"new"});
}

TEST_F(StreamsTest, a_name_can_be_taken_once_in_an_account_and_region) {
    create_active_stream("s", 1);
    EXPECT_EQ(error_of("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}}),
              "ResourceInUseException: Stream s under account 000000000000 already exists.");
    access_key = "111111111111";
    EXPECT_EQ(error_of("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}}), "");
}

TEST_F(StreamsTest, more_shards_than_the_quota_are_refused_with_the_services_sentence) {
    create_active_stream("s", 38);
    EXPECT_THAT(error_of("CreateStream", {{"StreamName", "t"}, {"ShardCount", 3}}),
                StartsWith("LimitExceededException: This request would exceed the shard limit for the account "
                           "000000000000 in us-east-1. Current shard count for the account: 38. Limit: 40. Number of "
                           "additional shards that would have resulted from this request: 3. Refer to"));
    EXPECT_EQ(status("t"), "ResourceNotFoundException");
}

TEST_F(StreamsTest, an_on_demand_stream_begins_with_four_shards_and_takes_no_count) {
    EXPECT_EQ(error_of("CreateStream", {{"StreamName", "s"}, {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}}),
              "");
    advance(settings.create_stream_time);
    EXPECT_EQ(call("DescribeStreamSummary", {{"StreamName", "s"}})["StreamDescriptionSummary"]["OpenShardCount"], 4);
    EXPECT_THAT(error_of("UpdateShardCount",
                         {{"StreamName", "s"}, {"TargetShardCount", 5}, {"ScalingType", "UNIFORM_SCALING"}}),
                StartsWith("ValidationException"));
}

TEST_F(StreamsTest, streams_are_listed_in_order_and_page_by_page) {
    for (const auto* name : {"c", "a", "b"}) create_active_stream(name, 1);
    const auto first = call("ListStreams", {{"Limit", 2}});
    EXPECT_EQ(first["StreamNames"], (nlohmann::json{"a", "b"}));
    EXPECT_EQ(first["HasMoreStreams"], true);
    const auto second = call("ListStreams", {{"NextToken", first["NextToken"]}});
    EXPECT_EQ(second["StreamNames"], nlohmann::json{"c"});
    EXPECT_EQ(second["HasMoreStreams"], false);
    EXPECT_EQ(call("ListStreams", {{"ExclusiveStartStreamName", "b"}})["StreamNames"], nlohmann::json{"c"});
}

TEST_F(StreamsTest, a_token_is_refused_when_it_is_old_forged_or_anothers) {
    for (const auto* name : {"a", "b"}) create_active_stream(name, 1);
    const std::string token = call("ListStreams", {{"Limit", 1}})["NextToken"];
    EXPECT_THAT(error_of("ListShards", {{"NextToken", token}}), StartsWith("InvalidArgumentException"));
    EXPECT_THAT(error_of("ListStreams", {{"NextToken", "AAAA"}}), StartsWith("InvalidArgumentException"));
    access_key = "111111111111";
    EXPECT_THAT(error_of("ListStreams", {{"NextToken", token}}), StartsWith("InvalidArgumentException"));
    access_key = "000000000000";
    advance(std::chrono::seconds(301));
    EXPECT_THAT(error_of("ListStreams", {{"NextToken", token}}), StartsWith("ExpiredNextTokenException"));
}

TEST_F(StreamsTest, a_stream_can_be_named_by_its_arn_but_not_by_anothers) {
    create_active_stream("s", 1);
    const std::string arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    EXPECT_EQ(call("DescribeStreamSummary", {{"StreamARN", arn}})["StreamDescriptionSummary"]["StreamARN"], arn);
    EXPECT_THAT(error_of("DescribeStreamSummary", {{"StreamARN", "arn:aws:kinesis:us-east-1:111111111111:stream/s"}}),
                StartsWith("AccessDeniedException"));
    EXPECT_THAT(error_of("DescribeStreamSummary", {{"StreamARN", arn}, {"StreamName", "t"}}),
                StartsWith("InvalidArgumentException"));
    EXPECT_EQ(error_of("DescribeStreamSummary", nlohmann::json::object()),
              "ValidationException: 1 validation error detected: Value null at 'streamName' failed to satisfy "
              "constraint: Member must not be null");
}

TEST_F(StreamsTest, retention_goes_up_and_down_within_its_bounds) {
    create_active_stream("s", 1);
    const auto change = [&](const char* direction, int hours) {
        return error_of(std::string(direction) + "StreamRetentionPeriod",
                        {{"StreamName", "s"}, {"RetentionPeriodHours", hours}});
    };
    EXPECT_EQ(change("Increase", 48), "");
    EXPECT_EQ(change("Increase", 24),
              "InvalidArgumentException: Requested retention period (24 hours) for stream s can not be shorter than "
              "existing retention period (48 hours). Use DecreaseRetentionPeriod API.");
    EXPECT_EQ(change("Decrease", 72),
              "InvalidArgumentException: Requested retention period (72 hours) for stream s can not be longer than "
              "existing retention period (48 hours). Use IncreaseRetentionPeriod API.");
    EXPECT_EQ(change("Decrease", 23),
              "InvalidArgumentException: Minimum allowed retention period is 24 hours. Requested retention period (23 "
              "hours) is too short.");
    EXPECT_THAT(change("Increase", 8761), StartsWith("InvalidArgumentException: Maximum allowed"));
    EXPECT_EQ(change("Decrease", 24), "");
}

TEST_F(StreamsTest, scaling_beyond_double_or_half_is_refused) {
    create_active_stream("s", 5);
    const auto scale = [&](int target) {
        return error_of("UpdateShardCount",
                        {{"StreamName", "s"}, {"TargetShardCount", target}, {"ScalingType", "UNIFORM_SCALING"}});
    };
    EXPECT_THAT(scale(11), HasSubstr("Current open shard count: 5 Target shard count: 11"));
    EXPECT_THAT(scale(2), HasSubstr("Current open shard count: 5 Target shard count: 2"));
    EXPECT_EQ(scale(3), "");
    EXPECT_EQ(status("s"), "UPDATING");
    EXPECT_EQ(scale(4),
              "ResourceInUseException: Stream s under account 000000000000 not ACTIVE, instead in state UPDATING");
    advance(settings.update_stream_time);
    EXPECT_EQ(status("s"), "ACTIVE");
    EXPECT_EQ(call("DescribeStreamSummary", {{"StreamName", "s"}})["StreamDescriptionSummary"]["OpenShardCount"], 3);
}

TEST_F(StreamsTest, shards_are_listed_by_filter_and_page_by_page) {
    create_active_stream("s", 2);
    advance(std::chrono::seconds(10));
    call("UpdateShardCount", {{"StreamName", "s"}, {"TargetShardCount", 4}, {"ScalingType", "UNIFORM_SCALING"}});
    advance(settings.update_stream_time);
    const auto list = [&](nlohmann::json input) {
        input["StreamName"] = "s";
        std::vector<std::string> ids;
        const auto answer = call("ListShards", input);
        for (const auto& shard : answer.value("Shards", nlohmann::json::array())) {
            const std::string id = shard["ShardId"];
            ids.push_back(id.substr(id.size() - 1));
        }
        return ids;
    };
    using Ids = std::vector<std::string>;
    EXPECT_EQ(list(nlohmann::json::object()), (Ids{"0", "1", "2", "3", "4", "5"}));
    EXPECT_EQ(list({{"ShardFilter", {{"Type", "AT_LATEST"}}}}), (Ids{"2", "3", "4", "5"}));
    EXPECT_EQ(list({{"ShardFilter", {{"Type", "AT_TRIM_HORIZON"}}}}), (Ids{"0", "1"}));
    EXPECT_EQ(list({{"ShardFilter", {{"Type", "AFTER_SHARD_ID"}, {"ShardId", "shardId-000000000003"}}}}),
              (Ids{"4", "5"}));
    EXPECT_EQ(list({{"ExclusiveStartShardId", "shardId-000000000004"}}), (Ids{"5"}));
    const auto page = call("ListShards", {{"StreamName", "s"}, {"MaxResults", 4}});
    EXPECT_EQ(page["Shards"].size(), 4U);
    EXPECT_EQ(call("ListShards", {{"NextToken", page["NextToken"]}})["Shards"].size(), 2U);
    EXPECT_EQ(error_of("ListShards", {{"StreamName", "s"}, {"NextToken", page["NextToken"]}}),
              "InvalidArgumentException: NextToken and StreamName cannot be provided together.");
    EXPECT_EQ(error_of("ListShards", nlohmann::json::object()),
              "InvalidArgumentException: Either NextToken or StreamName should be provided.");
}

}  // namespace
}  // namespace rivulet
