#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

class ConsumersTest : public KinesisTest {
protected:
    json register_consumer(const std::string& name) {
        return call("RegisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", name}});
    }

    /// Registers a consumer, lets it become ACTIVE, and returns its ARN.
    std::string active_consumer(const std::string& name) {
        const auto answer = register_consumer(name);
        advance(settings.create_consumer_time);
        return answer.contains("Consumer") ? answer["Consumer"]["ConsumerARN"].get<std::string>() : answer.dump();
    }

    std::string status_of(const std::string& name) {
        const auto answer = call("DescribeStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", name}});
        return answer.contains("__type") ? answer["__type"] : answer["ConsumerDescription"]["ConsumerStatus"];
    }

    static std::vector<std::string> names_in(const json& listing) {
        std::vector<std::string> names;
        for (const auto& consumer : listing.value("Consumers", json::array()))
            names.push_back(consumer["ConsumerName"]);
        return names;
    }
};

TEST_F(ConsumersTest, a_new_consumer_is_creating_and_then_active) {
    create_active_stream("s", 1);
    const auto consumer = register_consumer("c")["Consumer"];
    const auto seconds = std::to_string(clock.now().time_since_epoch().count() / 1000);
    EXPECT_EQ(consumer["ConsumerARN"], stream_arn + "/consumer/c:" + seconds);
    EXPECT_EQ(consumer["ConsumerStatus"], "CREATING");
    EXPECT_EQ(consumer["ConsumerCreationTimestamp"].get<double>(), std::stod(seconds));
    EXPECT_FALSE(consumer.contains("StreamARN"));
    advance(settings.create_consumer_time - milliseconds(1));
    EXPECT_EQ(status_of("c"), "CREATING");
    advance(milliseconds(1));
    EXPECT_EQ(status_of("c"), "ACTIVE");
    EXPECT_EQ(call("DescribeStreamSummary", {{"StreamName", "s"}})["StreamDescriptionSummary"]["ConsumerCount"], 1);
}

TEST_F(ConsumersTest, a_deregistered_consumer_is_deleting_and_then_gone) {
    create_active_stream("s", 1);
    const auto arn = active_consumer("c");
    EXPECT_EQ(error_of("DeregisterStreamConsumer", {{"ConsumerARN", arn}}), "");
    EXPECT_EQ(status_of("c"), "DELETING");
    EXPECT_EQ(error_of("RegisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", "c"}}),
              "ResourceInUseException: Consumer c under stream s already exists for account 000000000000.");
    advance(settings.delete_consumer_time);
    EXPECT_EQ(error_of("DescribeStreamConsumer", {{"ConsumerARN", arn}}),
              "ResourceNotFoundException: Consumer " + arn + ", account 000000000000 not found.");
    EXPECT_EQ(error_of("DeregisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", "c"}}),
              "ResourceNotFoundException: Consumer c, account 000000000000 not found.");
}

TEST_F(ConsumersTest, both_ways_are_completed_after_a_restart) {
    create_active_stream("s", 1);
    active_consumer("going");
    register_consumer("coming");
    call("DeregisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", "going"}});
    restart();
    EXPECT_EQ(status_of("coming"), "CREATING");
    EXPECT_EQ(status_of("going"), "DELETING");
    advance(settings.create_consumer_time);
    EXPECT_EQ(status_of("coming"), "ACTIVE");
    EXPECT_EQ(status_of("going"), "ResourceNotFoundException");
}

TEST_F(ConsumersTest, a_new_consumer_of_an_old_name_is_another_one) {
    create_active_stream("s", 1);
    const auto first = active_consumer("c");
    call("DeregisterStreamConsumer", {{"ConsumerARN", first}});
    advance(std::chrono::seconds(2));
    const auto second = active_consumer("c");
    EXPECT_NE(first, second);
    EXPECT_THAT(error_of("DescribeStreamConsumer", {{"ConsumerARN", first}}), StartsWith("ResourceNotFoundException"));
    EXPECT_EQ(error_of("DescribeStreamConsumer", {{"ConsumerARN", second}}), "");
}

TEST_F(ConsumersTest, a_consumer_is_named_by_its_arn_or_by_its_stream_and_name_or_by_all_three) {
    create_active_stream("s", 1);
    create_active_stream("t", 1);
    const auto arn = active_consumer("c");
    const auto describe = [&](const json& input) { return error_of("DescribeStreamConsumer", input); };
    EXPECT_EQ(call("DescribeStreamConsumer", {{"ConsumerARN", arn}})["ConsumerDescription"]["StreamARN"], stream_arn);
    EXPECT_EQ(describe({{"ConsumerARN", arn}, {"StreamARN", stream_arn}, {"ConsumerName", "c"}}), "");
    EXPECT_THAT(describe({{"ConsumerARN", arn}, {"ConsumerName", "d"}}), StartsWith("InvalidArgumentException"));
    EXPECT_THAT(describe({{"ConsumerARN", arn}, {"StreamARN", "arn:aws:kinesis:us-east-1:000000000000:stream/t"}}),
                StartsWith("InvalidArgumentException"));
    for (const auto& input : {json::object(), json{{"ConsumerName", "c"}}, json{{"StreamARN", stream_arn}}}) {
        EXPECT_THAT(describe(input), StartsWith("InvalidArgumentException")) << input;
    }
    EXPECT_EQ(describe({{"StreamARN", "arn:aws:kinesis:us-east-1:000000000000:stream/u"}, {"ConsumerName", "c"}}),
              "ResourceNotFoundException: Stream u under account 000000000000 not found.");
}

TEST_F(ConsumersTest, other_accounts_are_not_let_at_a_consumer) {
    create_active_stream("s", 1);
    const auto arn = active_consumer("c");
    access_key = "111111111111";
    EXPECT_THAT(error_of("DescribeStreamConsumer", {{"ConsumerARN", arn}}), StartsWith("AccessDeniedException"));
}

TEST_F(ConsumersTest, five_may_be_creating_at_a_time_and_twenty_be_there) {
    create_active_stream("s", 1);
    for (int i = 0; i < 20; ++i) {
        if (i > 0 && i % 5 == 0) {
            EXPECT_THAT(register_consumer("too-many").dump(), HasSubstr("LimitExceededException")) << i;
            advance(settings.create_consumer_time);
        }
        EXPECT_TRUE(register_consumer(std::string("c") += std::to_string(i)).contains("Consumer")) << i;
    }
    advance(settings.create_consumer_time);
    EXPECT_THAT(register_consumer("too-many").dump(), HasSubstr("LimitExceededException"));
    EXPECT_EQ(call("DescribeStreamSummary", {{"StreamName", "s"}})["StreamDescriptionSummary"]["ConsumerCount"], 20);
}

TEST_F(ConsumersTest, a_stream_that_is_not_there_yet_takes_no_consumer) {
    call("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}});
    EXPECT_EQ(error_of("RegisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", "c"}}),
              "ResourceInUseException: Stream s under account 000000000000 not ACTIVE, instead in state CREATING");
}

TEST_F(ConsumersTest, a_stream_with_consumers_is_deleted_only_when_they_may_go_with_it) {
    create_active_stream("s", 1);
    active_consumer("c");
    EXPECT_EQ(
        error_of("DeleteStream", {{"StreamName", "s"}}),
        "ResourceInUseException: DeleteStream can't delete 000000000000:s because there are consumers associated "
        "with this data stream. To delete s anyway, set the EnforceConsumerDeletion parameter to true to force the "
        "deletion of all the consumers that are associated with it.");
    EXPECT_EQ(status("s"), "ACTIVE");
    EXPECT_EQ(error_of("DeleteStream", {{"StreamName", "s"}, {"EnforceConsumerDeletion", true}}), "");
    EXPECT_EQ(status_of("c"), "DELETING");
    advance(settings.delete_stream_time);
    create_active_stream("s", 1);
    EXPECT_EQ(status_of("c"), "ResourceNotFoundException");
    EXPECT_TRUE(names_in(call("ListStreamConsumers", {{"StreamARN", stream_arn}})).empty());
}

TEST_F(ConsumersTest, consumers_are_listed_in_order_and_page_by_page) {
    create_active_stream("s", 1);
    create_active_stream("s2", 1);
    for (const auto* name : {"c", "a", "b"}) active_consumer(name);
    const auto list = [&](json input) {
        input["StreamARN"] = stream_arn;
        return call("ListStreamConsumers", input);
    };
    EXPECT_EQ(names_in(list({})), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_FALSE(list({}).contains("NextToken"));
    const auto first = list({{"MaxResults", 2}});
    EXPECT_EQ(names_in(first), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(names_in(list({{"NextToken", first["NextToken"]}})), (std::vector<std::string>{"c"}));
    EXPECT_THAT(list({{"NextToken", first["NextToken"]}, {"StreamCreationTimestamp", 1}}).dump(),
                HasSubstr("InvalidArgumentException"));
    EXPECT_THAT(error_of("ListStreamConsumers", {{"StreamARN", stream_arn + "2"}, {"NextToken", first["NextToken"]}}),
                StartsWith("InvalidArgumentException"));
    EXPECT_THAT(list({{"StreamCreationTimestamp", 1}}).dump(), HasSubstr("ResourceNotFoundException"));
    advance(std::chrono::seconds(301));
    EXPECT_THAT(list({{"NextToken", first["NextToken"]}}).dump(), HasSubstr("ExpiredNextTokenException"));
}

}  // namespace
}  // namespace rivulet
