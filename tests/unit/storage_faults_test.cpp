#include "tests/unit/captured_log.hpp"
#include "tests/unit/faulty_file_system.hpp"
#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

class FaultsTest : public LogTest {
protected:
    void SetUp() override {
        store_options.environment = environment.get();
        store_options.memory_bytes = 8 * 1024 * 1024;
        reopen();
        LogTest::SetUp();
    }
    void TearDown() override {
        file_system->heal();
        store.reset();
    }

    /// A record that tells which it is and has this many bytes; true if it is acknowledged.
    bool put(std::size_t bytes = 100) {
        std::string data = std::to_string(attempts++) + ' ';
        data.resize(std::max(bytes, data.size()), 'x');
        const std::array records = {NewRecord{shard, "key", data}};
        const auto positions = run(store->log().append(records));
        if (!positions) {
            EXPECT_EQ(positions.error().code, ErrorCode::io_failure);
            return false;
        }
        acknowledged.push_back(std::move(data));
        return true;
    }

    /// What was acknowledged is there once, in order, at positions that increase, and nothing else.
    void expect_what_was_acknowledged() {
        std::vector<std::string> data;
        Position from = 0;
        for (bool reached_tip = false; !reached_tip;) {
            const auto batch = run(store->log().read(shard, from, plenty));
            ASSERT_TRUE(batch) << batch.error().message;
            for (const auto& record : batch->records) {
                EXPECT_GE(record.position, from);
                from = record.position + 1;
                data.push_back(record.data);
            }
            reached_tip = batch->reached_tip;
        }
        ASSERT_EQ(data.size(), acknowledged.size());
        EXPECT_TRUE(data == acknowledged);
    }

    /// Time in which the disk is asked again.
    void wait_a_little() { clock.advance(std::chrono::milliseconds(300)); }

    const std::shared_ptr<FaultyFileSystem> file_system = std::make_shared<FaultyFileSystem>();
    const std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(file_system);
    std::vector<std::string> acknowledged;
    std::size_t attempts = 0;
};

struct Case {
    FileKind file;
    Operation operation;
    bool lasting;
    Durability durability;
    bool begins_empty;  ///< nothing waits in memory to be written to a file
    bool no_space;
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
    constexpr std::array files = {"log", "table", "manifest"};
    constexpr std::array operations = {"create", "append", "append_in_part", "sync", "read"};
    const Case& of = info.param;
    return std::string(files[static_cast<std::size_t>(of.file)]) + "_" +
           operations[static_cast<std::size_t>(of.operation)] + (of.lasting ? "_lasting" : "_once") +
           (of.durability == Durability::power ? "_power" : "_process") + (of.begins_empty ? "_empty" : "_filled") +
           (of.no_space ? "_no_space" : "");
}

std::vector<Case> cases() {
    using enum Operation;
    constexpr auto process = Durability::process;
    constexpr auto power = Durability::power;
    std::vector<Case> all;
    for (const bool lasting : {false, true}) {
        for (const bool begins_empty : {false, true}) {
            for (const auto durability : {process, power}) {
                all.push_back({FileKind::log, append, lasting, durability, begins_empty, false});
                all.push_back({FileKind::log, append_in_part, lasting, durability, begins_empty, true});
            }
            all.push_back({FileKind::log, append_in_part, lasting, process, begins_empty, false});
            all.push_back({FileKind::log, create, lasting, process, begins_empty, false});
            all.push_back({FileKind::log, sync, lasting, power, begins_empty, false});
        }
        // These fail in the background, whatever is promised and was in memory before; after each, RocksDB rests for a
        // second.
        all.push_back({FileKind::table, create, lasting, process, false, false});
        all.push_back({FileKind::table, append_in_part, lasting, power, true, true});
        all.push_back({FileKind::manifest, append, lasting, process, false, false});
        all.push_back({FileKind::manifest, sync, lasting, power, true, false});
    }
    all.push_back({FileKind::table, sync, false, process, true, false});
    all.push_back({FileKind::table, read, true, process, false, false});
    all.push_back({FileKind::manifest, append_in_part, true, process, true, true});
    return all;
}

class EveryFault : public FaultsTest, public testing::WithParamInterface<Case> {};

TEST_P(EveryFault, writes_are_refused_while_it_lasts_and_go_on_by_themselves_after_it) {
    const Case& of = GetParam();
    store_options.durability = of.durability;
    reopen();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(put());
    if (of.begins_empty) {
        // The second start finds nothing in the log that it has to keep in memory.
        reopen();
        reopen();
    }
    Fault fault{of.file, of.operation, of.lasting};
    if (of.no_space) fault.status = rocksdb::IOStatus::NoSpace("the disk is full");
    file_system->fail(fault);
    // More than memory holds, so that a file is begun and the list of files is written.
    for (int i = 0; i < 60 && file_system->failures() == 0; ++i) put(100'000);
    if (of.file != FileKind::table || of.operation != Operation::read) {
        ASSERT_TRUE(comes_about([this] {
            if (file_system->failures() > 0) return true;
            put();
            return false;
        }));
    }
    if (of.lasting && of.operation != Operation::read) {
        // An error of a file that is written in the background is met by one of the next writes.
        ASSERT_TRUE(comes_about([this] { return !put(); })) << "nothing is refused";
        for (int i = 0; i < 5; ++i) {
            EXPECT_FALSE(put());
            wait_a_little();
            if (i % 2 == 0) expect_what_was_acknowledged();
        }
    }
    file_system->heal();
    wait_a_little();
    const auto refused = attempts;
    ASSERT_TRUE(comes_about([this] {
        if (put()) return true;
        wait_a_little();
        return false;
    })) << "writes do not go on";
    EXPECT_LE(attempts - refused, 2U) << "once the disk works, writes go on";
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(put());
    expect_what_was_acknowledged();
    reopen();
    expect_what_was_acknowledged();
    EXPECT_TRUE(put());
    expect_what_was_acknowledged();
}

class FailedWrite : public FaultsTest, public testing::WithParamInterface<std::tuple<Durability, bool, std::size_t>> {};

TEST_P(FailedWrite, leaves_nothing_in_the_log_that_is_damage_when_the_server_is_killed_meanwhile) {
    const auto [durability, begins_empty, bytes] = GetParam();
    store_options.durability = durability;
    reopen();
    ASSERT_TRUE(put());
    if (begins_empty) {
        // The second start finds nothing in the log that it has to keep in memory.
        reopen();
        reopen();
    }
    file_system->fail({FileKind::log, Operation::append_in_part, true});
    EXPECT_FALSE(put(bytes));
    // The log is ended, but what memory holds cannot be written to a file.
    file_system->fail({FileKind::table, Operation::create, true});
    for (int i = 0; i < 3; ++i) {
        wait_a_little();
        EXPECT_FALSE(put());
    }
    // What a kill leaves: the files as they are now.
    const auto copy = directory.path() / "copy";
    std::filesystem::copy(store_options.directory, copy);
    file_system->heal();
    store.reset();
    auto options = store_options;
    options.directory = copy;
    auto opened = Store::open(options, clock, pool);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    const auto batch = run(store->log().read(shard, 0, plenty));
    ASSERT_TRUE(batch);
    ASSERT_GE(batch->records.size(), 1U);
    EXPECT_EQ(batch->records.front().data, acknowledged.front());
}

TEST_F(FaultsTest, what_is_trimmed_while_the_disk_fails_is_refused_and_goes_when_it_is_asked_again) {
    ASSERT_TRUE(put());
    clock.advance(std::chrono::hours(1));
    file_system->fail({FileKind::log, Operation::append, true});
    const auto now = position_at(clock.now());
    EXPECT_FALSE(store->log().trim(shard, now));
    EXPECT_FALSE(store->log().trim(shard, now));
    file_system->heal();
    wait_a_little();
    EXPECT_TRUE(store->log().trim(shard, now)) << "a trim, like a put, asks for writes to go on";
    acknowledged.clear();
    EXPECT_TRUE(put());
    expect_what_was_acknowledged();
    reopen();
    expect_what_was_acknowledged();
}

TEST_F(FaultsTest, the_room_of_a_dropped_stream_is_given_back_after_the_disk_failed) {
    append_much(20);
    // Nothing is left in memory that would be written to files just then.
    reopen();
    ASSERT_GT(disk_bytes(), 3'000'000U);
    file_system->fail({FileKind::manifest, Operation::append, true});
    change([](Catalog::Transaction& transaction) { transaction.drop_shards(7); });
    ASSERT_TRUE(comes_about([&] { return file_system->failures() > 0; })) << "it is not begun";
    file_system->fail({FileKind::log, Operation::append, true});
    EXPECT_GT(disk_bytes(), 3'000'000U);
    file_system->heal();
    EXPECT_TRUE(comes_about([this] {
        wait_a_little();
        return disk_bytes() < 3'000'000;
    }));
}

TEST_F(FaultsTest, a_damaged_file_keeps_writes_refused_and_lets_reads_go_on) {
    ASSERT_TRUE(put());
    file_system->fail(
        {FileKind::table, Operation::append, false, rocksdb::IOStatus::Corruption("not what was written")});
    // More than memory holds, so that a file is written.
    ASSERT_TRUE(comes_about([this] { return !put(100'000); })) << "nothing is refused";
    EXPECT_EQ(file_system->failures(), 1U);
    file_system->heal();
    for (int i = 0; i < 10; ++i) {
        wait_a_little();
        EXPECT_FALSE(put()) << "a disk that works does not mend what is damaged";
        expect_what_was_acknowledged();
    }
    // The file was never taken into use: a start finds the directory undamaged.
    reopen();
    expect_what_was_acknowledged();
    EXPECT_TRUE(put());
}

class DiskLogTest : public FaultsTest {
protected:
    void SetUp() override {
        // Nothing of the store may run while the log is exchanged.
        store.reset();
        log.emplace();
        FaultsTest::SetUp();
    }
    void TearDown() override {
        FaultsTest::TearDown();
        log.reset();
    }

    std::optional<CapturedLog> log;
};

TEST_F(DiskLogTest, a_disk_that_does_not_take_writes_is_told_once_and_once_more_when_it_does_again) {
    using testing::ElementsAre;
    using testing::StartsWith;
    ASSERT_TRUE(put());
    EXPECT_THAT(log->take_lines(), ElementsAre());
    for (int episode = 0; episode < 2; ++episode) {
        file_system->fail({FileKind::log, Operation::append, true, rocksdb::IOStatus::NoSpace("the disk is full")});
        for (int i = 0; i < 20; ++i) {
            EXPECT_FALSE(put());
            wait_a_little();
        }
        EXPECT_THAT(log->take_lines(), ElementsAre(AllOf(StartsWith("warning: The disk does not take writes: "),
                                                         testing::HasSubstr("the disk is full"))));
        file_system->heal();
        wait_a_little();
        ASSERT_TRUE(comes_about([this] {
            wait_a_little();
            return put();
        }));
        EXPECT_THAT(log->take_lines(), ElementsAre("info: The disk takes writes again."));
    }
}

TEST_F(DiskLogTest, a_damaged_file_is_told_once_however_many_writes_meet_it) {
    file_system->fail(
        {FileKind::table, Operation::append, false, rocksdb::IOStatus::Corruption("not what was written")});
    ASSERT_TRUE(comes_about([this] { return !put(100'000); }));
    for (int i = 0; i < 20; ++i) {
        wait_a_little();
        EXPECT_FALSE(put());
    }
    EXPECT_THAT(log->take_lines(), testing::ElementsAre(testing::AllOf(
                                       testing::StartsWith("error: A file in the data directory is damaged: "),
                                       testing::HasSubstr("not what was written"))));
}

TEST_F(DiskLogTest, a_file_that_cannot_be_read_is_told_once_however_many_reads_meet_it) {
    append_much(20);
    // Nothing is left in memory.
    reopen();
    reopen();
    file_system->fail({FileKind::table, Operation::read, true});
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(run(store->log().read(shard, 0, plenty)));
    EXPECT_THAT(log->take_lines(), testing::ElementsAre(testing::AllOf(
                                       testing::StartsWith("error: A file in the data directory cannot be read: "),
                                       testing::HasSubstr("the disk does not answer"))));
    file_system->heal();
    EXPECT_TRUE(run(store->log().read(shard, 0, plenty)));
}

// RocksDB gathers small writes before it hands them on, and large ones not.
INSTANTIATE_TEST_SUITE_P(Storage, FailedWrite,
                         testing::Combine(testing::Values(Durability::process, Durability::power), testing::Bool(),
                                          testing::Values(std::size_t{500}, std::size_t{200'000})));
INSTANTIATE_TEST_SUITE_P(Storage, EveryFault, testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace rivulet
