#include <algorithm>

#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/record_shapes.hpp"
#include "server/kinesis/shard_iterator.hpp"
#include "server/kinesis/stream_names.hpp"
#include "server/kinesis/throttle.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
struct GetRecordsInput {
    wire::Required<std::string> shard_iterator;
    std::optional<std::int32_t> limit;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&GetRecordsInput::shard_iterator>("ShardIterator", shapes::shard_iterator),
    wire::member<&GetRecordsInput::limit>("Limit", shapes::limit),
    wire::member<&GetRecordsInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&GetRecordsInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("GetRecordsInput", input_members);

struct GetRecordsOutput {
    wire::Required<std::vector<shapes::Record>> records;
    std::optional<std::string> next_shard_iterator;
    std::optional<std::int64_t> millis_behind_latest;
    std::optional<std::vector<shapes::ChildShard>> child_shards;
};

constexpr std::array output_members = {
    wire::member<&GetRecordsOutput::records>("Records", shapes::record_list),
    wire::member<&GetRecordsOutput::next_shard_iterator>("NextShardIterator", shapes::shard_iterator),
    wire::member<&GetRecordsOutput::millis_behind_latest>("MillisBehindLatest", shapes::millis_behind_latest),
    wire::member<&GetRecordsOutput::child_shards>("ChildShards", shapes::child_shard_list),
};
constexpr wire::Shape output_shape = wire::structure_shape("GetRecordsOutput", output_members);

/// The stream an iterator reads, which must be the one the request names, where it names one.
Result<std::shared_ptr<const Stream>> stream_of(const Call& call, const GetRecordsInput& input,
                                                const ShardIterator& iterator) {
    if (input.stream_arn || input.stream_id) {
        const auto reference = resolve_stream(call, std::nullopt, input.stream_arn, input.stream_id);
        if (!reference) return reference.error();
        if (reference->name != iterator.stream_name) return errors::invalid_shard_iterator();
    }
    auto stream = call.service.store.streams().find(stream_key(call.owner, iterator.stream_name));
    if (!stream || stream->id != iterator.stream_id) {
        return errors::stream_not_found(iterator.stream_name, call.owner.account);
    }
    return stream;
}

asio::awaitable<Result<GetRecordsOutput>> get_records(const Call& call, const GetRecordsInput& input) {
    const auto iterator = read_shard_iterator(call, *input.shard_iterator);
    if (!iterator) co_return iterator.error();
    const auto stream = stream_of(call, input, *iterator);
    if (!stream) co_return stream.error();
    const Shard* const shard = (*stream)->find_shard(iterator->shard);
    if (!shard) co_return errors::shard_does_not_exist(**stream, shard_id(iterator->shard));

    const ShardKey key{(*stream)->id, shard->ordinal};
    Throttle* const throttle = call.service.throttle;
    if (throttle != nullptr && !throttle->admit_read(key)) {
        co_return errors::rate_exceeded_for_shard(shard_id(shard->ordinal), (*stream)->name, call.owner.account);
    }

    // Expired records are invisible at once, whenever their room is given back.
    const Timestamp now = call.service.clock.now();
    const Position horizon = position_at((*stream)->horizon(now));
    const ReadLimits most{input.limit ? static_cast<std::size_t>(*input.limit) : limits::max_get_records,
                          limits::max_get_records_bytes};
    auto batch = co_await call.service.store.log().read(key, std::max(iterator->position, horizon), most);
    if (!batch) co_return batch.error();
    if (throttle != nullptr) {
        const std::size_t bytes = bytes_of(batch->records);
        const auto longest = static_cast<std::size_t>((*stream)->max_record_kib) * 1024;
        throttle->count_read(key, bytes, !batch->reached_tip && bytes + longest >= most.bytes);
    }

    GetRecordsOutput output;
    output.millis_behind_latest = millis_behind(*batch, now);
    if (batch->reached_tip && batch->closed) {
        // The shard may have been closed since the stream was looked at, or the stream deleted.
        const auto current = stream_of(call, input, *iterator);
        if (!current) co_return current.error();
        if (!(*current)->find_shard(shard->ordinal)) {
            co_return errors::shard_does_not_exist(**current, shard_id(shard->ordinal));
        }
        output.child_shards = children_of(**current, shard->ordinal);
    } else {
        output.next_shard_iterator = make_shard_iterator(call, **stream, shard->ordinal, batch->next);
    }
    output.records = show_records(**stream, *shard, std::move(batch->records));
    co_return output;
}

}  // namespace

constinit const Operation get_records_operation =
    wire::operation<&get_records, input_shape, &output_shape>("GetRecords");

}  // namespace rivulet::kinesis
