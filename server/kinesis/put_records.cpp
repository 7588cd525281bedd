#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/put.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

struct RequestEntry {
    wire::Required<wire::Blob> data;
    std::optional<std::string> explicit_hash_key;
    wire::Required<std::string> partition_key;
};

constexpr std::array request_entry_members = {
    wire::member<&RequestEntry::data>("Data", shapes::data),
    wire::member<&RequestEntry::explicit_hash_key>("ExplicitHashKey", shapes::hash_key),
    wire::member<&RequestEntry::partition_key>("PartitionKey", shapes::partition_key),
};
constexpr wire::Shape request_entry = wire::structure_shape("PutRecordsRequestEntry", request_entry_members);
constexpr wire::Shape request_entry_list = wire::list_shape<RequestEntry>(request_entry).between(1, 500);

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
struct PutRecordsInput {
    wire::Required<std::vector<RequestEntry>> records;
    std::optional<std::string> stream_name;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&PutRecordsInput::records>("Records", request_entry_list),
    wire::member<&PutRecordsInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&PutRecordsInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&PutRecordsInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("PutRecordsInput", input_members);

struct ResultEntry {
    std::optional<std::string> sequence_number;
    std::optional<std::string> shard_id;
    std::optional<std::string> error_code;
    std::optional<std::string> error_message;
};

constexpr std::array result_entry_members = {
    wire::member<&ResultEntry::sequence_number>("SequenceNumber", shapes::sequence_number),
    wire::member<&ResultEntry::shard_id>("ShardId", shapes::shard_id),
    wire::member<&ResultEntry::error_code>("ErrorCode", shapes::text),
    wire::member<&ResultEntry::error_message>("ErrorMessage", shapes::text),
};
constexpr wire::Shape result_entry = wire::structure_shape("PutRecordsResultEntry", result_entry_members);
constexpr wire::Shape result_entry_list = wire::list_shape<ResultEntry>(result_entry).between(1, 500);

struct PutRecordsOutput {
    std::optional<std::int32_t> failed_record_count;
    wire::Required<std::vector<ResultEntry>> records;
    std::optional<std::string> encryption_type;
};

constexpr std::array output_members = {
    wire::member<&PutRecordsOutput::failed_record_count>("FailedRecordCount", shapes::positive_integer),
    wire::member<&PutRecordsOutput::records>("Records", result_entry_list),
    wire::member<&PutRecordsOutput::encryption_type>("EncryptionType", shapes::encryption_type),
};
constexpr wire::Shape output_shape = wire::structure_shape("PutRecordsOutput", output_members);

/// The entries as the log takes them; refused as a whole where one is too long or out of the hash key space.
Result<std::vector<PutEntry>> entries_of(const PutRecordsInput& input, const Stream& stream) {
    const std::size_t most = static_cast<std::size_t>(stream.max_record_kib) * 1024;
    std::size_t total = 0;
    std::vector<PutEntry> entries;
    entries.reserve(input.records->size());
    for (const auto& record : *input.records) {
        const std::size_t data = record.data->bytes.size();
        if (data > most) {
            return errors::data_too_long("records." + std::to_string(entries.size() + 1) + ".member.data", data, most);
        }
        const std::size_t bytes = data + record.partition_key->size();
        if (bytes > most) return errors::record_too_long(bytes, most);
        total += bytes;
        const auto hash_key = hash_key_for(*record.partition_key, record.explicit_hash_key);
        if (!hash_key) return hash_key.error();
        entries.push_back({record.data->bytes, *record.partition_key, *hash_key});
    }
    if (total > limits::max_put_records_bytes) return errors::records_too_long(limits::max_put_records_bytes);
    return entries;
}

ResultEntry refused(const Stream& stream, std::uint32_t shard) {
    const Error error = errors::rate_exceeded_for_shard(shard_id(shard), stream.name, stream.owner.account);
    return {{}, {}, std::string(kind_of(error.code).name), error.message};
}

asio::awaitable<Result<PutRecordsOutput>> put_records(const Call& call, const PutRecordsInput& input) {
    const auto stream = find_stream_for_put(call, input);
    if (!stream) co_return stream.error();
    const auto entries = entries_of(input, **stream);
    if (!entries) co_return entries.error();
    const auto placed = co_await put(call, *stream, *entries);
    if (!placed) co_return placed.error();
    std::vector<ResultEntry> results;
    results.reserve(placed->size());
    std::int32_t failed = 0;
    for (const auto& record : *placed) {
        if (record.throttled) {
            ++failed;
            results.push_back(refused(**stream, record.shard));
        } else {
            results.push_back({to_string(record.sequence_number), shard_id(record.shard), {}, {}});
        }
    }
    co_return PutRecordsOutput{failed, std::move(results), shown_encryption(**stream)};
}

}  // namespace

constinit const Operation put_records_operation =
    wire::operation<&put_records, input_shape, &output_shape>("PutRecords");

}  // namespace rivulet::kinesis
