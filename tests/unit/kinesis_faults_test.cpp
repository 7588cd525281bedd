#include "tests/unit/captured_log.hpp"
#include "tests/unit/faulty_file_system.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

/// Kinesis on a disk that fails on demand.
class KinesisFaultsTest : public KinesisTest {
protected:
    void SetUp() override {
        store.reset();
        // Nothing of the store may run while the log is exchanged.
        log.emplace();
        store_options.environment = environment.get();
        restart();
        create_active_stream("s", 1);
    }
    void TearDown() override {
        file_system->heal();
        lifecycle.reset();
        consumer_lifecycle.reset();
        store.reset();
        log.reset();
    }

    http::Response send_put(const std::string& operation) {
        const json record = {{"Data", base64_encode("data")}, {"PartitionKey", "key"}};
        json input = {{"StreamName", "s"}};
        if (operation == "PutRecord") {
            input.update(record);
        } else {
            input["Records"] = {record, record};
        }
        return send("POST", operation, input.dump());
    }

    const std::shared_ptr<FaultyFileSystem> file_system = std::make_shared<FaultyFileSystem>();
    const std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(file_system);
    std::optional<CapturedLog> log;
};

class PutOnAFailingDisk : public KinesisFaultsTest, public testing::WithParamInterface<const char*> {};

TEST_P(PutOnAFailingDisk, is_an_internal_failure_that_clients_retry_and_goes_on_after_it) {
    put("s", "before");
    file_system->fail({FileKind::log, Operation::append, true});
    const auto refused = send_put(GetParam());
    EXPECT_EQ(refused.status, 500U);
    EXPECT_EQ(refused.headers.get("Content-Type"), "application/x-amz-json-1.1");
    EXPECT_FALSE(refused.headers.get("x-amzn-RequestId").empty());
    // What went wrong inside is no client's business.
    EXPECT_EQ(json::parse(std::get<std::string>(refused.body)), (json{{"__type", "InternalFailure"}}));
    EXPECT_EQ(read(iterator("s")), std::vector<std::string>{"before"});
    file_system->heal();
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(send_put(GetParam()).status, 200U);
    EXPECT_THAT(read(iterator("s")), testing::Contains("data"));
}

INSTANTIATE_TEST_SUITE_P(Kinesis, PutOnAFailingDisk, testing::Values("PutRecord", "PutRecords"),
                         [](const auto& of) { return std::string(of.param); });

TEST_F(KinesisFaultsTest, a_failing_disk_is_no_line_for_each_request_that_meets_it) {
    put("s", "before");
    file_system->fail({FileKind::log, Operation::append, true});
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(send_put("PutRecord").status, 500U);
        clock.advance(std::chrono::milliseconds(100));
    }
    EXPECT_THAT(log->take_lines(),
                testing::ElementsAre(testing::StartsWith("warning: The disk does not take writes: ")));
}

TEST_F(KinesisFaultsTest, a_stream_that_cannot_become_active_is_told_of_once_and_becomes_active_later) {
    ASSERT_EQ(error_of("CreateStream", {{"StreamName", "late"}, {"ShardCount", 1}}), "");
    file_system->fail({FileKind::log, Operation::append, true});
    advance(settings.create_stream_time);
    for (int i = 0; i < 5; ++i) advance(std::chrono::seconds(1));
    EXPECT_EQ(status("late"), "CREATING");
    const auto lines = log->take_lines();
    EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.find("is delayed") != line.npos; }), 1)
        << testing::PrintToString(lines);
    file_system->heal();
    advance(std::chrono::seconds(1));
    advance(std::chrono::seconds(1));
    EXPECT_EQ(status("late"), "ACTIVE");
}

}  // namespace
}  // namespace rivulet
