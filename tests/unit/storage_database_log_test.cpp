#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "storage/database_log.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(DatabaseLog, holds_warnings_and_errors_alone) {
    const TemporaryDirectory directory;
    DatabaseLog log(directory.path());
    rocksdb::Info(&log, "opened %d", 1);
    rocksdb::Warn(&log, "stalled %d times", 2);
    rocksdb::Error(&log, "failed %s", "badly");
    EXPECT_THAT(content(directory.path() / "LOG"), AllOf(HasSubstr("warning: stalled 2 times\n"),
                                                         HasSubstr("error: failed badly\n"), Not(HasSubstr("opened"))));
}

TEST(DatabaseLog, is_bounded) {
    const TemporaryDirectory directory;
    DatabaseLog log(directory.path());
    const std::string text(1500, 'x');
    for (int i = 0; i < 3000; ++i) rocksdb::Warn(&log, "line %d %s", i, text.c_str());
    EXPECT_LE(std::filesystem::file_size(directory.path() / "LOG"), 1024U * 1024);
    EXPECT_LE(std::filesystem::file_size(directory.path() / "LOG.1"), 1024U * 1024);
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "LOG.2"));
    EXPECT_THAT(content(directory.path() / "LOG"), HasSubstr("line 2999 "));
}

TEST(DatabaseLog, passes_over_lines_that_the_disk_does_not_take_and_a_directory_that_takes_no_file) {
    const TemporaryDirectory directory;
    std::filesystem::create_symlink("/dev/full", directory.path() / "LOG");
    DatabaseLog full(directory.path());
    DatabaseLog absent("/dev/null");
    testing::internal::CaptureStderr();
    for (int i = 0; i < 3000; ++i) {
        rocksdb::Warn(&full, "line %d", i);
        rocksdb::Warn(&absent, "line %d", i);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rivulet
