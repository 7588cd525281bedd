#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;

class SplitAndMergeTest : public KinesisTest {
protected:
    void SetUp() override { create_active_stream("s", 2); }

    std::string split(const std::string& shard, const std::string& key) {
        return error_of("SplitShard", {{"StreamName", "s"}, {"ShardToSplit", shard}, {"NewStartingHashKey", key}});
    }
    std::string merge(const std::string& shard, const std::string& adjacent) {
        return error_of("MergeShards",
                        {{"StreamName", "s"}, {"ShardToMerge", shard}, {"AdjacentShardToMerge", adjacent}});
    }
    std::string scale(int target) {
        return error_of("UpdateShardCount",
                        {{"StreamName", "s"}, {"TargetShardCount", target}, {"ScalingType", "UNIFORM_SCALING"}});
    }
    json shard(std::size_t index) { return call("ListShards", {{"StreamName", "s"}})["Shards"].at(index); }
};

TEST_F(SplitAndMergeTest, a_split_shard_takes_records_until_the_split_is_done_and_then_its_children_do) {
    put("s", "before", "a");
    EXPECT_EQ(split("shardId-000000000000", "1000"), "");
    EXPECT_EQ(status("s"), "UPDATING");
    put("s", "while updating", "a");
    advance(settings.update_stream_time);
    EXPECT_EQ(status("s"), "ACTIVE");
    put("s", "after", "a");
    EXPECT_EQ(read(iterator("s", 0)), (std::vector<std::string>{"before", "while updating"}));
    EXPECT_EQ(read(iterator("s", 3)), std::vector<std::string>{"after"});
    EXPECT_EQ(shard(2)["HashKeyRange"], (json{{"StartingHashKey", "0"}, {"EndingHashKey", "999"}}));
    EXPECT_EQ(shard(2)["ParentShardId"], "shardId-000000000000");
    EXPECT_EQ(shard(3)["HashKeyRange"]["StartingHashKey"], "1000");
    const auto end = parse_sequence_number(shard(0)["SequenceNumberRange"]["EndingSequenceNumber"].get<std::string>());
    const auto start =
        parse_sequence_number(shard(3)["SequenceNumberRange"]["StartingSequenceNumber"].get<std::string>());
    EXPECT_EQ(start->shard_created, end->arrived + 1);
}

TEST_F(SplitAndMergeTest, merged_shards_have_one_child_that_names_both) {
    EXPECT_EQ(merge("1", "0"), "") << "whichever is named first";
    advance(settings.update_stream_time);
    EXPECT_EQ(shard(2)["ParentShardId"], "shardId-000000000001");
    EXPECT_EQ(shard(2)["AdjacentParentShardId"], "shardId-000000000000");
    EXPECT_EQ(shard(2)["HashKeyRange"]["EndingHashKey"], "340282366920938463463374607431768211455");
}

TEST_F(SplitAndMergeTest, a_split_that_a_restart_interrupts_is_completed) {
    EXPECT_EQ(split("0", "1000"), "");
    restart();
    EXPECT_EQ(status("s"), "UPDATING");
    advance(settings.update_stream_time);
    EXPECT_EQ(call("ListShards", {{"StreamName", "s"}})["Shards"].size(), 4U);
}

TEST_F(SplitAndMergeTest, a_split_has_a_time_of_its_own) {
    settings.split_shard_time = seconds(30);
    EXPECT_EQ(split("0", "1000"), "");
    advance(settings.update_stream_time);
    EXPECT_EQ(status("s"), "UPDATING");
    advance(seconds(30));
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(SplitAndMergeTest, the_new_starting_hash_key_must_lie_well_within_the_shard) {
    const std::string refused =
        "InvalidArgumentException: NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000 in stream s "
        "under account 000000000000 is not both greater than one plus the shard's StartingHashKey 0 and less than the "
        "shard's EndingHashKey 170141183460469231731687303715884105727.";
    EXPECT_EQ(split("0", "1"), refused);
    EXPECT_THAT(split("0", "170141183460469231731687303715884105727"), HasSubstr("is not both greater than"));
    EXPECT_THAT(split("0", "999999999999999999999999999999999999999"), HasSubstr("is not both greater than"));
    EXPECT_EQ(split("0", "2"), "");
}

TEST_F(SplitAndMergeTest, shards_that_are_not_there_or_closed_or_apart_are_refused) {
    EXPECT_EQ(split("shardId-000000000009", "1000"),
              "ResourceNotFoundException: Could not find shard shardId-000000000009 in stream s under account "
              "000000000000.");
    EXPECT_EQ(merge("0", "nothing"),
              "ResourceNotFoundException: Could not find shard nothing in stream s under account 000000000000.");
    EXPECT_EQ(split("0", "1000"), "");
    EXPECT_EQ(merge("0", "1"),
              "ResourceInUseException: Stream s under account 000000000000 not ACTIVE, instead in state UPDATING");
    advance(settings.update_stream_time);
    EXPECT_EQ(merge("2", "1"),
              "InvalidArgumentException: Shards shardId-000000000002 and shardId-000000000001 in stream s under "
              "account 000000000000 are not an adjacent pair of shards eligible for merging");
    const std::string closed =
        "InvalidArgumentException: Shard shardId-000000000000 in stream s under account 000000000000 has already been "
        "merged or split, and thus is not eligible for merging or splitting.";
    EXPECT_EQ(split("0", "1000"), closed);
    EXPECT_EQ(merge("1", "0"), closed);
}

TEST_F(SplitAndMergeTest, a_split_counts_against_the_shard_quota) {
    settings.shard_limit = 2;
    EXPECT_THAT(split("0", "1000"),
                HasSubstr("Current shard count for the account: 2. Limit: 2. Number of additional shards that would "
                          "have resulted from this request: 1."));
    EXPECT_THAT(scale(3), HasSubstr("LimitExceededException: This request would exceed the shard limit"));
    EXPECT_EQ(merge("0", "1"), "");
}

TEST_F(SplitAndMergeTest, on_demand_streams_are_not_resharded_by_hand_and_do_not_count_against_the_quota) {
    settings.shard_limit = 2;
    const json on_demand = {{"StreamName", "d"}, {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}};
    EXPECT_EQ(error_of("CreateStream", on_demand), "");
    advance(settings.create_stream_time);
    for (const auto& [operation, more] : std::map<std::string, json>{
             {"SplitShard", {{"ShardToSplit", "0"}, {"NewStartingHashKey", "1000"}}},
             {"MergeShards", {{"ShardToMerge", "0"}, {"AdjacentShardToMerge", "1"}}},
             {"UpdateShardCount", {{"TargetShardCount", 5}, {"ScalingType", "UNIFORM_SCALING"}}}}) {
        json input = more;
        input["StreamName"] = "d";
        EXPECT_THAT(error_of(operation, input), HasSubstr("is in ON_DEMAND mode")) << operation;
    }
}

TEST_F(SplitAndMergeTest, a_stream_is_scaled_only_so_often_in_24_hours_where_that_is_limited) {
    settings.update_stream_time = std::chrono::milliseconds{0};
    settings.limits = LimitsMode::enforce;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(scale(i % 2 == 0 ? 3 : 2), "") << i;
        advance(hours(2));
    }
    restart();
    EXPECT_THAT(scale(3), HasSubstr("LimitExceededException: UpdateShardCount cannot scale"));
    advance(hours(4));
    EXPECT_EQ(scale(3), "") << "the first was 24 hours ago";
    EXPECT_NE(scale(2), "");
    settings.scalings_per_day = 100;
    EXPECT_EQ(scale(2), "");
    settings.scalings_per_day.reset();
    settings.limits = LimitsMode::off;
    EXPECT_EQ(scale(3), "");
}

TEST_F(SplitAndMergeTest, a_stream_is_not_scaled_beyond_10000_shards) {
    settings.shard_limit = 100'000;
    settings.update_stream_time = std::chrono::milliseconds{0};
    for (int shards = 4; shards <= 8192; shards *= 2) ASSERT_EQ(scale(shards), "");
    EXPECT_THAT(scale(10'001), HasSubstr("UpdateShardCount cannot scale up over 10000 shards."));
}

TEST_F(SplitAndMergeTest, thousands_of_shards_are_listed_page_by_page) {
    settings.shard_limit = 5000;
    create_active_stream("wide", 2500);
    auto answer = call("ListShards", {{"StreamName", "wide"}, {"MaxResults", 10'000}});
    EXPECT_EQ(answer["Shards"].size(), 1000U) << "a thousand at most, whatever was asked for";
    std::vector<std::string> ids;
    for (int page = 0;; ++page) {
        for (const auto& one : answer["Shards"]) ids.push_back(one["ShardId"]);
        if (!answer.contains("NextToken")) break;
        const std::string token = answer["NextToken"];
        answer = call("ListShards", {{"NextToken", token}, {"MaxResults", 700}});
        if (page > 0) continue;
        advance(seconds(301));
        EXPECT_THAT(error_of("ListShards", {{"NextToken", token}}), testing::StartsWith("ExpiredNextTokenException"));
        answer = call("ListShards", {{"StreamName", "wide"}, {"ExclusiveStartShardId", ids.back()}});
    }
    ASSERT_EQ(ids.size(), 2500U);
    for (std::uint32_t i = 0; i < 2500; ++i) ASSERT_EQ(ids[i], shard_id(i));
}

TEST_F(SplitAndMergeTest, every_filter_of_list_shards_selects_by_the_shards_times) {
    advance(hours(10));
    const Timestamp first = clock.now();
    ASSERT_EQ(split("0", "1000"), "");
    advance(settings.update_stream_time);
    advance(hours(10));
    ASSERT_EQ(merge("2", "3"), "");
    advance(settings.update_stream_time);
    advance(seconds(10));
    const auto listed = [&](json filter) {
        const auto answer = call("ListShards", {{"StreamName", "s"}, {"ShardFilter", filter}});
        std::string ordinals;
        for (const auto& one : answer.value("Shards", json::array())) {
            ordinals += one["ShardId"].get<std::string>().back();
        }
        return answer.contains("message") ? answer["message"].get<std::string>() : ordinals;
    };
    const auto at = [](Timestamp time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; };
    const double early = at(first - hours(1));
    const double between = at(first + hours(1));
    EXPECT_EQ(listed({{"Type", "AT_LATEST"}}), "14");
    EXPECT_EQ(listed({{"Type", "AT_TRIM_HORIZON"}}), "01");
    EXPECT_EQ(listed({{"Type", "FROM_TRIM_HORIZON"}}), "01234");
    EXPECT_EQ(listed({{"Type", "AT_TIMESTAMP"}, {"Timestamp", early}}), "01");
    EXPECT_EQ(listed({{"Type", "AT_TIMESTAMP"}, {"Timestamp", between}}), "123");
    EXPECT_EQ(listed({{"Type", "FROM_TIMESTAMP"}, {"Timestamp", between}}), "1234");
    EXPECT_EQ(listed({{"Type", "FROM_TIMESTAMP"}, {"Timestamp", 0}}), "01234");
    EXPECT_EQ(listed({{"Type", "AFTER_SHARD_ID"}, {"ShardId", "shardId-000000000002"}}), "34");
    EXPECT_THAT(listed({{"Type", "AFTER_SHARD_ID"}}), HasSubstr("needs ShardId"));
    EXPECT_THAT(listed({{"Type", "AT_LATEST"}, {"ShardId", "0"}}), HasSubstr("cannot be used with ShardId"));
    EXPECT_THAT(listed({{"Type", "AT_TIMESTAMP"}}), HasSubstr("needs Timestamp"));
    // The first split's parent has expired; it is not listed although no pass has forgotten it.
    advance(hours(14));
    EXPECT_EQ(listed({{"Type", "FROM_TRIM_HORIZON"}}), "1234");
    EXPECT_EQ(listed({{"Type", "AT_TRIM_HORIZON"}}), "123");
    EXPECT_EQ(call("ListShards", {{"StreamName", "s"}})["Shards"].size(), 4U);
}

}  // namespace
}  // namespace rivulet
