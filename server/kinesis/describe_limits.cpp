#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html
struct DescribeLimitsInput {};

constexpr wire::Shape input_shape = wire::structure_shape("DescribeLimitsInput", {});

struct DescribeLimitsOutput {
    wire::Required<std::int32_t> shard_limit;
    wire::Required<std::int32_t> open_shard_count;
    wire::Required<std::int32_t> on_demand_stream_count;
    wire::Required<std::int32_t> on_demand_stream_count_limit;
};

constexpr std::array output_members = {
    wire::member<&DescribeLimitsOutput::shard_limit>("ShardLimit", shapes::shard_count),
    wire::member<&DescribeLimitsOutput::open_shard_count>("OpenShardCount", shapes::shard_count),
    wire::member<&DescribeLimitsOutput::on_demand_stream_count>("OnDemandStreamCount", shapes::shard_count),
    wire::member<&DescribeLimitsOutput::on_demand_stream_count_limit>("OnDemandStreamCountLimit", shapes::shard_count),
};
constexpr wire::Shape output_shape = wire::structure_shape("DescribeLimitsOutput", output_members);

asio::awaitable<Result<DescribeLimitsOutput>> describe_limits(const Call& call, const DescribeLimitsInput&) {
    std::size_t open_shards = 0;
    std::int32_t on_demand_streams = 0;
    for (const auto& stream : call.service.store.streams().list(stream_key(call.owner, {}))) {
        open_shards += stream->open_shard_count();
        if (stream->mode == StreamMode::on_demand) ++on_demand_streams;
    }
    co_return DescribeLimitsOutput{static_cast<std::int32_t>(call.service.settings.shard_limit),
                                   static_cast<std::int32_t>(open_shards), on_demand_streams,
                                   static_cast<std::int32_t>(limits::max_on_demand_streams)};
}

}  // namespace

constinit const Operation describe_limits_operation =
    wire::operation<&describe_limits, input_shape, &output_shape>("DescribeLimits");

}  // namespace rivulet::kinesis
