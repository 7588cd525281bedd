#include "tests/unit/faulty_file_system.hpp"
#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

constexpr std::uintmax_t little = 3 * 1024 * 1024;

class SpaceTest : public LogTest {
protected:
    void SetUp() override {
        store_options.memory_bytes = 16 * 1024 * 1024;
        reopen();
        LogTest::SetUp();
    }

    bool is_room_given_back() {
        return comes_about([this] { return disk_bytes() < little; });
    }

    std::uintmax_t large_value_bytes() const {
        std::uintmax_t bytes = 0;
        for (const auto& entry : std::filesystem::directory_iterator(store_options.directory)) {
            std::error_code gone;
            const auto size = entry.file_size(gone);
            if (entry.path().extension() == ".blob" && !gone) bytes += size;
        }
        return bytes;
    }

    /// A record whose data is large and tells which it is.
    void append_large(std::size_t number, ShardKey to = shard) { append(large(number), to); }

    static std::string large(std::size_t number) {
        std::string data(500'000, 'x');
        return data.replace(0, 8, std::to_string(10'000'000 + number));
    }

    void drop_stream() {
        change([](Catalog::Transaction& transaction) { transaction.drop_shards(7); });
    }
};

TEST_F(SpaceTest, a_dropped_streams_room_is_given_back) {
    append_much(20);
    ASSERT_GT(disk_bytes(), little);
    change([](Catalog::Transaction& transaction) { transaction.drop_shards(7); });
    EXPECT_TRUE(is_room_given_back());
}

TEST_F(SpaceTest, a_dropped_streams_room_is_given_back_after_a_restart_too) {
    append_much(20);
    change([](Catalog::Transaction& transaction) {
        transaction.open_shard({8, 0});
        transaction.drop_shards(7);
    });
    append("kept", {8, 0});
    reopen();
    EXPECT_TRUE(is_room_given_back());
}

TEST_F(SpaceTest, the_room_of_trimmed_records_is_given_back_and_the_others_stay) {
    append_much(20);
    append("other", {7, 1});
    clock.advance(std::chrono::hours(1));
    append("new");
    ASSERT_TRUE(store->log().trim(shard, position_at(clock.now())));
    EXPECT_TRUE(is_room_given_back());
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
    EXPECT_EQ(read(0, {7, 1}), std::vector<std::string>{"other"});
    reopen();
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
}

TEST_F(SpaceTest, large_values_are_kept_and_their_room_is_given_back) {
    for (std::size_t i = 0; i < 40; ++i) append_large(i);
    reopen();
    EXPECT_EQ(read().size(), 40U);
    EXPECT_EQ(read().back(), large(39));
    drop_stream();
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() < little; }));
}

TEST_F(SpaceTest, the_room_of_trimmed_large_values_is_given_back) {
    for (std::size_t i = 0; i < 40; ++i) append_large(i, {7, static_cast<std::uint32_t>(i % 2)});
    clock.advance(std::chrono::hours(1));
    append("new");
    ASSERT_GT(large_value_bytes(), 2 * little);
    for (const std::uint32_t ordinal : {0U, 1U}) {
        ASSERT_TRUE(store->log().trim({7, ordinal}, position_at(clock.now())));
    }
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() == 0; }));
    EXPECT_EQ(read(), std::vector<std::string>{"new"});
}

TEST_F(SpaceTest, the_room_of_the_older_part_of_a_shards_large_values_is_given_back_and_the_others_stay) {
    std::vector<std::string> newer;
    for (std::size_t i = 0; i < 60; ++i) append_large(i);
    clock.advance(std::chrono::hours(1));
    const Position middle = position_at(clock.now());
    for (std::size_t i = 60; i < 80; ++i) newer.emplace_back(large(i)), append_large(i);
    ASSERT_TRUE(store->log().trim(shard, middle));
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() < 10'000'000 + 2 * little; }));
    EXPECT_TRUE(read() == newer);
}

TEST_F(SpaceTest, large_values_of_another_stream_here_and_there_do_not_keep_a_dropped_streams) {
    change([](Catalog::Transaction& transaction) { transaction.open_shard({8, 0}); });
    std::vector<std::string> kept;
    // More than are merged by themselves: what was merged once and what was not are given back in different ways.
    for (std::size_t i = 0; i < 600; ++i) {
        append_large(i);
        if (i % 60 != 0) continue;
        kept.emplace_back(large(i));
        append_large(i, {8, 0});
    }
    drop_stream();
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() < 5'000'000 + 2 * little; }));
    EXPECT_TRUE(read(0, {8, 0}) == kept);
}

TEST_F(SpaceTest, large_values_that_share_their_files_with_a_dropped_streams_stay_and_do_not_keep_them) {
    change([](Catalog::Transaction& transaction) { transaction.open_shard({8, 0}); });
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < 120; ++i) {
        if (i % 3 == 0) {
            kept.emplace_back(large(i));
            append_large(i, {8, 0});
        } else {
            append_large(i);
        }
    }
    drop_stream();
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() < 20'000'000 + 2 * little; }));
    EXPECT_TRUE(read(0, {8, 0}) == kept);
}

TEST_F(SpaceTest, room_that_could_not_be_given_back_when_records_were_trimmed_is_given_back_after_a_restart) {
    const auto disk = std::make_shared<FaultyFileSystem>();
    const auto environment = rocksdb::NewCompositeEnv(disk);
    store_options.environment = environment.get();
    reopen();
    for (std::size_t i = 0; i < 40; ++i) append_large(i);
    reopen();
    ASSERT_GT(large_value_bytes(), 2 * little);
    clock.advance(std::chrono::hours(1));
    disk->fail({FileKind::table, Operation::create, true});
    ASSERT_TRUE(store->log().trim(shard, position_at(clock.now())));
    ASSERT_TRUE(comes_about([&] { return disk->failures() > 0; }));
    store.reset();
    disk->heal();
    open();
    EXPECT_GT(large_value_bytes(), 2 * little);
    ASSERT_TRUE(store->log().trim(shard, position_at(clock.now())));
    EXPECT_TRUE(comes_about([this] { return large_value_bytes() == 0; }));
    store.reset();
}

}  // namespace
}  // namespace rivulet
