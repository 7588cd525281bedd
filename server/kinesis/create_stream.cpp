#include "server/kinesis/create_stream.hpp"

#include <algorithm>

#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/retention.hpp"
#include "server/kinesis/shard_quota.hpp"
#include "server/kinesis/warm_throughput.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

constexpr std::array input_members = {
    wire::member<&CreateStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&CreateStreamInput::shard_count>("ShardCount", shapes::positive_integer),
    wire::member<&CreateStreamInput::stream_mode_details>("StreamModeDetails", shapes::stream_mode_details),
    wire::member<&CreateStreamInput::tags>("Tags", shapes::tag_map),
    wire::member<&CreateStreamInput::warm_throughput_mibps>("WarmThroughputMiBps", shapes::natural_integer),
    wire::member<&CreateStreamInput::max_record_size_in_kib>("MaxRecordSizeInKiB", shapes::max_record_size_in_kib),
};

/// How many shards a new stream gets, by its mode.
Result<std::int32_t> initial_shards(const Call& call, const CreateStreamInput& input, bool on_demand) {
    if (on_demand) {
        if (input.shard_count) return errors::shard_count_with_on_demand();
        if (!input.warm_throughput_mibps) return limits::on_demand_initial_shards;
        if (const auto checked = check_warm_throughput(call, *input.warm_throughput_mibps); !checked) {
            return checked.error();
        }
        // A shard takes one MiB per second.
        return std::max(limits::on_demand_initial_shards, *input.warm_throughput_mibps);
    }
    if (input.warm_throughput_mibps) return errors::warm_throughput_with_provisioned();
    if (!input.shard_count) return errors::shard_count_missing();
    return *input.shard_count;
}

Result<Stream> new_stream(const Call& call, const CreateStreamInput& input) {
    Stream stream;
    stream.owner = call.owner;
    stream.name = *input.stream_name;
    stream.max_record_kib = input.max_record_size_in_kib.value_or(stream.max_record_kib);
    stream.warm_throughput_mibps = input.warm_throughput_mibps.value_or(0);
    if (input.tags) {
        if (const auto added = add_tags(stream.tags, *input.tags, described(stream)); !added) return added.error();
    }
    return stream;
}

asio::awaitable<Result<void>> handle(const Call& call, const CreateStreamInput& input) {
    return create_stream(call, input, {call.service.settings.create_stream_time});
}

}  // namespace

constinit const wire::Shape create_stream_input = wire::structure_shape("CreateStreamInput", input_members);
constinit const Operation create_stream_operation = wire::operation<&handle, create_stream_input>("CreateStream");

asio::awaitable<Result<void>> create_stream(const Call& call, const CreateStreamInput& input, CreationDetails details) {
    if (const auto refused = check_retention(details.retention_hours)) co_return *refused;
    const bool on_demand = input.stream_mode_details && *input.stream_mode_details->stream_mode == "ON_DEMAND";
    const auto shards = initial_shards(call, input, on_demand);
    if (!shards) co_return shards.error();
    auto described = new_stream(call, input);
    if (!described) co_return described.error();

    auto& streams = call.service.store.streams();
    const auto created =
        co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            const std::string key = stream_key(call.owner, *input.stream_name);
            if (streams.find(key)) return errors::stream_exists(*input.stream_name, call.owner.account);
            if (auto allowed = check_stream_quotas(call, on_demand); !allowed) return allowed;
            if (!on_demand) {
                if (auto allowed = check_shard_quota(call, *shards); !allowed) return allowed;
            }
            Stream stream = *described;
            stream.id = transaction.next_id();
            stream.created = transaction.now();
            stream.mode = on_demand ? StreamMode::on_demand : StreamMode::provisioned;
            stream.retention_hours = details.retention_hours;
            stream.pending = PendingChange{transaction.now() + details.creating_time, change::Creation{*shards}};
            streams.put(transaction, key, std::move(stream));
            return {};
        });
    if (!created) co_return created;
    co_return co_await call.service.lifecycle.follow(stream_key(call.owner, *input.stream_name));
}

}  // namespace rivulet::kinesis
