#include "storage/tail_cache.hpp"
#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

class TailCacheTest : public LogTest {
protected:
    std::uint64_t log_reads() const { return store->statistics().log_reads; }
};

TEST_F(TailCacheTest, a_hundred_readers_at_the_tip_cost_one_read) {
    const Position from = *store->log().tip(shard);
    append("a");
    append("b");
    const auto before = log_reads();
    for (int reader = 0; reader < 100; ++reader) EXPECT_EQ(read(from), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(log_reads() - before, 1U);
    append("c");
    for (int reader = 0; reader < 100; ++reader) EXPECT_EQ(read(from), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(log_reads() - before, 2U);
}

TEST_F(TailCacheTest, a_reader_with_nothing_to_read_costs_no_read) {
    append("a");
    const Position tip = *store->log().tip(shard);
    const auto before = log_reads();
    for (int turn = 0; turn < 1000; ++turn) {
        const auto batch = run(store->log().read(shard, tip, plenty));
        EXPECT_TRUE(batch->reached_tip && batch->records.empty());
    }
    EXPECT_EQ(log_reads(), before);
}

TEST_F(TailCacheTest, readers_anywhere_near_the_tip_see_what_the_log_has) {
    SeededRandom random(7);
    std::vector<Position> positions;
    const auto chance = [&](std::size_t below) {
        return static_cast<unsigned char>(random_bytes(random, 1)[0]) % below;
    };
    for (int turn = 0; turn < 2000; ++turn) {
        if (chance(3) == 0) {
            positions.push_back(*append(std::to_string(positions.size())));
            clock.advance(std::chrono::milliseconds(chance(3)));
        }
        const std::size_t back = std::min<std::size_t>(chance(40), positions.size());
        const std::size_t limit = 1 + chance(20);
        const Position from = back == 0 ? *store->log().tip(shard) : positions[positions.size() - back];
        const auto batch = run(store->log().read(shard, from, {limit, 1'000'000}));
        ASSERT_EQ(batch->records.size(), std::min(back, limit)) << turn;
        for (std::size_t i = 0; i < batch->records.size(); ++i) {
            ASSERT_EQ(batch->records[i].data, std::to_string(positions.size() - back + i)) << turn;
            ASSERT_EQ(batch->records[i].position, positions[positions.size() - back + i]) << turn;
        }
        ASSERT_EQ(batch->reached_tip, back <= limit) << turn;
    }
}

TEST_F(TailCacheTest, what_is_trimmed_away_is_not_read_from_memory) {
    append("old");
    EXPECT_EQ(read(), std::vector<std::string>{"old"});
    clock.advance(std::chrono::hours(1));
    append("new");
    EXPECT_EQ(read(), (std::vector<std::string>{"old", "new"}));
    ASSERT_TRUE(store->log().trim(shard, position_at(clock.now())));
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
}

TEST_F(TailCacheTest, stays_within_its_budget_however_much_is_read) {
    const std::size_t budget = store_options.memory_bytes / 8;
    for (int turn = 0; turn < 60; ++turn) {
        for (const ShardKey to : {ShardKey{7, 0}, ShardKey{7, 1}}) {
            const Position from = *store->log().tip(to);
            append(std::string(500'000, 'x'), to);
            EXPECT_EQ(read(from, to).size(), 1U);
            EXPECT_LE(store->statistics().tail_cache_bytes, budget);
        }
    }
    EXPECT_GT(store->statistics().tail_cache_bytes, budget / 2);
    change([](Catalog::Transaction& transaction) { transaction.drop_shards(7); });
    EXPECT_EQ(store->statistics().tail_cache_bytes, 0U);
}

TEST(TailCacheOrder, the_oldest_is_forgotten_first_whichever_shard_it_is_of) {
    const std::string data(1000, 'x');
    TailCache cache(10'000);
    const std::array tails = {std::make_shared<ShardTail>(), std::make_shared<ShardTail>()};
    const auto bring_in = [&](Position at) {
        const std::array records = {StoredRecord{at, "key", data}};
        cache.add(tails[at % 2], at, at + 2, records);
    };
    const auto is_known = [&](Position at) { return !tails[at % 2]->runs_from(at).empty(); };
    Position last = 0;
    for (; is_known(0) || last == 0; ++last) {
        bring_in(last);
        ASSERT_LT(last, 20U) << "nothing is forgotten";
    }
    for (; last < 40; ++last) {
        bring_in(last);
        Position oldest = 0;
        while (!is_known(oldest)) ++oldest;
        EXPECT_GT(oldest, 0U);
        for (Position at = oldest; at <= last; ++at) EXPECT_TRUE(is_known(at)) << at << " of " << last;
        EXPECT_GE(last - oldest, 5U) << "more is forgotten than has to be";
    }
}

TEST_F(TailCacheTest, a_read_stops_at_the_limit_of_bytes_whether_memory_or_the_log_answers) {
    const Position from = *store->log().tip(shard);
    for (int i = 0; i < 10; ++i) append(std::string(1000, 'x'));
    for (int turn = 0; turn < 2; ++turn) {
        const auto batch = run(store->log().read(shard, from, {100, 3500}));
        EXPECT_EQ(batch->records.size(), 3U);
        EXPECT_FALSE(batch->reached_tip);
        EXPECT_EQ(read(from).size(), 10U);
    }
}

}  // namespace
}  // namespace rivulet
