#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

/// The changes of a stream that leave its shards alone: encryption, monitoring, mode, record size, warm throughput.
class StreamSettingsTest : public KinesisTest {
protected:
    StreamSettingsTest() { create_active_stream("s", 2); }

    json summary(const std::string& name = "s") {
        return call("DescribeStreamSummary", {{"StreamName", name}})["StreamDescriptionSummary"];
    }
    json description() { return call("DescribeStream", {{"StreamName", "s"}})["StreamDescription"]; }

    static std::string arn(const std::string& name = "s") {
        return "arn:aws:kinesis:us-east-1:000000000000:stream/" + name;
    }

    std::string encrypt(const char* operation, const std::string& key_id, const char* type = "KMS") {
        return error_of(operation, {{"StreamName", "s"}, {"EncryptionType", type}, {"KeyId", key_id}});
    }
    json monitor(const char* operation, const json& metrics) {
        const auto answer = call(operation, {{"StreamName", "s"}, {"ShardLevelMetrics", metrics}});
        advance(settings.update_stream_time);
        return answer;
    }
    std::string switch_mode(const char* mode, const std::string& name = "s", const json& more = json::object()) {
        json input = {{"StreamARN", arn(name)}, {"StreamModeDetails", {{"StreamMode", mode}}}};
        input.update(more);
        return error_of("UpdateStreamMode", input);
    }
    void commit() {
        ASSERT_EQ(error_of("UpdateAccountSettings", {{"MinimumThroughputBillingCommitment", {{"Status", "ENABLED"}}}}),
                  "");
    }
    std::string create_on_demand(const std::string& name, const json& more = json::object()) {
        json input = {{"StreamName", name}, {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}};
        input.update(more);
        const auto error = error_of("CreateStream", input);
        advance(settings.create_stream_time);
        return error;
    }

    static constexpr const char* key = "12345678-1234-1234-1234-123456789012";
    static constexpr const char* in_use =
        "ResourceInUseException: Stream s under account 000000000000 not ACTIVE, instead in state UPDATING";
};

TEST_F(StreamSettingsTest, encryption_starts_changes_its_key_and_stops_each_after_a_while) {
    EXPECT_EQ(summary()["EncryptionType"], "NONE");
    EXPECT_FALSE(summary().contains("KeyId"));
    EXPECT_EQ(encrypt("StartStreamEncryption", "alias/aws/kinesis"), "");
    EXPECT_EQ(summary()["StreamStatus"], "UPDATING");
    EXPECT_EQ(summary()["EncryptionType"], "NONE");
    EXPECT_EQ(encrypt("StartStreamEncryption", key), in_use);
    advance(settings.update_stream_time);
    EXPECT_EQ(summary()["StreamStatus"], "ACTIVE");
    EXPECT_EQ(summary()["EncryptionType"], "KMS");
    EXPECT_EQ(description()["KeyId"], "alias/aws/kinesis");

    EXPECT_EQ(encrypt("StartStreamEncryption", key), "");
    restart();
    advance(settings.update_stream_time);
    EXPECT_EQ(summary()["KeyId"], key);
    const auto put_answer = call("PutRecord", {{"StreamName", "s"}, {"Data", ""}, {"PartitionKey", "k"}});
    EXPECT_EQ(put_answer["EncryptionType"], "KMS");

    EXPECT_EQ(encrypt("StopStreamEncryption", key), "");
    advance(settings.update_stream_time);
    EXPECT_EQ(description()["EncryptionType"], "NONE");
    EXPECT_FALSE(description().contains("KeyId"));
}

TEST_F(StreamSettingsTest, a_key_is_named_by_id_arn_or_alias) {
    const std::string account = "arn:aws:kms:us-east-1:123456789012:";
    for (const std::string& good : {std::string(key), account + "key/" + key, account + "alias/mine",
                                    std::string("alias/a_b/c-1"), "mrk-" + std::string(32, 'a')}) {
        EXPECT_EQ(encrypt("StartStreamEncryption", good), "") << good;
        advance(settings.update_stream_time);
        EXPECT_EQ(summary()["KeyId"], good);
    }
    for (const std::string& bad :
         {std::string("mine"), std::string("alias/"), std::string("alias/a b"), account + "key/mine",
          account + "stream/s", std::string("arn:aws:sqs:us-east-1:123456789012:alias/mine")}) {
        EXPECT_EQ(encrypt("StartStreamEncryption", bad), "KMSNotFoundException: Invalid keyId '" + bad + "'");
    }
    EXPECT_EQ(encrypt("StartStreamEncryption", "arn:aws:kms:eu-west-1:123456789012:alias/mine"),
              "KMSNotFoundException: Invalid arn eu-west-1");
    EXPECT_THAT(encrypt("StartStreamEncryption", key, "NONE"), StartsWith("InvalidArgumentException"));
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(StreamSettingsTest, encryption_is_stopped_only_where_it_is_and_by_its_own_key) {
    EXPECT_THAT(encrypt("StopStreamEncryption", key),
                StartsWith("InvalidArgumentException: Stream s under account 000000000000 is not encrypted"));
    encrypt("StartStreamEncryption", key);
    advance(settings.update_stream_time);
    EXPECT_THAT(encrypt("StopStreamEncryption", "87654321-1234-1234-1234-123456789012"),
                StartsWith("InvalidArgumentException"));
    EXPECT_EQ(encrypt("StopStreamEncryption", std::string("arn:aws:kms:us-east-1:123456789012:key/") + key), "");
}

TEST_F(StreamSettingsTest, metrics_are_enabled_and_disabled_by_name_or_all_together) {
    EXPECT_EQ(monitor("EnableEnhancedMonitoring", {"OutgoingBytes", "IncomingBytes"}),
              (json{{"StreamName", "s"},
                    {"StreamARN", arn()},
                    {"CurrentShardLevelMetrics", json::array()},
                    {"DesiredShardLevelMetrics", {"IncomingBytes", "OutgoingBytes"}}}));
    EXPECT_EQ(summary()["EnhancedMonitoring"],
              (json::array({{{"ShardLevelMetrics", {"IncomingBytes", "OutgoingBytes"}}}})));
    const auto all = monitor("EnableEnhancedMonitoring", {"ALL"});
    EXPECT_EQ(all["CurrentShardLevelMetrics"], (json{"IncomingBytes", "OutgoingBytes"}));
    EXPECT_EQ(all["DesiredShardLevelMetrics"],
              (json{"IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
                    "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded"}));
    const auto fewer = monitor("DisableEnhancedMonitoring", {"IncomingRecords"});
    EXPECT_EQ(fewer["CurrentShardLevelMetrics"].size(), 7U);
    EXPECT_EQ(fewer["DesiredShardLevelMetrics"].size(), 6U);
    monitor("DisableEnhancedMonitoring", {"ALL"});
    EXPECT_EQ(description()["EnhancedMonitoring"], (json::array({{{"ShardLevelMetrics", json::array()}}})));
}

TEST_F(StreamSettingsTest, metrics_change_when_the_stream_is_active_again) {
    call("EnableEnhancedMonitoring", {{"StreamName", "s"}, {"ShardLevelMetrics", {"ALL"}}});
    EXPECT_EQ(status("s"), "UPDATING");
    EXPECT_EQ(summary()["EnhancedMonitoring"][0]["ShardLevelMetrics"], json::array());
    EXPECT_EQ(error_of("DisableEnhancedMonitoring", {{"StreamName", "s"}, {"ShardLevelMetrics", {"ALL"}}}), in_use);
    EXPECT_THAT(error_of("EnableEnhancedMonitoring", {{"StreamName", "s"}, {"ShardLevelMetrics", {"Everything"}}}),
                HasSubstr("Member must satisfy constraint: [Member must satisfy enum value set: [IncomingBytes, "));
}

TEST_F(StreamSettingsTest, the_mode_is_switched_both_ways_and_the_shards_stay) {
    EXPECT_EQ(switch_mode("ON_DEMAND"), "");
    EXPECT_EQ(status("s"), "UPDATING");
    EXPECT_EQ(summary()["StreamModeDetails"]["StreamMode"], "PROVISIONED");
    advance(settings.update_stream_time);
    EXPECT_EQ(summary()["StreamModeDetails"]["StreamMode"], "ON_DEMAND");
    EXPECT_EQ(summary()["OpenShardCount"], 2);
    EXPECT_EQ(call("DescribeLimits", json::object())["OnDemandStreamCount"], 1);
    EXPECT_EQ(switch_mode("ON_DEMAND"), "");
    EXPECT_EQ(status("s"), "ACTIVE");
    EXPECT_EQ(switch_mode("PROVISIONED"), "");
    advance(settings.update_stream_time);
    EXPECT_EQ(error_of("UpdateShardCount",
                       {{"StreamName", "s"}, {"TargetShardCount", 3}, {"ScalingType", "UNIFORM_SCALING"}}),
              "");
}

TEST_F(StreamSettingsTest, the_mode_is_switched_twice_in_a_day_where_limits_are_enforced) {
    settings.limits = LimitsMode::enforce;
    for (const char* mode : {"ON_DEMAND", "PROVISIONED"}) {
        EXPECT_EQ(switch_mode(mode), "");
        advance(settings.update_stream_time);
        advance(std::chrono::hours(1));
    }
    EXPECT_THAT(switch_mode("ON_DEMAND"), StartsWith("LimitExceededException"));
    advance(std::chrono::hours(22));
    EXPECT_EQ(switch_mode("ON_DEMAND"), "");
}

TEST_F(StreamSettingsTest, shards_of_a_stream_that_leaves_on_demand_count_against_the_quota) {
    settings.shard_limit = 5;
    create_on_demand("o");
    EXPECT_THAT(switch_mode("PROVISIONED", "o"), StartsWith("LimitExceededException: This request would exceed"));
    settings.shard_limit = 6;
    EXPECT_EQ(switch_mode("PROVISIONED", "o"), "");
}

TEST_F(StreamSettingsTest, encryption_starts_25_times_in_a_day_where_limits_are_enforced) {
    settings.limits = LimitsMode::enforce;
    settings.start_stream_encryption_time = milliseconds(0);
    for (int i = 0; i < 25; ++i) EXPECT_EQ(encrypt("StartStreamEncryption", key), "");
    restart();
    EXPECT_THAT(encrypt("StartStreamEncryption", key), StartsWith("LimitExceededException"));
    advance(std::chrono::hours(24));
    EXPECT_EQ(encrypt("StartStreamEncryption", key), "");
}

TEST_F(StreamSettingsTest, warm_throughput_needs_the_commitment_and_an_on_demand_stream) {
    create_on_demand("o");
    const auto warm = [&](const std::string& name, int mibps) {
        return error_of("UpdateStreamWarmThroughput", {{"StreamName", name}, {"WarmThroughputMiBps", mibps}});
    };
    EXPECT_THAT(warm("o", 8), HasSubstr("MinimumThroughputBillingCommitment"));
    EXPECT_THAT(create_on_demand("w", {{"WarmThroughputMiBps", 8}}), HasSubstr("MinimumThroughputBillingCommitment"));
    EXPECT_THAT(switch_mode("ON_DEMAND", "s", {{"WarmThroughputMiBps", 8}}),
                HasSubstr("MinimumThroughputBillingCommitment"));
    EXPECT_EQ(status("w"), "ResourceNotFoundException");
    commit();
    EXPECT_THAT(warm("s", 8), StartsWith("ValidationException: "));
    EXPECT_THAT(warm("o", 10241), StartsWith("LimitExceededException: "));
    EXPECT_THAT(switch_mode("ON_DEMAND", "o", {{"WarmThroughputMiBps", 8}}), StartsWith("InvalidArgumentException: "));
    EXPECT_EQ(switch_mode("ON_DEMAND", "s", {{"WarmThroughputMiBps", 8}}), "");
}

TEST_F(StreamSettingsTest, a_stream_is_warmed_by_adding_shards) {
    EXPECT_EQ(create_on_demand("o"), "");
    EXPECT_FALSE(summary("o").contains("WarmThroughput"));
    commit();
    EXPECT_EQ(summary("o")["WarmThroughput"], (json{{"TargetMiBps", 4}, {"CurrentMiBps", 4}}));
    const json warming = {{"TargetMiBps", 10}, {"CurrentMiBps", 4}};
    EXPECT_EQ(call("UpdateStreamWarmThroughput", {{"StreamARN", arn("o")}, {"WarmThroughputMiBps", 10}}),
              (json{{"StreamName", "o"}, {"StreamARN", arn("o")}, {"WarmThroughput", warming}}));
    EXPECT_EQ(summary("o")["StreamStatus"], "UPDATING");
    EXPECT_EQ(summary("o")["WarmThroughput"], warming);
    advance(settings.update_stream_time);
    EXPECT_EQ(summary("o")["WarmThroughput"], (json{{"TargetMiBps", 10}, {"CurrentMiBps", 10}}));
    EXPECT_EQ(summary("o")["OpenShardCount"], 10);

    EXPECT_EQ(create_on_demand("w", {{"WarmThroughputMiBps", 7}}), "");
    EXPECT_EQ(summary("w")["WarmThroughput"], (json{{"TargetMiBps", 7}, {"CurrentMiBps", 7}}));
    EXPECT_EQ(switch_mode("ON_DEMAND", "s", {{"WarmThroughputMiBps", 6}}), "");
    advance(settings.update_stream_time);
    EXPECT_EQ(summary()["OpenShardCount"], 6);
}

TEST_F(StreamSettingsTest, an_on_demand_stream_has_fifty_consumers_where_the_account_is_committed) {
    settings.create_consumer_time = milliseconds(0);
    create_on_demand("o");
    const auto consumers_of = [&](const std::string& name) {
        for (int i = 0;; ++i) {
            const json input = {{"StreamARN", arn(name)},
                                {"ConsumerName", std::string(1, 'c').append(std::to_string(i))}};
            if (!error_of("RegisterStreamConsumer", input).empty()) return i;
        }
    };
    EXPECT_EQ(consumers_of("s"), 20);
    commit();
    EXPECT_EQ(consumers_of("o"), 50);
    call("DeregisterStreamConsumer", {{"StreamARN", arn()}, {"ConsumerName", "c0"}});
    advance(settings.delete_consumer_time);
    EXPECT_EQ(call("ListStreamConsumers", {{"StreamARN", arn()}})["Consumers"].size(), 19U);
}

TEST_F(StreamSettingsTest, larger_records_are_taken_once_the_size_is_updated) {
    const std::string data = base64_encode(std::string(1'500'000, 'x'));
    const json record = {{"StreamName", "s"}, {"Data", data}, {"PartitionKey", "k"}};
    EXPECT_NE(error_of("PutRecord", record), "");
    EXPECT_EQ(error_of("UpdateMaxRecordSize", {{"StreamARN", arn()}, {"MaxRecordSizeInKiB", 2048}}), "");
    EXPECT_EQ(summary()["MaxRecordSizeInKiB"], 1024);
    EXPECT_EQ(status("s"), "UPDATING");
    advance(settings.update_stream_time);
    EXPECT_EQ(summary()["MaxRecordSizeInKiB"], 2048);
    EXPECT_EQ(error_of("PutRecord", record), "");
    EXPECT_EQ(error_of("UpdateMaxRecordSize", {{"MaxRecordSizeInKiB", 2048}}),
              "ValidationException: 1 validation error detected: Value null at 'streamARN' failed to satisfy "
              "constraint: Member must not be null");
}

TEST_F(StreamSettingsTest, each_kind_of_change_takes_a_time_of_its_own) {
    settings.start_stream_encryption_time = milliseconds(0);
    settings.enhanced_monitoring_time = milliseconds(7000);
    EXPECT_EQ(encrypt("StartStreamEncryption", key), "");
    EXPECT_EQ(summary()["EncryptionType"], "KMS");
    call("EnableEnhancedMonitoring", {{"StreamName", "s"}, {"ShardLevelMetrics", {"ALL"}}});
    advance(milliseconds(6999));
    EXPECT_EQ(status("s"), "UPDATING");
    advance(milliseconds(1));
    EXPECT_EQ(status("s"), "ACTIVE");
}

TEST_F(StreamSettingsTest, thousands_of_streams_are_listed_once_each_page_by_page) {
    settings.create_stream_time = milliseconds(0);
    settings.shard_limit = 1'000'000;
    constexpr std::size_t count = 2500;
    for (std::size_t i = 1; i < count; ++i) {
        ASSERT_EQ(error_of("CreateStream",
                           {{"StreamName", std::string(1, 't').append(std::to_string(10'000 + i))}, {"ShardCount", 1}}),
                  "");
    }
    const auto list_all = [&](json input) {
        std::vector<std::string> names;
        while (true) {
            const auto page = call("ListStreams", input);
            EXPECT_LE(page["StreamNames"].size(), 100U);
            EXPECT_EQ(page["StreamNames"].size(), page["StreamSummaries"].size());
            for (const auto& name : page["StreamNames"]) names.push_back(name);
            EXPECT_EQ(page["HasMoreStreams"], page.contains("NextToken"));
            if (page["HasMoreStreams"] != true) return names;
            if (input.contains("ExclusiveStartStreamName")) {
                input["ExclusiveStartStreamName"] = names.back();
            } else {
                input["NextToken"] = page["NextToken"];
            }
        }
    };
    for (const json& input : {json::object(), json{{"Limit", 10'000}}, json{{"Limit", 37}},
                              json{{"ExclusiveStartStreamName", "a"}, {"Limit", 99}}}) {
        const auto names = list_all(input);
        EXPECT_EQ(names.size(), count) << input;
        EXPECT_TRUE(std::ranges::is_sorted(names)) << input;
        EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), count) << input;
    }
}

}  // namespace
}  // namespace rivulet
