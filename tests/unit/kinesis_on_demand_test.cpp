#include "server/kinesis/on_demand_scaling.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

class OnDemandTest : public KinesisTest {
protected:
    void SetUp() override {
        settings.update_stream_time = std::chrono::milliseconds{0};
        on_demand = std::make_unique<kinesis::OnDemandScaling>(*service, io.get_executor());
        service->on_demand = on_demand.get();
        on_demand->start();
        call("CreateStream", {{"StreamName", "d"}, {"StreamModeDetails", {{"StreamMode", "ON_DEMAND"}}}});
        advance(settings.create_stream_time);
        advance(minutes(1));
    }

    /// A minute in which that much is written a second.
    void write(std::size_t records, std::size_t bytes) {
        on_demand->count(store->streams().find("000000000000/us-east-1/d")->id, 60 * records, 60 * bytes);
        advance(minutes(1));
    }

    int open_shards() {
        return call("DescribeStreamSummary", {{"StreamName", "d"}})["StreamDescriptionSummary"]["OpenShardCount"];
    }

    static constexpr std::size_t mebibyte = 1024 * 1024;
    std::unique_ptr<kinesis::OnDemandScaling> on_demand;
};

TEST_F(OnDemandTest, a_stream_has_room_for_twice_its_peak_of_bytes_or_records) {
    EXPECT_EQ(open_shards(), 4);
    write(100, 2 * mebibyte);
    EXPECT_EQ(open_shards(), 4) << "twice the peak is what it has";
    write(100, 5 * mebibyte);
    EXPECT_EQ(open_shards(), 10);
    write(7'250, mebibyte);
    EXPECT_EQ(open_shards(), 15);
    write(0, 0);
    EXPECT_EQ(open_shards(), 15);
}

TEST_F(OnDemandTest, a_peak_counts_for_30_days_also_over_a_restart) {
    write(10, 8 * mebibyte);
    EXPECT_EQ(open_shards(), 16);
    service->on_demand = nullptr;
    on_demand.reset();
    restart();
    on_demand = std::make_unique<kinesis::OnDemandScaling>(*service, io.get_executor());
    advance(days(20));
    run([](kinesis::OnDemandScaling& scaling) -> boost::asio::awaitable<bool> {
        co_await scaling.run_once();
        co_return true;
    }(*on_demand));
    EXPECT_EQ(open_shards(), 16);
    on_demand->start();
    write(10, 3 * mebibyte);
    EXPECT_EQ(open_shards(), 16);
    advance(days(11));
    EXPECT_EQ(open_shards(), 6) << "twice the peak of the twentieth day";
}

TEST_F(OnDemandTest, what_is_put_is_counted) {
    // A mebibyte of data a second for a minute would be slow to put: a short window instead.
    settings.on_demand_check_interval = seconds(1);
    advance(minutes(1));
    const std::string data(mebibyte - 10, 'x');
    for (int i = 0; i < 3; ++i) put("d", data);
    advance(seconds(1));
    EXPECT_EQ(open_shards(), 6);
}

TEST_F(OnDemandTest, a_clock_that_is_set_back_makes_no_traffic_larger) {
    write(10, mebibyte);
    EXPECT_EQ(open_shards(), 4);
    // By nearly what passes between two looks, and by much more.
    for (const std::chrono::milliseconds back :
         {std::chrono::milliseconds(59'900), std::chrono::milliseconds(days(3))}) {
        clock.set(clock.now() - back);
        write(100, mebibyte);
        EXPECT_EQ(open_shards(), 4);
    }
    write(100, 5 * mebibyte);
    EXPECT_EQ(open_shards(), 10) << "what follows counts as before";
}

TEST_F(OnDemandTest, a_provisioned_stream_stays_as_it_is) {
    create_active_stream("p", 1);
    settings.on_demand_check_interval = seconds(1);
    advance(minutes(1));
    for (int i = 0; i < 3; ++i) put("p", std::string(mebibyte - 10, 'x'));
    advance(seconds(1));
    EXPECT_EQ(call("ListShards", {{"StreamName", "p"}})["Shards"].size(), 1U);
}

}  // namespace
}  // namespace rivulet
