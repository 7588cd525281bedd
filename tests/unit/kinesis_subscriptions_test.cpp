#include "server/kinesis/record_shapes.hpp"
#include "server/kinesis/throttle.hpp"
#include "server/wire/decode.hpp"
#include "tests/unit/subscription_support.hpp"

namespace rivulet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const std::string occupied =
    "ResourceInUseException: Another active subscription exists for this consumer: "
    "000000000000:s:shardId-000000000000:c";

TEST_F(SubscriptionTest, gets_what_is_there_and_then_what_comes) {
    set_up();
    put("s", "before");
    auto& subscriber = subscribe();
    pump([&] { return subscriber.data().size() == 1; });
    put("s", "after");
    pump([&] { return subscriber.data().size() == 2; });
    EXPECT_THAT(subscriber.data(), ElementsAre("before", "after"));
    EXPECT_EQ(subscriber.events.back()["MillisBehindLatest"], 0);
    EXPECT_FALSE(subscriber.ended);
}

TEST_F(SubscriptionTest, begins_where_it_is_told_to) {
    set_up();
    const auto first = put("s", "first");
    advance(seconds(2));
    const double between = static_cast<double>(clock.now().time_since_epoch().count()) / 1000;
    put("s", "second");
    const auto from = [&](const json& position) {
        advance(seconds(5));
        auto& subscriber = subscribe(position);
        put("s", "new");
        pump([&] { return !subscriber.data().empty() && subscriber.data().back() == "new"; });
        auto data = subscriber.data();
        std::erase(data, "new");
        return data;
    };
    EXPECT_THAT(from({{"Type", "LATEST"}}), IsEmpty());
    EXPECT_THAT(from({{"Type", "TRIM_HORIZON"}}), ElementsAre("first", "second"));
    EXPECT_THAT(from({{"Type", "AT_SEQUENCE_NUMBER"}, {"SequenceNumber", first}}), ElementsAre("first", "second"));
    EXPECT_THAT(from({{"Type", "AFTER_SEQUENCE_NUMBER"}, {"SequenceNumber", first}}), ElementsAre("second"));
    EXPECT_THAT(from({{"Type", "AT_TIMESTAMP"}, {"Timestamp", between}}), ElementsAre("second"));
}

TEST_F(SubscriptionTest, a_beginning_that_is_none_is_refused_as_an_iterator_is) {
    set_up();
    const auto refused = [&](const json& position) { return subscribe(position).refusal_text(); };
    EXPECT_THAT(refused({{"Type", "AT_TIMESTAMP"}}), StartsWith("InvalidArgumentException: Must specify timestamp"));
    EXPECT_THAT(refused({{"Type", "AT_SEQUENCE_NUMBER"}}), StartsWith("InvalidArgumentException: Must either specify"));
    EXPECT_EQ(refused({{"Type", "AT_SEQUENCE_NUMBER"}, {"SequenceNumber", "7"}}),
              "InvalidArgumentException: StartingSequenceNumber 7 used in SubscribeToShard on shard "
              "shardId-000000000000 in stream s under account 000000000000 is invalid.");
    EXPECT_THAT(subscribe({{"Type", "LATEST"}}, 7).refusal_text(),
                StartsWith("ResourceNotFoundException: Shard shardId-000000000007 in stream s"));
    EXPECT_THAT(refused({{"Type", "BEST"}}), StartsWith("ValidationException"));
    // None of these counts as a call that succeeded.
    EXPECT_EQ(refused({{"Type", "LATEST"}}), "");
}

TEST_F(SubscriptionTest, a_consumer_that_is_not_active_cannot_subscribe) {
    create_active_stream("s", 1);
    consumer_arn =
        call("RegisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", "c"}})["Consumer"]["ConsumerARN"];
    const std::string created = consumer_arn.substr(consumer_arn.rfind(':') + 1);
    EXPECT_EQ(subscribe().refusal_text(), "ResourceInUseException: Consumer c with creation timestamp " + created +
                                              " under stream: s , account 000000000000 is not in ACTIVE status.");
    advance(settings.create_consumer_time);
    EXPECT_EQ(subscribe().refusal_text(), "");
    consumer_arn += "0";
    EXPECT_THAT(subscribe().refusal_text(), StartsWith("ResourceNotFoundException: Consumer " + consumer_arn));
}

TEST_F(SubscriptionTest, a_newer_one_is_refused_for_five_seconds_and_then_takes_over) {
    set_up();
    auto& older = subscribe();
    pass(milliseconds(4999));
    EXPECT_EQ(subscribe().refusal_text(), occupied);
    EXPECT_FALSE(older.ended);
    pass(milliseconds(1));
    auto& newer = subscribe();
    EXPECT_EQ(newer.refusal_text(), "");
    pump([&] { return older.ended; });
    EXPECT_EQ(older.exception, occupied);
    put("s", "one");
    pump([&] { return newer.data().size() == 1; });
    EXPECT_THAT(older.data(), IsEmpty());
}

TEST_F(SubscriptionTest, the_five_seconds_hold_after_the_subscription_has_ended_too) {
    set_up();
    auto& gone = subscribe();
    gone.end();
    pump([&] { return gone.ended; });
    EXPECT_EQ(gone.exception, "");
    pass(milliseconds(4999));
    EXPECT_EQ(subscribe().refusal_text(), occupied);
    pass(milliseconds(1));
    EXPECT_EQ(subscribe().refusal_text(), "");
}

TEST_F(SubscriptionTest, consumers_and_shards_do_not_stand_in_each_others_way) {
    set_up(2);
    EXPECT_EQ(subscribe({{"Type", "LATEST"}}, 0).refusal_text(), "");
    EXPECT_EQ(subscribe({{"Type", "LATEST"}}, 1).refusal_text(), "");
    consumer_arn = add_consumer("d");
    EXPECT_EQ(subscribe({{"Type", "LATEST"}}, 0).refusal_text(), "");
}

TEST_F(SubscriptionTest, lasts_five_minutes_and_ends_in_order) {
    set_up();
    auto& subscriber = subscribe();
    for (int i = 0; i < 59; ++i) pass(seconds(5));
    pass(milliseconds(4999));
    EXPECT_FALSE(subscriber.ended);
    pass(milliseconds(1));
    EXPECT_TRUE(subscriber.ended);
    EXPECT_EQ(subscriber.exception, "");
}

TEST_F(SubscriptionTest, is_heard_of_at_once_and_every_five_seconds_while_nothing_comes) {
    set_up();
    auto& subscriber = subscribe();
    EXPECT_EQ(subscriber.events.size(), 1U);
    pass(milliseconds(4999));
    EXPECT_EQ(subscriber.events.size(), 1U);
    pass(milliseconds(1));
    EXPECT_EQ(subscriber.events.size(), 2U);
    pass(seconds(3));
    put("s", "one");
    pump([&] { return subscriber.events.size() == 3; });
    pass(milliseconds(4999));
    EXPECT_EQ(subscriber.events.size(), 3U);
    pass(milliseconds(1));
    ASSERT_EQ(subscriber.events.size(), 4U);
    EXPECT_THAT(subscriber.events.back()["Records"], IsEmpty());
    EXPECT_EQ(subscriber.events.back()["ContinuationSequenceNumber"],
              subscriber.events[2]["ContinuationSequenceNumber"]);
}

TEST_F(SubscriptionTest, every_continuation_loses_and_doubles_nothing_whichever_way_it_is_used) {
    set_up();
    std::vector<std::string> expected;
    const auto put_next = [&] {
        expected.push_back(std::to_string(expected.size()));
        put("s", expected.back());
    };
    json position = {{"Type", "TRIM_HORIZON"}};
    std::vector<std::string> seen;
    for (int round = 0; round < 8; ++round) {
        auto& subscriber = subscribe(position);
        // Rounds without a record, with one, and with several of the same millisecond.
        for (int i = 0; i < round % 4; ++i) put_next();
        pump([&] { return seen.size() + subscriber.data().size() == expected.size(); });
        for (const auto& data : subscriber.data()) seen.push_back(data);
        position = {{"Type", round % 2 == 0 ? "AT_SEQUENCE_NUMBER" : "AFTER_SEQUENCE_NUMBER"},
                    {"SequenceNumber", subscriber.events.back()["ContinuationSequenceNumber"]}};
        subscriber.end();
        pump([&] { return subscriber.ended; });
        if (round % 3 == 0) put_next();
        const auto behind = iterator_by({{"StreamName", "s"},
                                         {"ShardId", "shardId-000000000000"},
                                         {"ShardIteratorType", position["Type"]},
                                         {"StartingSequenceNumber", position["SequenceNumber"]}});
        EXPECT_EQ(read(behind).size(), expected.size() - seen.size());
        pass(seconds(5));
    }
    EXPECT_EQ(seen, std::vector(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(seen.size())));
    EXPECT_GE(seen.size() + 1, expected.size());
}

TEST_F(SubscriptionTest, a_closed_shard_ends_with_its_children_and_without_a_continuation) {
    set_up();
    auto& subscriber = subscribe();
    put("s", "last");
    call("UpdateShardCount", {{"StreamName", "s"}, {"TargetShardCount", 2}, {"ScalingType", "UNIFORM_SCALING"}});
    pass(settings.update_stream_time);
    pump([&] { return subscriber.ended; });
    EXPECT_THAT(subscriber.data(), ElementsAre("last"));
    const auto& last = subscriber.events.back();
    EXPECT_FALSE(last.contains("ContinuationSequenceNumber"));
    ASSERT_EQ(last["ChildShards"].size(), 2U);
    EXPECT_EQ(last["ChildShards"][0]["ShardId"], "shardId-000000000001");
    EXPECT_EQ(last["ChildShards"][0]["ParentShards"], json{"shardId-000000000000"});
    EXPECT_EQ(subscriber.exception, "");
}

TEST_F(SubscriptionTest, a_deregistered_consumer_is_told_at_once) {
    set_up();
    auto& subscriber = subscribe();
    call("DeregisterStreamConsumer", {{"ConsumerARN", consumer_arn}});
    pump([&] { return subscriber.ended; });
    EXPECT_EQ(subscriber.exception,
              "ResourceNotFoundException: Consumer " + consumer_arn + ", account 000000000000 not found.");
}

TEST_F(SubscriptionTest, a_deleted_stream_is_told_at_once) {
    set_up();
    auto& subscriber = subscribe();
    call("DeleteStream", {{"StreamName", "s"}, {"EnforceConsumerDeletion", true}});
    pump([&] { return subscriber.ended; });
    EXPECT_EQ(subscriber.exception, "ResourceNotFoundException: Stream s under account 000000000000 not found.");
}

TEST_F(SubscriptionTest, what_a_slow_reader_has_not_taken_is_not_read_from_the_log) {
    set_up();
    auto& subscriber = subscribe();
    subscriber.hold();
    const std::string large(300'000, 'x');
    for (int i = 0; i < 20; ++i) put("s", large);
    pass(seconds(7));
    EXPECT_LE(subscriber.data().size(), 1U);
    subscriber.release();
    pump([&] { return subscriber.data().size() == 20; });
    for (const auto& event : subscriber.events) EXPECT_LE(event["Records"].size(), 3U);
    EXPECT_GE(subscriber.events.at(1)["MillisBehindLatest"].get<int>(), 7000);
    EXPECT_EQ(subscriber.events.back()["MillisBehindLatest"], 0);
}

TEST_F(SubscriptionTest, an_enforced_rate_lets_two_mebibytes_a_second_through) {
    set_up();
    kinesis::Throttle throttle(clock);
    // With its key a record has a million bytes, and more than one do not fit an event.
    for (int i = 0; i < 4; ++i) put("s", std::string(999'997, 'x'));
    service->throttle = &throttle;
    auto& subscriber = subscribe();
    const auto arrives = [&](std::size_t count, milliseconds after) {
        // What is on its way by now is waited for, so that the next record's time is counted from this moment.
        for (int i = 0; i < 4; ++i) pump();
        if (after > milliseconds(0)) {
            pass(after - milliseconds(1));
            EXPECT_EQ(subscriber.data().size(), count - 1);
            advance(milliseconds(1));
        }
        pump([&] { return subscriber.data().size() == count; });
    };
    arrives(2, milliseconds(0));
    // The third is 902,848 bytes over what a second lets through, the fourth a million more.
    arrives(3, milliseconds(431));
    arrives(4, milliseconds(477));
    subscriber.end();
    pump([&] { return subscriber.ended; });
    service->throttle = nullptr;
}

struct EventParts {
    wire::Required<std::vector<kinesis::shapes::Record>> records;
    wire::Required<std::string> continuation_sequence_number;
};
constexpr std::array event_parts_members = {
    wire::member<&EventParts::records>("Records", kinesis::shapes::record_list),
    wire::member<&EventParts::continuation_sequence_number>("ContinuationSequenceNumber", wire::string_shape)};
constexpr wire::Shape event_parts = wire::structure_shape("EventParts", event_parts_members);

TEST_F(SubscriptionTest, the_same_by_json_and_by_cbor) {
    set_up();
    for (const auto* data : {"one", "two"}) put("s", data);
    auto& by_json = subscribe();
    pump([&] { return by_json.data().size() == 2; });
    pass(seconds(5));

    const json input = {{"ConsumerARN", consumer_arn},
                        {"ShardId", "shardId-000000000000"},
                        {"StartingPosition", {{"Type", "TRIM_HORIZON"}}}};
    const auto cbor = json::to_cbor(input);
    auto request = kinesis_request("SubscribeToShard", {{"Content-Type", "application/x-amz-cbor-1.1"}});
    TextBody text(std::string(cbor.begin(), cbor.end()));
    request.body = &text;
    auto response = run(wire::answer_json(*protocol, request, authenticator, random));
    EXPECT_EQ(response.headers.get("Content-Type"), "application/vnd.amazon.eventstream");
    auto& body = *std::get<std::unique_ptr<http::Body>>(response.body);
    std::string bytes;
    std::vector<EventMessage> messages;
    std::string piece(65536, '\0');
    while (messages.size() < 2) {
        const auto count = run(body.read_some(piece));
        ASSERT_TRUE(count && *count > 0);
        bytes.append(piece, 0, *count);
        for (auto& message : take_messages(bytes)) messages.push_back(std::move(message));
    }
    EXPECT_EQ(messages[0].headers.at(":event-type"), "initial-response");
    EXPECT_EQ(messages[0].payload, "\xa0");
    EXPECT_EQ(messages[1].headers.at(":content-type"), "application/x-amz-cbor-1.1");
    EventParts event;
    const auto decoded = wire::decode(wire::Format::cbor, messages[1].payload, &event_parts, &event);
    ASSERT_TRUE(decoded.well_formed && decoded.is_object && !decoded.type_fault);
    const auto& records = by_json.events.front()["Records"];
    ASSERT_EQ(event.records->size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto& record = (*event.records)[i];
        EXPECT_EQ(base64_encode(record.data->bytes), records[i]["Data"]);
        EXPECT_EQ(*record.sequence_number, records[i]["SequenceNumber"]);
        EXPECT_EQ(*record.partition_key, records[i]["PartitionKey"]);
    }
    EXPECT_EQ(*event.continuation_sequence_number, by_json.events.front()["ContinuationSequenceNumber"]);
}

}  // namespace
}  // namespace rivulet
