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
    const std::string large(1'000'000, 'x');
    for (int i = 0; i < 20; ++i) append(large);
    reopen();
    EXPECT_EQ(read().size(), 20U);
    EXPECT_EQ(read().back(), large);
    change([](Catalog::Transaction& transaction) { transaction.drop_shards(7); });
    EXPECT_TRUE(comes_about([this] {
        std::uintmax_t bytes = 0;
        for (const auto& entry : std::filesystem::directory_iterator(store_options.directory)) {
            std::error_code gone;
            if (entry.path().extension() == ".blob") bytes += entry.file_size(gone);
        }
        return bytes < little;
    }));
}

}  // namespace
}  // namespace rivulet
