#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/put.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
struct PutRecordInput {
    std::optional<std::string> stream_name;
    wire::Required<wire::Blob> data;
    wire::Required<std::string> partition_key;
    std::optional<std::string> explicit_hash_key;
    std::optional<std::string> sequence_number_for_ordering;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&PutRecordInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&PutRecordInput::data>("Data", shapes::data),
    wire::member<&PutRecordInput::partition_key>("PartitionKey", shapes::partition_key),
    wire::member<&PutRecordInput::explicit_hash_key>("ExplicitHashKey", shapes::hash_key),
    wire::member<&PutRecordInput::sequence_number_for_ordering>("SequenceNumberForOrdering", shapes::sequence_number),
    wire::member<&PutRecordInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&PutRecordInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("PutRecordInput", input_members);

struct PutRecordOutput {
    wire::Required<std::string> shard_id;
    wire::Required<std::string> sequence_number;
    std::optional<std::string> encryption_type;
};

constexpr std::array output_members = {
    wire::member<&PutRecordOutput::shard_id>("ShardId", shapes::shard_id),
    wire::member<&PutRecordOutput::sequence_number>("SequenceNumber", shapes::sequence_number),
    wire::member<&PutRecordOutput::encryption_type>("EncryptionType", shapes::encryption_type),
};
constexpr wire::Shape output_shape = wire::structure_shape("PutRecordOutput", output_members);

/// The number must be one this stream's past gave out. What is put now then comes after it by itself: positions follow
/// the clock and never go back.
bool is_valid_for_ordering(const Call& call, const Stream& stream, const std::string& given) {
    const auto number = parse_sequence_number(given);
    if (!number) return false;
    // The shard's last number may be ahead of a clock that was set back.
    const auto tip = call.service.store.log().tip({stream.id, number->shard});
    const Timestamp last = tip && *tip > 0 ? arrival_of(*tip - 1) : Timestamp{};
    return number->arrived <= std::max(call.service.clock.now(), last).time_since_epoch().count() / 1000;
}

asio::awaitable<Result<PutRecordOutput>> put_record(const Call& call, const PutRecordInput& input) {
    const auto stream = find_stream_for_put(call, input);
    if (!stream) co_return stream.error();
    const auto hash_key = hash_key_for(*input.partition_key, input.explicit_hash_key);
    if (!hash_key) co_return hash_key.error();
    const auto& ordering = input.sequence_number_for_ordering;
    if (ordering && !is_valid_for_ordering(call, **stream, *ordering)) {
        co_return errors::invalid_ordering_sequence_number(**stream, *ordering);
    }
    const std::size_t most = static_cast<std::size_t>((*stream)->max_record_kib) * 1024;
    const std::size_t bytes = input.data->bytes.size();
    if (bytes > most) co_return errors::data_too_long("data", bytes, most);
    if (bytes + input.partition_key->size() > most) {
        co_return errors::record_too_long(bytes + input.partition_key->size(), most);
    }
    const std::vector entries = {PutEntry{input.data->bytes, *input.partition_key, *hash_key}};
    const auto placed = co_await put(call, *stream, entries);
    if (!placed) co_return placed.error();
    if (placed->front().throttled) {
        co_return errors::rate_exceeded_for_shard(shard_id(placed->front().shard), (*stream)->name, call.owner.account);
    }
    co_return PutRecordOutput{shard_id(placed->front().shard), to_string(placed->front().sequence_number),
                              shown_encryption(**stream)};
}

}  // namespace

constinit const Operation put_record_operation = wire::operation<&put_record, input_shape, &output_shape>("PutRecord");

}  // namespace rivulet::kinesis
