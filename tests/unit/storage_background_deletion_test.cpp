#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>

#include "storage/background_deletion.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {
namespace {

/// Deletes nothing until it is let.
class SlowDeletion final : public rocksdb::FileSystemWrapper {
public:
    SlowDeletion() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

    const char* Name() const override { return "SlowDeletion"; }

    rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return let_; });
        const auto status = target()->DeleteFile(name, options, debug);
        ++deleted_;
        changed_.notify_all();
        return status;
    }

    rocksdb::IOStatus GetFreeSpace(const std::string& name, const rocksdb::IOOptions& options, std::uint64_t* bytes,
                                   rocksdb::IODebugContext* debug) override {
        if (!room) return target()->GetFreeSpace(name, options, bytes, debug);
        *bytes = *room;
        return rocksdb::IOStatus::OK();
    }

    std::optional<std::uint64_t> room;

    void let() {
        const std::lock_guard lock(mutex_);
        let_ = true;
        changed_.notify_all();
    }

    bool comes_to(int deleted) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return deleted_ >= deleted; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool let_ = false;
    int deleted_ = 0;
};

class BackgroundDeletionTest : public testing::Test {
protected:
    std::string file(const std::string& name) {
        const auto path = directory.path() / name;
        std::ofstream(path) << "bytes";
        return path.string();
    }
    rocksdb::IOStatus remove(const std::string& path) { return deletion->DeleteFile(path, {}, nullptr); }

    TemporaryDirectory directory;
    const std::shared_ptr<SlowDeletion> slow = std::make_shared<SlowDeletion>();
    std::unique_ptr<BackgroundDeletion> deletion = std::make_unique<BackgroundDeletion>(slow);
};

TEST_F(BackgroundDeletionTest, a_disk_that_is_nearly_full_has_room_again_when_it_returns) {
    slow->room = 1024UL * 1024 * 1024 - 1;
    slow->let();
    const auto table = file("000007.sst");
    EXPECT_TRUE(remove(table).ok());
    EXPECT_FALSE(std::filesystem::exists(table));
}

TEST_F(BackgroundDeletionTest, nobody_waits_for_files_of_records_and_values_to_be_deleted) {
    slow->room = 1024UL * 1024 * 1024;
    const auto table = file("000001.sst");
    const auto values = file("000002.blob");
    EXPECT_TRUE(remove(table).ok());
    EXPECT_TRUE(remove(values).ok());
    EXPECT_TRUE(std::filesystem::exists(table));
    slow->let();
    EXPECT_TRUE(slow->comes_to(2));
    EXPECT_FALSE(std::filesystem::exists(table));
    EXPECT_FALSE(std::filesystem::exists(values));
}

TEST_F(BackgroundDeletionTest, other_files_are_gone_when_it_returns_and_what_is_not_there_is_told) {
    slow->let();
    const auto log = file("000003.log");
    EXPECT_TRUE(remove(log).ok());
    EXPECT_FALSE(std::filesystem::exists(log));
    EXPECT_FALSE(remove((directory.path() / "000004.sst").string()).ok());
}

}  // namespace
}  // namespace rivulet
