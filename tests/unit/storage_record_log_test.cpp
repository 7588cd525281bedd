#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

namespace asio = boost::asio;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class RecordLogTest : public LogTest {};

TEST_F(RecordLogTest, gives_back_what_was_appended_in_order) {
    append("a");
    append("b");
    append("c");
    EXPECT_EQ(read(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(RecordLogTest, keeps_shards_apart) {
    append("a", {7, 0});
    append("b", {7, 1});
    EXPECT_EQ(read(0, {7, 0}), std::vector<std::string>{"a"});
    EXPECT_EQ(read(0, {7, 1}), std::vector<std::string>{"b"});
}

TEST_F(RecordLogTest, remembers_everything_after_a_restart) {
    append("a");
    reopen();
    append("b");
    EXPECT_EQ(read(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(RecordLogTest, gives_no_position_twice_when_the_clock_goes_back_over_a_restart) {
    const auto before = append("a");
    reopen();
    clock.set(clock.now() - hours(48));
    EXPECT_GT(*append("b"), *before);
}

TEST_F(RecordLogTest, gives_no_position_twice_when_all_records_were_trimmed_and_the_clock_went_back) {
    const auto before = append("a");
    ASSERT_TRUE(store->log().trim(shard, end_position));
    reopen();
    clock.set(clock.now() - hours(48));
    EXPECT_GT(*append("b"), *before);
    EXPECT_EQ(read(), std::vector<std::string>{"b"});
}

TEST_F(RecordLogTest, finds_a_time_by_position) {
    append("early");
    advance(seconds(10));
    const Timestamp later = clock.now();
    append("late");
    EXPECT_EQ(read(position_at(later)), std::vector<std::string>{"late"});
    EXPECT_EQ(read(position_at(later + milliseconds(1))), std::vector<std::string>{});
}

TEST_F(RecordLogTest, trims_what_is_before_a_position_and_nothing_else) {
    append("old");
    advance(hours(1));
    append("new");
    ASSERT_TRUE(store->log().trim(shard, position_at(clock.now())));
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
}

TEST_F(RecordLogTest, hides_no_record_when_a_clock_that_was_ahead_is_set_right) {
    append("old");
    const Timestamp right = clock.now();
    clock.set(right + hours(240));
    const Position ahead = position_at(clock.now());
    ASSERT_TRUE(store->log().trim(shard, ahead));
    const auto polled = run(store->log().read(shard, ahead, plenty));
    clock.set(right);
    append("new");
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
    EXPECT_EQ(read(polled->next), std::vector<std::string>{"new"}) << "who has read meanwhile goes on from there";
    reopen();
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
}

TEST_F(RecordLogTest, refuses_records_for_a_closed_shard_and_stores_the_others) {
    change([](Catalog::Transaction& transaction) { transaction.close_shard(shard); });
    const std::array records = {NewRecord{{7, 0}, "k", "closed"}, NewRecord{{7, 1}, "k", "open"}};
    const auto positions = run(store->log().append(records));
    EXPECT_FALSE((*positions)[0].has_value());
    EXPECT_TRUE((*positions)[1].has_value());
    EXPECT_EQ(read(0, {7, 0}), std::vector<std::string>{});
    EXPECT_EQ(read(0, {7, 1}), std::vector<std::string>{"open"});
}

TEST_F(RecordLogTest, tells_the_end_of_a_closed_shard_apart_from_the_tip_of_an_open_one) {
    append("a");
    auto batch = run(store->log().read(shard, 0, plenty));
    EXPECT_TRUE(batch->reached_tip);
    EXPECT_FALSE(batch->closed);
    change([](Catalog::Transaction& transaction) { transaction.close_shard(shard); });
    batch = run(store->log().read(shard, 0, plenty));
    EXPECT_TRUE(batch->reached_tip);
    EXPECT_TRUE(batch->closed);
}

TEST_F(RecordLogTest, stops_at_the_limits_and_goes_on_where_it_stopped) {
    for (const auto* data : {"aaaa", "bbbb", "cccc"}) append(data);
    const auto first = run(store->log().read(shard, 0, {2, 1000}));
    EXPECT_EQ(first->records.size(), 2U);
    EXPECT_FALSE(first->reached_tip);
    EXPECT_EQ(read(first->next), std::vector<std::string>{"cccc"});
    const auto one_too_large = run(store->log().read(shard, 0, {10, 1}));
    EXPECT_EQ(one_too_large->records.size(), 1U) << "a record larger than the limit would never be read";
}

TEST_F(RecordLogTest, loses_all_records_of_a_dropped_stream_and_no_others) {
    append("a");
    change([](Catalog::Transaction& transaction) {
        transaction.open_shard({8, 0});
        transaction.drop_shards(7);
    });
    append("b", {8, 0});
    EXPECT_EQ(append("late"), std::nullopt);
    EXPECT_EQ(read(), std::vector<std::string>{});
    EXPECT_EQ(read(0, {8, 0}), std::vector<std::string>{"b"});
}

TEST_F(RecordLogTest, wakes_a_waiting_reader_when_a_record_comes) {
    std::optional<bool> woken;
    const Position tip = *store->log().tip(shard);
    asio::co_spawn(io, store->log().wait(shard, tip, hours(1)), [&](const auto&, bool more) { woken = more; });
    io.restart();
    io.poll();
    EXPECT_FALSE(woken.has_value());
    append("a");
    EXPECT_EQ(woken, true);
}

TEST_F(RecordLogTest, lets_a_waiting_reader_go_when_its_time_is_up) {
    std::optional<bool> woken;
    asio::co_spawn(io, store->log().wait(shard, *store->log().tip(shard), seconds(5)),
                   [&](const auto&, bool more) { woken = more; });
    io.restart();
    io.poll();
    clock.advance(seconds(4));
    io.poll();
    EXPECT_FALSE(woken.has_value());
    advance(seconds(1));
    EXPECT_EQ(woken, false);
}

TEST_F(RecordLogTest, wakes_a_waiting_reader_when_the_shard_is_closed) {
    std::optional<bool> woken;
    asio::co_spawn(io, store->log().wait(shard, *store->log().tip(shard), hours(1)),
                   [&](const auto&, bool more) { woken = more; });
    io.restart();
    io.poll();
    change([](Catalog::Transaction& transaction) { transaction.close_shard(shard); });
    EXPECT_EQ(woken, true);
}

}  // namespace
}  // namespace rivulet
