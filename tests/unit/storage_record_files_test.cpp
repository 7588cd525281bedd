#include <fstream>

#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

class RecordFiles : public LogTest {
protected:
    // Makes the first blocks of the files of records unreadable; the catalog's are smaller.
    void spoil_files() const {
        constexpr std::size_t spoiled = 100'000;
        for (const auto& entry : std::filesystem::directory_iterator(store_options.directory)) {
            if (entry.path().extension() != ".sst" || entry.file_size() < spoiled) continue;
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file << std::string(spoiled, '\xee');
        }
    }
};

TEST_F(RecordFiles, a_reader_of_new_records_leaves_the_older_files_alone) {
    constexpr std::size_t megabyte = 1024 * 1024;
    store_options.memory_bytes = 16 * megabyte;
    reopen();
    append("old");
    append_much(4, {7, 1});
    ASSERT_TRUE(comes_about([this] { return store->statistics().memtable_bytes < 2 * megabyte; }));
    spoil_files();
    clock.advance(std::chrono::seconds(1));
    const auto newest = *append("new");
    EXPECT_EQ(read(newest), std::vector<std::string>{"new"});
    EXPECT_FALSE(run(store->log().read(shard, 0, plenty))) << "the older file was not spoiled";
}

TEST_F(RecordFiles, what_was_trimmed_does_not_come_back_for_a_reader_that_begins_among_it) {
    append("0");
    const auto middle = *append("1");
    const auto kept = *append("2");
    reopen();
    ASSERT_TRUE(store->log().trim(shard, kept));
    reopen();
    EXPECT_EQ(read(middle), std::vector<std::string>{"2"});
}

TEST_F(RecordFiles, a_reader_finds_what_follows_its_place_in_whichever_file_it_is) {
    std::vector<Position> places;
    for (int i = 0; i < 12; ++i) {
        places.push_back(*append(std::to_string(i), {7, static_cast<std::uint32_t>(i % 2)}));
        clock.advance(std::chrono::milliseconds(i % 3));
        if (i % 4 == 3) reopen();
    }
    // From the last to the first, for what is read once is in memory for those that come later.
    for (std::size_t i = places.size(); i-- > 0;) {
        std::vector<std::string> following;
        for (std::size_t k = i; k < places.size(); k += 2) following.push_back(std::to_string(k));
        EXPECT_EQ(read(places[i], {7, static_cast<std::uint32_t>(i % 2)}), following) << "from record " << i;
    }
}

}  // namespace
}  // namespace rivulet
