#include <fstream>
#include <iterator>

#include "storage/noting_file_system.hpp"
#include "tests/unit/faulty_file_system.hpp"
#include "tests/unit/log_support.hpp"

namespace rivulet {
namespace {

namespace fs = std::filesystem;

class JournalsTest : public LogTest {
protected:
    void SetUp() override {
        // Little, so that there are several logs.
        store_options.memory_bytes = 8 * 1024 * 1024;
        reopen();
        LogTest::SetUp();
    }

    /// Leaves a stopped store with several logs: how many depends on which memtables its threads came to write.
    void fill_and_stop() {
        for (int attempt = 0; attempt < 20; ++attempt) {
            append_much(3);
            append("last");
            stored = read();
            store.reset();
            if (files(".log").size() >= 2) break;
            open();
        }
        ASSERT_GE(files(".log").size(), 2U);
        ASSERT_EQ(files("MANIFEST").size(), 1U);
        ASSERT_EQ(stored.back(), "last");
    }

    std::vector<fs::path> files(std::string_view part_of_name) const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(store_options.directory)) {
            if (entry.path().filename().string().find(part_of_name) != std::string::npos) found.push_back(entry.path());
        }
        return found;
    }

    static std::string content(const fs::path& file) {
        std::ifstream bytes(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(bytes), {}};
    }
    static void write(const fs::path& file, const std::string& bytes) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    }

    void expect_refusal_with(const fs::path& file, const std::string& bytes, const std::string& what) {
        const auto before = content(file);
        write(file, bytes);
        expect_refusal(file, what);
        write(file, before);
    }

    void expect_refusal(const fs::path& file, const std::string& what) {
        const auto opened = Store::open(store_options, clock, pool);
        ASSERT_FALSE(opened) << file << ' ' << what;
        EXPECT_THAT(opened.error().message, testing::HasSubstr("is damaged (" + file.filename().string() + " "));
        EXPECT_THAT(opened.error().message, testing::HasSubstr("Restore the directory"));
    }

    void expect_all_is_there() {
        open();
        EXPECT_TRUE(read() == stored);
    }

    std::vector<std::string> stored;
};

TEST_F(JournalsTest, one_that_was_cut_is_told_and_nothing_deleted) {
    fill_and_stop();
    for (const auto* kind : {".log", "MANIFEST"}) {
        for (const auto& file : files(kind)) {
            const auto bytes = content(file);
            for (const std::size_t kept : {bytes.size() - 1, bytes.size() - 50, bytes.size() / 2, std::size_t(0)}) {
                if (bytes.size() > 50) expect_refusal_with(file, bytes.substr(0, kept), std::to_string(kept));
            }
        }
    }
    expect_all_is_there();
}

TEST_F(JournalsTest, a_log_that_is_gone_is_told) {
    fill_and_stop();
    for (const auto& file : files(".log")) {
        if (fs::file_size(file) == 0) continue;
        fs::rename(file, directory.path() / "kept");
        expect_refusal(file, "is gone");
        fs::rename(directory.path() / "kept", file);
    }
    expect_all_is_there();
}

TEST_F(JournalsTest, any_bit_that_was_turned_over_is_told) {
    append("one");
    append("two");
    stored = read();
    store.reset();
    for (const auto* kind : {".log", "MANIFEST"}) {
        for (const auto& file : files(kind)) {
            const auto bytes = content(file);
            for (std::size_t at = 0; at < bytes.size(); ++at) {
                auto turned = bytes;
                turned[at] = static_cast<char>(turned[at] ^ 1 << at % 8);
                expect_refusal_with(file, turned, "byte " + std::to_string(at));
            }
        }
    }
    expect_all_is_there();
}

TEST_F(JournalsTest, what_was_synced_is_missed_over_a_loss_of_power_and_what_was_not_may_be_gone) {
    append("one");
    store.reset();
    store_options.boot += "+";
    const auto manifest = files("MANIFEST").front();
    const auto bytes = content(manifest);
    expect_refusal_with(manifest, bytes.substr(0, bytes.size() - 1), "cut");
    for (const auto& log : files(".log")) write(log, "");
    open();
    EXPECT_EQ(store->streams().find("s"), nullptr);
}

TEST(NotingFileSystem, notes_nothing_of_copies_elsewhere) {
    const TemporaryDirectory directory;
    const auto elsewhere = directory.path() / "checkpoint.tmp";
    fs::create_directory(elsewhere);
    NotingFileSystem files(rocksdb::FileSystem::Default(), directory.path(),
                           std::make_shared<WrittenSizes>(directory.path(), "boot", std::vector<Journal>()));
    const auto write = [&](const fs::path& file, std::size_t bytes) {
        std::unique_ptr<rocksdb::FSWritableFile> opened;
        ASSERT_TRUE(files.NewWritableFile(file, {}, &opened, nullptr).ok());
        ASSERT_TRUE(opened->Append(std::string(bytes, 'x'), {}, nullptr).ok());
        ASSERT_TRUE(opened->Close({}, nullptr).ok());
    };
    write(directory.path() / "MANIFEST-000001", 100);
    write(elsewhere / "MANIFEST-000001", 50);
    ASSERT_TRUE(files.DeleteFile(elsewhere / "MANIFEST-000001", {}, nullptr).ok());
    const auto noted = WrittenSizes::load(directory.path(), "boot");
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted.front().name(), "MANIFEST-000001");
    EXPECT_EQ(noted.front().written, 100U);
}

TEST(NotingFileSystem, promises_nothing_behind_a_write_or_a_sync_that_failed) {
    for (const auto failing : {Operation::append, Operation::sync}) {
        const TemporaryDirectory directory;
        const auto disk = std::make_shared<FaultyFileSystem>();
        NotingFileSystem files(disk, directory.path(),
                               std::make_shared<WrittenSizes>(directory.path(), "boot", std::vector<Journal>()));
        std::unique_ptr<rocksdb::FSWritableFile> log;
        ASSERT_TRUE(files.NewWritableFile(directory.path() / "000001.log", {}, &log, nullptr).ok());
        ASSERT_TRUE(log->Append(std::string(100, 'x'), {}, nullptr).ok());
        ASSERT_TRUE(log->Sync({}, nullptr).ok());
        disk->fail({FileKind::log, failing, false});
        log->Append(std::string(50, 'x'), {}, nullptr).PermitUncheckedError();
        log->Sync({}, nullptr).PermitUncheckedError();
        ASSERT_EQ(disk->failures(), 1U);
        ASSERT_TRUE(log->Append(std::string(10, 'x'), {}, nullptr).ok());
        ASSERT_TRUE(log->Sync({}, nullptr).ok());
        for (const auto* boot : {"boot", "the next"}) {
            const auto noted = WrittenSizes::load(directory.path(), boot);
            ASSERT_EQ(noted.size(), 1U);
            EXPECT_EQ(noted.front().written, 100U);
        }
    }
}

TEST_F(JournalsTest, a_bit_that_was_turned_over_in_the_note_itself_is_no_damage) {
    append("one");
    stored = read();
    store.reset();
    const auto note = store_options.directory / "SIZES";
    for (std::size_t at = 0; at < 256; at += 3) {
        auto turned = content(note);
        turned[at] = static_cast<char>(turned[at] ^ 1 << at % 8);
        write(note, turned);
        expect_all_is_there();
        store.reset();
    }
}

TEST_F(JournalsTest, a_log_without_any_list_of_files_is_told) {
    append("one");
    store.reset();
    fs::rename(files("MANIFEST").front(), directory.path() / "manifest");
    fs::rename(store_options.directory / "CURRENT", directory.path() / "CURRENT");
    for (int start = 0; start < 2; ++start) {
        const auto opened = Store::open(store_options, clock, pool);
        ASSERT_FALSE(opened);
        EXPECT_THAT(opened.error().message, testing::HasSubstr("CURRENT is missing"));
    }
}

TEST_F(JournalsTest, without_the_note_of_their_sizes_it_starts_with_what_is_left) {
    fill_and_stop();
    const auto logs = files(".log");
    const auto newest = *std::ranges::max_element(logs);
    write(newest, content(newest).substr(0, fs::file_size(newest) - 10));
    expect_refusal(newest, "cut");
    fs::remove(store_options.directory / "SIZES");
    open();
    stored.pop_back();
    EXPECT_TRUE(read() == stored);
}

TEST_F(JournalsTest, a_note_from_before_another_program_wrote_there_is_passed_over) {
    fill_and_stop();
    const auto note = content(store_options.directory / "SIZES");
    open();
    append("later");
    stored.emplace_back("later");
    store.reset();
    write(store_options.directory / "SIZES", note);
    expect_all_is_there();
}

TEST_F(JournalsTest, starts_again_and_again_are_no_damage) {
    fill_and_stop();
    for (int i = 0; i < 5; ++i) {
        open();
        append(std::to_string(i));
        stored.push_back(std::to_string(i));
        EXPECT_TRUE(read() == stored);
        store.reset();
    }
    expect_all_is_there();
}

}  // namespace
}  // namespace rivulet
