#include <gmock/gmock.h>

#include "tests/unit/lambda_poller_support.hpp"

namespace rivulet {

namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Keys = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Pipeline : public PollerTest {
protected:
    Pipeline() {
        stream = create_stream("purchases", 1);
        create_function("enrich");
    }

    /// Maps the stream to the function and begins the work.
    void map(const std::function<void(EventSourceMapping&)>& adjust = [](EventSourceMapping&) {}) {
        auto mapping = mapping_of("purchases", "enrich");
        adjust(mapping);
        uuid = create_mapping(mapping);
        start();
        settle();
    }

    std::optional<Checkpoint> checkpoint(std::uint32_t shard = 0) const {
        const auto found = tables->checkpoints.find(checkpoint_key(uuid, {stream, shard}));
        return found ? std::optional(*found) : std::nullopt;
    }

    std::function<bool()> seen(std::size_t events) {
        return [this, events] { return invoker.events.size() >= events; };
    }
    std::function<bool()> at(Position next) {
        return [this, next] { return checkpoint() && checkpoint()->next == next; };
    }

    std::uint64_t stream = 0;
    std::string uuid;
};

}  // namespace

TEST_F(Pipeline, an_event_has_the_form_of_the_service) {
    const auto position = put(stream, 0, "user \"1\" é", "hello");
    map();
    run_until(seen(1));

    const auto sequence =
        to_string(sequence_number_of(*store->streams().find(stream_key(owner, "purchases"))->find_shard(0), position));
    const nlohmann::json expected = {
        {"Records",
         {{{"kinesis",
            {{"kinesisSchemaVersion", "1.0"},
             {"partitionKey", "user \"1\" é"},
             {"sequenceNumber", sequence},
             {"data", "aGVsbG8="},
             {"approximateArrivalTimestamp", 1'700'000'000.0}}},
           {"eventSource", "aws:kinesis"},
           {"eventVersion", "1.0"},
           {"eventID", "shardId-000000000000:" + sequence},
           {"eventName", "aws:kinesis:record"},
           {"invokeIdentityArn", "arn:aws:iam::000000000000:role/lambda-role"},
           {"awsRegion", "us-east-1"},
           {"eventSourceARN", "arn:aws:kinesis:us-east-1:000000000000:stream/purchases"}}}}};
    EXPECT_EQ(invoker.events[0], expected);
}

TEST_F(Pipeline, a_new_record_is_handed_over_without_any_time_passing) {
    map();
    put(stream, 0, "a");
    run_until(seen(1));
    put(stream, 0, "b");
    run_until(seen(2));
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "b"}));
}

TEST_F(Pipeline, a_batch_holds_no_more_records_than_its_size) {
    for (const char* key : {"a", "b", "c", "d", "e"}) put(stream, 0, key);
    map([](auto& mapping) { mapping.batch_size = 2; });
    run_until(seen(3));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events[0]), (Keys{"a", "b"}));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events[1]), (Keys{"c", "d"}));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events[2]), (Keys{"e"}));
}

TEST_F(Pipeline, a_batch_is_cut_before_its_event_passes_six_mebibytes) {
    const std::string mebibyte(1024 * 1024, 'z');
    for (int i = 0; i < 7; ++i) put(stream, 0, std::to_string(i), mebibyte);
    map();
    run_until(seen(2));
    run_until([&] { return invoker.all_keys().size() == 7; });
    for (const auto size : invoker.sizes) EXPECT_LE(size, 6U * 1024 * 1024);
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events[0]), (Keys{"0", "1", "2", "3"}));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events[1]), (Keys{"4", "5", "6"}));
}

TEST_F(Pipeline, a_batching_window_gathers_records_from_the_first_one_on) {
    map([](auto& mapping) { mapping.batching_window = seconds(2); });
    clock.advance(hours(1) / 4);
    put(stream, 0, "a");
    settle();
    clock.advance(milliseconds(1900));
    put(stream, 0, "b");
    settle();
    EXPECT_TRUE(invoker.events.empty());
    clock.advance(milliseconds(100));
    run_until(seen(1));
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "b"}));
}

TEST_F(Pipeline, a_full_batch_does_not_wait_for_its_window) {
    map([](auto& mapping) {
        mapping.batching_window = seconds(300);
        mapping.batch_size = 2;
    });
    put(stream, 0, "a");
    put(stream, 0, "b");
    run_until(seen(1));
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "b"}));
}

TEST_F(Pipeline, a_clock_that_goes_back_ends_the_window_instead_of_stretching_it) {
    map([](auto& mapping) { mapping.batching_window = seconds(60); });
    put(stream, 0, "a");
    settle();
    clock.set(clock.now() - hours(5));
    put(stream, 0, "b");
    run_until(seen(1));
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "b"}));
}

TEST_F(Pipeline, a_failing_batch_is_tried_again_as_it_was_with_growing_pauses) {
    invoker.answer = [](const auto&) { return FakeInvoker::failure(); };
    put(stream, 0, "a");
    map();
    run_until(seen(1));
    put(stream, 0, "b");
    settle();
    std::vector<milliseconds> pauses;
    for (std::size_t tries = 2; tries <= 10; ++tries) pauses.push_back(advance_until(seen(tries), milliseconds(100)));
    EXPECT_THAT(pauses, ElementsAre(milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800),
                                    milliseconds(1600), milliseconds(3200), milliseconds(6400), milliseconds(10'000),
                                    milliseconds(10'000)));
    for (const auto& event : invoker.events) EXPECT_EQ(event, invoker.events[0]);
    EXPECT_FALSE(checkpoint());

    invoker.answer = [](const auto&) { return FakeInvoker::success(); };
    advance_until([&] { return invoker.all_keys().back() == "b"; }, milliseconds(500));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events.back()), (Keys{"b"}));
}

TEST_F(Pipeline, a_function_that_cannot_be_run_at_all_is_tried_again_too) {
    int tries = 0;
    invoker.answer = [&](const auto&) -> Result<InvocationOutcome> {
        if (++tries < 3) return Error(ErrorCode::function_failed, "no interpreter");
        return FakeInvoker::success();
    };
    const auto position = put(stream, 0, "a");
    map();
    advance_until(at(position + 1));
    EXPECT_EQ(tries, 3);
}

TEST_F(Pipeline, a_failing_batch_is_given_up_once_its_records_have_expired) {
    put(stream, 0, "old");
    invoker.answer = [](const auto& event) -> Result<InvocationOutcome> {
        return FakeInvoker::keys_of(event)[0] == "old" ? FakeInvoker::failure() : FakeInvoker::success();
    };
    map();
    run_until(seen(1));
    clock.advance(hours(23));
    const auto position = put(stream, 0, "new");
    settle();
    EXPECT_FALSE(checkpoint());
    advance_until(at(position + 1), seconds(30));
    EXPECT_EQ(FakeInvoker::keys_of(invoker.events.back()), (Keys{"new"}));
}

TEST_F(Pipeline, the_result_is_in_the_sink_before_the_checkpoint_is_committed) {
    const auto position = put(stream, 0, "a");
    invoker.answer = [](const auto&) { return FakeInvoker::success(R"([{"n":1}])"); };
    bool checkpoint_was_there = true;
    sink.on_write = [&] { checkpoint_was_there = checkpoint().has_value(); };
    map([](auto& mapping) { mapping.sink = SinkTarget{"results", "out/"}; });
    run_until(at(position + 1));
    EXPECT_FALSE(checkpoint_was_there);
    const auto sequence = invoker.events[0]["Records"][0]["kinesis"]["sequenceNumber"].get<std::string>();
    EXPECT_EQ(sink.objects,
              (std::map<std::string, std::string>{{"results/out/shardId-000000000000-" + sequence, R"([{"n":1}])"}}));
}

TEST_F(Pipeline, a_sink_that_fails_fails_the_batch) {
    const auto position = put(stream, 0, "a");
    sink.fault = Error(ErrorCode::s3_no_such_bucket, "The specified bucket does not exist");
    map([](auto& mapping) { mapping.sink = SinkTarget{"results", ""}; });
    run_until(seen(1));
    settle();
    EXPECT_FALSE(checkpoint());
    sink.fault.reset();
    advance_until(at(position + 1));
    EXPECT_EQ(invoker.events.size(), 2U);
    EXPECT_EQ(sink.objects.size(), 1U);
}

TEST_F(Pipeline, a_restart_goes_on_after_the_last_committed_batch) {
    map([](auto& mapping) { mapping.batch_size = 2; });
    for (const char* key : {"a", "b", "c"}) put(stream, 0, key);
    run_until([&] { return invoker.all_keys().size() == 3; });
    settle();
    restart();
    put(stream, 0, "d");
    run_until([&] { return invoker.all_keys().size() >= 4; });
    settle();
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "b", "c", "d"}));
}

TEST_F(Pipeline, a_batch_given_up_by_a_stop_is_processed_after_the_next_start) {
    invoker.held = true;
    put(stream, 0, "a");
    map();
    run_until([&] { return invoker.running == 1; });
    stop();
    invoker.held = false;
    start();
    run_until(seen(2));
    EXPECT_EQ(invoker.all_keys(), (Keys{"a", "a"}));
}

TEST_F(Pipeline, latest_is_the_moment_of_the_mapping_not_of_its_first_batch) {
    put(stream, 0, "before");
    auto mapping = mapping_of("purchases", "enrich");
    mapping.starting_position = StartingPosition::latest;
    uuid = create_mapping(mapping);
    put(stream, 0, "after");
    restart();
    run_until(seen(1));
    settle();
    EXPECT_EQ(invoker.all_keys(), (Keys{"after"}));
}

TEST_F(Pipeline, latest_reads_shards_that_appear_later_from_their_beginning) {
    put(stream, 0, "before");
    auto mapping = mapping_of("purchases", "enrich");
    mapping.starting_position = StartingPosition::latest;
    uuid = create_mapping(mapping);
    change_stream("purchases",
                  [](Stream& changed, Catalog::Transaction& transaction) { add_shard(changed, transaction, {}, {}); });
    put(stream, 1, "child");
    start();
    run_until(seen(1));
    settle();
    EXPECT_EQ(invoker.all_keys(), (Keys{"child"}));
}

TEST_F(Pipeline, at_timestamp_begins_with_the_first_record_of_that_time) {
    put(stream, 0, "before");
    clock.advance(seconds(10));
    const auto from = clock.now();
    put(stream, 0, "at");
    clock.advance(seconds(10));
    put(stream, 0, "after");
    map([&](auto& mapping) {
        mapping.starting_position = StartingPosition::at_timestamp;
        mapping.starting_timestamp = from;
    });
    run_until([&] { return invoker.all_keys().size() == 2; });
    EXPECT_EQ(invoker.all_keys(), (Keys{"at", "after"}));
}

TEST_F(Pipeline, children_wait_until_their_parents_are_processed_to_the_end) {
    change_stream("purchases",
                  [](Stream& changed, Catalog::Transaction& transaction) { add_shard(changed, transaction, {}, {}); });
    map([](auto& mapping) { mapping.batch_size = 1; });
    invoker.answer = [](const auto& event) -> Result<InvocationOutcome> {
        return FakeInvoker::keys_of(event)[0] == "stuck" ? FakeInvoker::failure() : FakeInvoker::success();
    };
    put(stream, 0, "one");
    put(stream, 1, "stuck");
    // Shards 0 and 1 are merged into 2.
    change_stream("purchases", [](Stream& changed, Catalog::Transaction& transaction) {
        for (auto& shard : changed.shards) {
            shard.closed = transaction.now().time_since_epoch().count() / 1000;
            transaction.close_shard({changed.id, shard.ordinal});
        }
        add_shard(changed, transaction, 0, 1);
    });
    put(stream, 2, "child");
    run_until([&] { return checkpoint(0) && checkpoint(0)->ended; });
    clock.advance(seconds(5));
    settle();
    auto keys = invoker.all_keys();
    EXPECT_EQ(std::ranges::count(keys, "child"), 0);

    invoker.answer = [](const auto&) { return FakeInvoker::success(); };
    advance_until([&] { return invoker.all_keys().back() == "child"; }, milliseconds(500));
    EXPECT_TRUE(checkpoint(1)->ended);
}

TEST_F(Pipeline, a_stream_created_anew_is_read_from_its_beginning) {
    put(stream, 0, "old");
    map([](auto& mapping) { mapping.starting_position = StartingPosition::latest; });
    put(stream, 0, "late");
    run_until(seen(1));
    settle();
    const auto old_key = checkpoint_key(uuid, {stream, 0});
    delete_stream("purchases");
    const auto anew = create_stream("purchases", 1);
    put(anew, 0, "new");
    advance_until(seen(2));
    EXPECT_EQ(invoker.all_keys(), (Keys{"late", "new"}));
    run_until([&] { return !tables->checkpoints.find(old_key); });
}

TEST_F(Pipeline, a_stream_still_being_created_is_waited_for) {
    change_stream("purchases", [](Stream& changed, auto&) { changed.status = StreamStatus::creating; });
    map();
    put(stream, 0, "a");
    clock.advance(seconds(5));
    settle();
    EXPECT_TRUE(invoker.events.empty());
    change_stream("purchases", [](Stream& changed, auto&) { changed.status = StreamStatus::active; });
    advance_until(seen(1));
}

TEST_F(Pipeline, a_mapping_that_is_removed_is_worked_no_more) {
    map();
    put(stream, 0, "a");
    run_until(seen(1));
    settle();
    ASSERT_TRUE(await(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        tables->mappings.erase(transaction, mapping_key(owner, uuid));
        return {};
    })));
    clock.advance(seconds(2));
    settle();
    put(stream, 0, "b");
    settle();
    EXPECT_EQ(invoker.all_keys(), (Keys{"a"}));
}

TEST_F(Pipeline, shards_are_processed_beside_each_other) {
    change_stream("purchases",
                  [](Stream& changed, Catalog::Transaction& transaction) { add_shard(changed, transaction, {}, {}); });
    invoker.held = true;
    map();
    put(stream, 0, "a");
    put(stream, 1, "b");
    run_until([&] { return invoker.running == 2; });
    EXPECT_THAT(invoker.all_keys(), UnorderedElementsAre("a", "b"));
}

}  // namespace rivulet
