#include <fstream>

#include "tests/unit/faulty_file_system.hpp"
#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

namespace fs = std::filesystem;

class DurabilityTest : public LogTest {
protected:
    void SetUp() override {
        store_options.environment = environment.get();
        reopen();
        LogTest::SetUp();
    }
    void TearDown() override { store.reset(); }

    void reopen_as(Durability durability) {
        store_options.durability = durability;
        reopen();
    }

    void lose_power() {
        store.reset();
        file_system->lose_power();
        store_options.boot += "+";
        open();
    }

    Result<std::vector<std::optional<Position>>> try_append(const std::string& data) {
        const std::array records = {NewRecord{shard, "key", data}};
        return run(store->log().append(records));
    }

    fs::path newest_log() const {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(store_options.directory)) {
            if (entry.path().extension() == ".log" && fs::file_size(entry.path()) > 0) {
                newest = std::max(newest, entry.path());
            }
        }
        return newest;
    }

    const std::shared_ptr<FaultyFileSystem> file_system = std::make_shared<FaultyFileSystem>();
    const std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(file_system);
};

TEST_F(DurabilityTest, power_keeps_every_acknowledged_record_when_power_is_lost) {
    reopen_as(Durability::power);
    create_stream({0, 1});
    std::vector<std::string> acknowledged;
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 20; ++i) {
            acknowledged.push_back(std::to_string(round * 20 + i));
            append(acknowledged.back());
        }
        lose_power();
        ASSERT_EQ(read(), acknowledged);
    }
}

TEST_F(DurabilityTest, process_promises_nothing_when_power_is_lost_and_starts_again_all_the_same) {
    reopen_as(Durability::power);
    create_stream({0, 1});
    append("before");
    reopen_as(Durability::process);
    append("after");
    lose_power();
    EXPECT_EQ(read(), std::vector<std::string>{"before"}) << "the test's loss of power loses nothing";
    append("again");
    EXPECT_EQ(read(), (std::vector<std::string>{"before", "again"}));
}

TEST_F(DurabilityTest, a_full_disk_refuses_writes_only_until_there_is_room_and_loses_nothing) {
    append("before");
    file_system->full = true;
    for (int attempt = 0; attempt < 5; ++attempt) {
        const auto refused = try_append("refused");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::io_failure);
        EXPECT_EQ(read(), std::vector<std::string>{"before"});
        clock.advance(std::chrono::milliseconds(200));
    }
    file_system->full = false;
    clock.advance(std::chrono::seconds(1));
    append("after");
    EXPECT_EQ(read(), (std::vector<std::string>{"before", "after"}));
    reopen();
    EXPECT_EQ(read(), (std::vector<std::string>{"before", "after"}));
    append("later");
    EXPECT_EQ(read(), (std::vector<std::string>{"before", "after", "later"}));
}

TEST_F(DurabilityTest, a_transaction_that_cannot_be_written_changes_nothing) {
    file_system->full = true;
    const auto refused = run(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        Stream stream;
        stream.name = "new";
        store->streams().put(transaction, "new", stream);
        return {};
    }));
    EXPECT_EQ(refused.error().code, ErrorCode::io_failure);
    EXPECT_EQ(store->streams().find("new"), nullptr);
    file_system->full = false;
    reopen();
    EXPECT_EQ(store->streams().find("new"), nullptr);
}

TEST_F(DurabilityTest, a_shard_whose_end_cannot_be_read_is_not_taken_for_an_empty_one) {
    append_much(1);
    append("last");
    // The first start brings what is in the log into tables, which the second has to read.
    reopen();
    reopen();
    file_system->unreadable = true;
    EXPECT_FALSE(run(store->log().read(shard, 0, plenty)));
    EXPECT_FALSE(store->log().tip(shard));
    EXPECT_FALSE(try_append("refused"));
    file_system->unreadable = false;
    EXPECT_TRUE(try_append("accepted"));
    const auto found = read();
    ASSERT_GE(found.size(), 3U);
    EXPECT_EQ(found[found.size() - 2], "last");
    EXPECT_EQ(found.back(), "accepted");
}

TEST_F(DurabilityTest, a_log_that_ends_in_the_middle_of_a_write_is_taken_up_to_there) {
    append("whole");
    store.reset();
    std::string record(30, '\0');
    ASSERT_TRUE(std::ifstream(newest_log(), std::ios::binary).read(record.data(), 30));
    std::ofstream(newest_log(), std::ios::binary | std::ios::app) << record;
    open();
    EXPECT_EQ(read(), std::vector<std::string>{"whole"});
}

TEST_F(DurabilityTest, a_damaged_log_is_told_and_not_passed_over) {
    for (int i = 0; i < 100; ++i) append(std::string(1000, 'x'));
    store.reset();
    std::fstream log(newest_log(), std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(50'000);
    log << "damage";
    log.close();
    const auto opened = Store::open(store_options, clock, pool);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, testing::HasSubstr("is damaged"));
    EXPECT_THAT(opened.error().message, testing::HasSubstr("Restore the directory"));
}

TEST_F(DurabilityTest, a_directory_whose_state_is_missing_is_not_taken_for_an_empty_one) {
    append("a");
    store.reset();
    fs::rename(store_options.directory / "CURRENT", directory.path() / "CURRENT");
    const auto opened = Store::open(store_options, clock, pool);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, testing::HasSubstr("CURRENT is missing"));
    fs::rename(directory.path() / "CURRENT", store_options.directory / "CURRENT");
    open();
    EXPECT_EQ(read(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace rivulet
