#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// What is attached to streams: tags and resource policies.
class AttachmentsTest : public KinesisTest {
protected:
    AttachmentsTest() { create_active_stream("s", 1); }

    std::string add(const json& tags) { return error_of("AddTagsToStream", {{"StreamName", "s"}, {"Tags", tags}}); }

    static json tags_in(const json& answer) {
        json tags = json::object();
        for (const auto& tag : answer.at("Tags")) tags[tag["Key"].get<std::string>()] = tag["Value"];
        return tags;
    }
    json tags() { return tags_in(call("ListTagsForStream", {{"StreamName", "s"}})); }

    std::string put_policy(const json& policy) {
        return error_of("PutResourcePolicy",
                        {{"ResourceARN", arn}, {"Policy", policy.is_string() ? policy : json(policy.dump())}});
    }

    static json numbered_tags(int from, int to) {
        json numbered = json::object();
        for (int i = from; i < to; ++i) numbered["tag-" + std::to_string(100 + i)] = std::to_string(i);
        return numbered;
    }

    const std::string arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    const json statement = {{"Effect", "Allow"},
                            {"Principal", {{"AWS", "111122223333"}}},
                            {"Action", {"kinesis:PutRecord"}},
                            {"Resource", arn}};
};

TEST_F(AttachmentsTest, tags_are_added_replaced_and_removed) {
    EXPECT_EQ(add({{"team", "a"}, {"stage", "test"}}), "");
    EXPECT_EQ(add({{"team", "b"}, {"käse 1_./=+-@:", ""}}), "");
    EXPECT_EQ(tags(), (json{{"team", "b"}, {"stage", "test"}, {"käse 1_./=+-@:", ""}}));
    EXPECT_EQ(error_of("RemoveTagsFromStream", {{"StreamName", "s"}, {"TagKeys", {"stage", "absent"}}}), "");
    EXPECT_EQ(tags(), (json{{"team", "b"}, {"käse 1_./=+-@:", ""}}));
    restart();
    EXPECT_EQ(tags(), (json{{"team", "b"}, {"käse 1_./=+-@:", ""}}));
}

TEST_F(AttachmentsTest, a_streams_tags_are_the_same_by_name_and_by_resource) {
    EXPECT_EQ(error_of("TagResource", {{"ResourceARN", arn}, {"Tags", {{"a", "1"}, {"b", "2"}}}}), "");
    EXPECT_EQ(tags(), (json{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(error_of("UntagResource", {{"ResourceARN", arn}, {"TagKeys", {"a"}}}), "");
    EXPECT_EQ(tags_in(call("ListTagsForResource", {{"ResourceARN", arn}})), (json{{"b", "2"}}));
}

TEST_F(AttachmentsTest, tags_with_characters_that_are_not_allowed_change_nothing) {
    const std::string invalid =
        "InvalidArgumentException: Some tags contain invalid characters. Valid characters: Unicode letters, digits, "
        "white space, _ . / = + - % @.";
    for (const char* key : {"a;b", "a*", "a\nb", "a,b", "a#"}) EXPECT_EQ(add({{"fine", "1"}, {key, "1"}}), invalid);
    EXPECT_EQ(add({{"a", "val?ue"}}), invalid);
    EXPECT_EQ(add({{"a", "50%"}}),
              "InvalidArgumentException: Failed to add tags to stream s under account 000000000000 because some tags "
              "contained illegal characters. The allowed characters are Unicode letters, white-spaces, "
              "'_',',','/','=','+','-','@'.");
    EXPECT_THAT(error_of("RemoveTagsFromStream", {{"StreamName", "s"}, {"TagKeys", {"%"}}}),
                StartsWith("InvalidArgumentException: Failed to remove tags from stream s under account"));
    EXPECT_THAT(error_of("UntagResource", {{"ResourceARN", arn}, {"TagKeys", {"!"}}}), invalid);
    EXPECT_THAT(add({{"aws:mine", "1"}}), HasSubstr("reserved"));
    EXPECT_EQ(tags(), json::object());
}

TEST_F(AttachmentsTest, a_stream_has_at_most_fifty_tags) {
    EXPECT_EQ(add(numbered_tags(0, 50)), "");
    EXPECT_EQ(add({{"one-more", ""}}),
              "InvalidArgumentException: Failed to add tags to stream s under account 000000000000 because a given "
              "stream cannot have more than 50 tags associated with it.");
    EXPECT_EQ(add({{"tag-100", "again"}}), "");
    EXPECT_EQ(tags().size(), 50U);
    EXPECT_THAT(error_of("CreateStream", {{"StreamName", "t"}, {"ShardCount", 1}, {"Tags", numbered_tags(0, 51)}}),
                HasSubstr("more than 50 tags"));
    EXPECT_EQ(status("t"), "ResourceNotFoundException");
    EXPECT_EQ(error_of("CreateStream", {{"StreamName", "t"}, {"ShardCount", 1}, {"Tags", numbered_tags(0, 50)}}), "");
    EXPECT_EQ(call("ListTagsForStream", {{"StreamName", "t"}})["Tags"].size(), 50U);
}

TEST_F(AttachmentsTest, tags_are_listed_in_order_and_page_by_page) {
    add(numbered_tags(0, 50));
    std::vector<std::string> keys;
    json answer = {{"HasMoreTags", true}};
    for (int pages = 0; answer["HasMoreTags"] == true; ++pages) {
        ASSERT_LT(pages, 8);
        json input = {{"StreamName", "s"}, {"Limit", 7}};
        if (!keys.empty()) input["ExclusiveStartTagKey"] = keys.back();
        answer = call("ListTagsForStream", input);
        for (const auto& tag : answer["Tags"]) keys.push_back(tag["Key"]);
    }
    EXPECT_EQ(keys.size(), 50U);
    EXPECT_TRUE(std::ranges::is_sorted(keys));
    EXPECT_EQ(call("ListTagsForStream", {{"StreamName", "s"}, {"Limit", 50}})["HasMoreTags"], false);
}

TEST_F(AttachmentsTest, tags_wait_until_the_stream_is_there) {
    call("CreateStream", {{"StreamName", "t"}, {"ShardCount", 1}, {"Tags", {{"a", "1"}}}});
    EXPECT_EQ(tags_in(call("ListTagsForStream", {{"StreamName", "t"}})), (json{{"a", "1"}}));
    EXPECT_EQ(error_of("AddTagsToStream", {{"StreamName", "t"}, {"Tags", {{"b", "2"}}}}),
              "ResourceInUseException: Stream t under account 000000000000 not ACTIVE, instead in state CREATING");
    EXPECT_EQ(error_of("AddTagsToStream", {{"StreamName", "absent"}, {"Tags", {{"b", "2"}}}}),
              "ResourceNotFoundException: Stream absent under account 000000000000 not found.");
}

TEST_F(AttachmentsTest, a_policy_is_kept_as_it_was_given_until_it_is_deleted) {
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", arn}})["Policy"], "{}");
    const std::string spaced = json{{"Version", "2012-10-17"}, {"Statement", {statement}}}.dump(3);
    EXPECT_EQ(put_policy(spaced), "");
    restart();
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", arn}})["Policy"], spaced);
    EXPECT_EQ(error_of("DeleteResourcePolicy", {{"ResourceARN", arn}}), "");
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", arn}})["Policy"], "{}");
    EXPECT_EQ(error_of("DeleteResourcePolicy", {{"ResourceARN", arn}}),
              "ResourceNotFoundException: No resource policy found for resource ARN " + arn + ".");
}

TEST_F(AttachmentsTest, a_policy_goes_with_its_stream) {
    put_policy(json{{"Statement", statement}});
    call("DeleteStream", {{"StreamName", "s"}});
    advance(settings.delete_stream_time);
    EXPECT_EQ(error_of("GetResourcePolicy", {{"ResourceARN", arn}}),
              "ResourceNotFoundException: Stream s under account 000000000000 not found.");
    create_active_stream("s", 1);
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", arn}})["Policy"], "{}");
}

TEST_F(AttachmentsTest, a_consumer_has_tags_and_a_policy_of_its_own_from_when_it_is_active) {
    const auto registered =
        call("RegisterStreamConsumer", {{"StreamARN", arn}, {"ConsumerName", "c"}, {"Tags", {{"made", "here"}}}});
    const std::string consumer = registered["Consumer"]["ConsumerARN"];
    const json more = {{"ResourceARN", consumer}, {"Tags", {{"team", "a"}}}};
    EXPECT_EQ(error_of("TagResource", more),
              "ResourceInUseException: Consumer c with creation timestamp 1700000000 under stream s and account "
              "000000000000 is not in ACTIVE status.");
    advance(settings.create_consumer_time);
    EXPECT_EQ(error_of("TagResource", more), "");
    EXPECT_EQ(
        error_of("PutResourcePolicy", {{"ResourceARN", consumer}, {"Policy", json{{"Statement", statement}}.dump()}}),
        "");
    restart();
    EXPECT_EQ(tags_in(call("ListTagsForResource", {{"ResourceARN", consumer}})),
              (json{{"made", "here"}, {"team", "a"}}));
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", consumer}})["Policy"],
              (json{{"Statement", statement}}.dump()));
    EXPECT_EQ(tags(), json::object());
    EXPECT_EQ(error_of("UntagResource", {{"ResourceARN", consumer}, {"TagKeys", {"made"}}}), "");
    EXPECT_EQ(error_of("DeleteResourcePolicy", {{"ResourceARN", consumer}}), "");
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", consumer}})["Policy"], "{}");
    EXPECT_EQ(tags_in(call("ListTagsForResource", {{"ResourceARN", consumer}})), (json{{"team", "a"}}));
    EXPECT_THAT(error_of("ListTagsForResource", {{"ResourceARN", arn + "/consumer/c:1"}}),
                StartsWith("ResourceNotFoundException"));
}

TEST_F(AttachmentsTest, a_consumer_is_not_registered_with_tags_that_are_not_allowed) {
    const auto register_with = [&](const json& tags) {
        return error_of("RegisterStreamConsumer", {{"StreamARN", arn}, {"ConsumerName", "c"}, {"Tags", tags}});
    };
    EXPECT_THAT(register_with({{"a;b", ""}}), HasSubstr("invalid characters"));
    EXPECT_THAT(register_with(numbered_tags(0, 51)),
                HasSubstr("because a given consumer cannot have more than 50 tags associated with it"));
    EXPECT_EQ(call("ListStreamConsumers", {{"StreamARN", arn}})["Consumers"], json::array());
    EXPECT_EQ(register_with(numbered_tags(0, 50)), "");
}

TEST_F(AttachmentsTest, what_is_no_policy_is_refused_and_the_old_one_stays) {
    EXPECT_EQ(put_policy(json{{"Statement", statement}}), "");
    const auto without = [&](const char* name) {
        json changed = statement;
        changed.erase(name);
        return json{{"Statement", {changed}}};
    };
    json effect = statement;
    effect["Effect"] = "Maybe";
    for (const json& bad :
         {json(""), json("{"), json("[]"), json::object(), json{{"Statement", json::array()}}, json{{"Statement", "x"}},
          json{{"Statement", {effect}}}, without("Effect"), without("Principal"), without("Action"),
          json{{"Version", "2020-01-01"}, {"Statement", statement}},
          json{{"Statement", statement}, {"Id", std::string(20 * 1024, 'x')}}}) {
        EXPECT_THAT(put_policy(bad), StartsWith("InvalidArgumentException: The resource policy ")) << bad;
    }
    EXPECT_EQ(call("GetResourcePolicy", {{"ResourceARN", arn}})["Policy"], (json{{"Statement", statement}}.dump()));
}

TEST_F(AttachmentsTest, an_arn_of_another_account_region_partition_or_service_is_refused) {
    const auto error = [&](const std::string& resource_arn) {
        const std::string by_stream = error_of("ListTagsForStream", {{"StreamARN", resource_arn}});
        EXPECT_EQ(error_of("ListTagsForResource", {{"ResourceARN", resource_arn}}).substr(0, 30),
                  by_stream.substr(0, 30));
        return by_stream;
    };
    const std::string other = "arn:aws:kinesis:us-east-1:111122223333:stream/s";
    EXPECT_EQ(error(other),
              "AccessDeniedException: User: arn:aws:iam::000000000000:root is not authorized to perform: "
              "kinesis:ListTagsForStream on resource: " +
                  other + " because no resource-based policy allows the kinesis:ListTagsForStream action");
    const std::string absent = "ResourceNotFoundException: Stream s under account 000000000000 not found.";
    EXPECT_EQ(error("arn:aws:kinesis:eu-west-1:000000000000:stream/s"), absent);
    EXPECT_EQ(error("arn:aws-cn:kinesis:us-east-1:000000000000:stream/s"), absent);
    EXPECT_THAT(error("arn:aws:sqs:us-east-1:000000000000:stream/s"),
                HasSubstr("failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws"));
}

class AccountTest : public KinesisTest {
protected:
    json commitment() { return call("DescribeAccountSettings", json::object())["MinimumThroughputBillingCommitment"]; }
    json ask(const char* status) {
        return call("UpdateAccountSettings", {{"MinimumThroughputBillingCommitment",
                                               {{"Status", status}}}})["MinimumThroughputBillingCommitment"];
    }
    double now() const { return static_cast<double>(clock.now().time_since_epoch().count()) / 1000; }
};

TEST_F(AccountTest, a_commitment_ends_no_sooner_than_a_day_after_it_began) {
    EXPECT_EQ(commitment(), (json{{"Status", "DISABLED"}}));
    const double start = now();
    const json running = {{"Status", "ENABLED"}, {"StartedAt", start}, {"EarliestAllowedEndAt", start + 86400}};
    EXPECT_EQ(ask("ENABLED"), running);
    advance(std::chrono::hours(1));
    EXPECT_EQ(ask("ENABLED"), running);
    const json ending = {{"Status", "ENABLED_UNTIL_EARLIEST_ALLOWED_END"},
                         {"StartedAt", start},
                         {"EarliestAllowedEndAt", start + 86400}};
    EXPECT_EQ(ask("DISABLED"), ending);
    restart();
    EXPECT_EQ(commitment(), ending);
    advance(std::chrono::hours(23) - std::chrono::milliseconds(1));
    EXPECT_EQ(commitment(), ending);
    advance(std::chrono::milliseconds(1));
    EXPECT_EQ(commitment(), (json{{"Status", "DISABLED"}, {"StartedAt", start}, {"EndedAt", start + 86400}}));
}

TEST_F(AccountTest, an_end_that_has_not_come_can_be_taken_back) {
    const double start = now();
    ask("ENABLED");
    ask("DISABLED");
    advance(std::chrono::hours(2));
    EXPECT_EQ(ask("ENABLED"),
              (json{{"Status", "ENABLED"}, {"StartedAt", start}, {"EarliestAllowedEndAt", start + 86400}}));
    advance(std::chrono::hours(30));
    EXPECT_EQ(commitment()["Status"], "ENABLED");
    EXPECT_EQ(ask("DISABLED"), (json{{"Status", "DISABLED"}, {"StartedAt", start}, {"EndedAt", now()}}));
    EXPECT_EQ(ask("ENABLED")["StartedAt"], now());
}

TEST_F(AccountTest, accounts_have_settings_of_their_own) {
    ask("ENABLED");
    access_key = "111122223333";
    EXPECT_EQ(commitment(), (json{{"Status", "DISABLED"}}));
    EXPECT_THAT(error_of("UpdateAccountSettings", {{"MinimumThroughputBillingCommitment", {{"Status", "MAYBE"}}}}),
                HasSubstr("at 'minimumThroughputBillingCommitment.status' failed to satisfy constraint: Member must "
                          "satisfy enum value set: [ENABLED, DISABLED]"));
}

TEST_F(AccountTest, limits_show_what_there_is) {
    create_active_stream("a", 3);
    create_active_stream("b", 2);
    call("CreateStream", {{"StreamName", "c"}, {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}});
    advance(settings.create_stream_time);
    EXPECT_EQ(
        call("DescribeLimits", json::object()),
        (json{
            {"ShardLimit", 40}, {"OpenShardCount", 9}, {"OnDemandStreamCount", 1}, {"OnDemandStreamCountLimit", 50}}));
}

}  // namespace
}  // namespace rivulet
