#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include <boost/asio.hpp>
#include <fstream>
#include <future>

#include "lambda-runner/function_output.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string read_all(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The output of a function, written by the pool to a folder of the test.
class FunctionLog : public ::testing::Test {
protected:
    void SetUp() override { spdlog::set_level(spdlog::level::off); }
    void TearDown() override { spdlog::set_level(spdlog::level::info); }

    void write(std::string text) { output.write({function, log_stream, Timestamp{}, true, std::move(text)}); }

    /// Waits until everything has been written, and then for the wait itself to be over.
    void await(boost::asio::awaitable<void> task) {
        auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
        context.restart();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited in vain";
            context.restart();
            context.run_for(std::chrono::milliseconds(1));
        }
        result.get();
    }

    static std::shared_ptr<const Function> named(std::string name) {
        Function function;
        function.name = std::move(name);
        return std::make_shared<const Function>(std::move(function));
    }

    TemporaryDirectory folder;
    boost::asio::io_context context{1};
    BlockingPool pool{2};
    std::shared_ptr<const Function> function = named("enrich");
    std::shared_ptr<const std::string> log_stream = std::make_shared<const std::string>("stream");
    FileOutput output{context.get_executor(), pool, folder.path() / "logs"};
};

}  // namespace

TEST(LineSplitter, lines_come_out_whole_however_the_bytes_come_in) {
    LineSplitter lines;
    EXPECT_THAT(lines.push("one\ntw"), ElementsAre("one"));
    EXPECT_THAT(lines.push("o"), IsEmpty());
    EXPECT_THAT(lines.push("\n\nthree"), ElementsAre("two", ""));
    EXPECT_EQ(lines.finish(), "three");
    EXPECT_EQ(lines.finish(), "");
}

TEST(LineSplitter, a_line_without_end_is_cut_into_lines_of_bounded_length) {
    LineSplitter lines;
    const std::size_t bound = LineSplitter::max_line_bytes;
    std::vector<std::string> seen;
    for (int i = 0; i < 3; ++i) {
        for (auto& line : lines.push(std::string(bound - 1, 'x'))) seen.push_back(std::move(line));
    }
    EXPECT_THAT(seen, ElementsAre(std::string(bound, 'x'), std::string(bound, 'x')));
    EXPECT_EQ(lines.finish(), std::string(bound - 3, 'x'));
}

TEST(LineSplitter, any_bytes_are_taken) {
    LineSplitter lines;
    const std::string binary("\0\xff\r\x1b[2J\n", 8);
    EXPECT_THAT(lines.push(binary), ElementsAre(binary.substr(0, 7)));
}

TEST_F(FunctionLog, a_function_has_its_lines_in_a_file_of_its_own_in_order) {
    for (int i = 0; i < 1000; ++i) write("line " + std::to_string(i));
    function = named("other");
    write("{} %s of another");
    await(output.flush());
    std::string expected;
    for (int i = 0; i < 1000; ++i) expected += "line " + std::to_string(i) + '\n';
    EXPECT_EQ(read_all(folder.path() / "logs" / "enrich.log"), expected);
    EXPECT_EQ(read_all(folder.path() / "logs" / "other.log"), "{} %s of another\n");
}

TEST_F(FunctionLog, the_files_of_a_function_that_says_much_stay_within_thirty_mebibytes) {
    const std::string line(LineSplitter::max_line_bytes, 'x');
    for (int i = 0; i < 200; ++i) {
        write(line);
        await(output.room());
    }
    write("the last");
    await(output.flush());
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "logs")) bytes += file.file_size();
    EXPECT_LE(bytes, 31U * 1024 * 1024);
    EXPECT_THAT(read_all(folder.path() / "logs" / "enrich.log"), ::testing::EndsWith("the last\n"));
}

TEST_F(FunctionLog, a_folder_that_cannot_be_written_loses_the_file_and_nothing_else) {
    std::ofstream(folder.path() / "logs") << "a file where the folder should be";
    write("into nothing");
    await(output.flush());
    EXPECT_EQ(read_all(folder.path() / "logs"), "a file where the folder should be");
}

}  // namespace rivulet
