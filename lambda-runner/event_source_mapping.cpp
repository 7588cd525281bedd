#include "lambda-runner/event_source_mapping.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "lambda-runner/lambda_tables.hpp"

namespace rivulet {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::int32_t max_batch_size = 10'000;
constexpr std::chrono::seconds max_batching_window{300};

Error invalid(std::string message) {
    return {ErrorCode::lambda_invalid_parameter_value, std::move(message)};
}

// What is there when the mapping is made is over for it: an open shard from its tip on, a closed one altogether.
Result<void> settle_latest(Store& store, LambdaTables& tables, Catalog::Transaction& transaction,
                           const EventSourceMapping& mapping, const Stream& stream) {
    // A stream on its way in has no records yet; whatever comes is later than now.
    if (stream.status == StreamStatus::creating) return {};
    for (const auto& shard : stream.shards) {
        const ShardKey key{stream.id, shard.ordinal};
        const auto tip = store.log().tip(key);
        if (!tip) return tip.error();
        tables.checkpoints.put(transaction, checkpoint_key(mapping.uuid, key), {key, *tip, !shard.is_open()});
    }
    return {};
}

Result<void> check_resources(const LambdaTables& tables, const EventSourceMapping& mapping, const Stream* stream) {
    if (!stream) {
        return invalid("Stream not found: there is no stream '" + mapping.stream + "' in account " +
                       mapping.owner.account + " and region " + mapping.owner.region + '.');
    }
    if (!tables.functions.find(function_key(mapping.owner, mapping.function))) {
        return invalid("Function does not exist: there is no function '" + mapping.function + "' in account " +
                       mapping.owner.account + " and region " + mapping.owner.region + '.');
    }
    for (const auto& other : tables.mappings.list(mapping_key(mapping.owner, {}))) {
        if (other->stream != mapping.stream || other->function != mapping.function) continue;
        return Error(ErrorCode::lambda_resource_conflict,
                     "An event source mapping with event source arn (\" " + stream->arn() + " \") and function (\" " +
                         mapping.function +
                         " \") already exists. Please update or delete the existing mapping with UUID " + other->uuid);
    }
    return {};
}

}  // namespace

std::string RowCodec<EventSourceMapping>::encode(const EventSourceMapping& mapping) {
    json row = {{"uuid", mapping.uuid},
                {"account", mapping.owner.account},
                {"region", mapping.owner.region},
                {"stream", mapping.stream},
                {"function", mapping.function},
                {"batch_size", mapping.batch_size},
                {"batching_window", mapping.batching_window.count()},
                {"starting_position", static_cast<int>(mapping.starting_position)},
                {"starting_timestamp", mapping.starting_timestamp.time_since_epoch().count()}};
    if (mapping.sink) row["sink"] = {{"bucket", mapping.sink->bucket}, {"prefix", mapping.sink->prefix}};
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<EventSourceMapping> RowCodec<EventSourceMapping>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    EventSourceMapping mapping;
    mapping.uuid = row.at("uuid").get<std::string>();
    mapping.owner = {row.at("account").get<std::string>(), row.at("region").get<std::string>()};
    mapping.stream = row.at("stream").get<std::string>();
    mapping.function = row.at("function").get<std::string>();
    mapping.batch_size = row.at("batch_size").get<std::int32_t>();
    mapping.batching_window = std::chrono::milliseconds{row.at("batching_window").get<std::int64_t>()};
    mapping.starting_position = static_cast<StartingPosition>(row.at("starting_position").get<int>());
    mapping.starting_timestamp = Timestamp{std::chrono::milliseconds{row.at("starting_timestamp").get<std::int64_t>()}};
    if (const auto sink = row.find("sink"); sink != row.end()) {
        mapping.sink = SinkTarget{sink->at("bucket").get<std::string>(), sink->at("prefix").get<std::string>()};
    }
    return mapping;
} catch (const json::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("a mapping's catalog row cannot be read: ") + fault.what());
}

std::string RowCodec<Checkpoint>::encode(const Checkpoint& checkpoint) {
    const json row = {{"stream", checkpoint.shard.stream},
                      {"shard", checkpoint.shard.shard},
                      {"next", checkpoint.next},
                      {"ended", checkpoint.ended}};
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<Checkpoint> RowCodec<Checkpoint>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    const ShardKey shard{row.at("stream").get<std::uint64_t>(), row.at("shard").get<std::uint32_t>()};
    return Checkpoint{shard, row.at("next").get<Position>(), row.value("ended", false)};
} catch (const json::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("a checkpoint's catalog row cannot be read: ") + fault.what());
}

std::string mapping_key(const AccountRegion& owner, std::string_view uuid) {
    return owner.account + '/' + owner.region + '/' + std::string(uuid);
}

std::string checkpoint_prefix(std::string_view mapping_uuid) {
    return std::string(mapping_uuid) + '/';
}

std::string checkpoint_prefix(std::string_view mapping_uuid, std::uint64_t stream) {
    char text[24];
    std::snprintf(text, sizeof text, "%016llx/", static_cast<unsigned long long>(stream));
    return checkpoint_prefix(mapping_uuid) + text;
}

std::string checkpoint_key(std::string_view mapping_uuid, ShardKey shard) {
    char text[16];
    std::snprintf(text, sizeof text, "%08x", shard.shard);
    return checkpoint_prefix(mapping_uuid, shard.stream) + text;
}

Result<void> check_event_source_mapping(const EventSourceMapping& mapping) {
    const std::string of = " of the event source mapping from '" + mapping.stream + "' to '" + mapping.function + "' ";
    if (mapping.batch_size < 1 || mapping.batch_size > max_batch_size) {
        return invalid("The batch size" + of + "must be 1 to " + std::to_string(max_batch_size) + ", not " +
                       std::to_string(mapping.batch_size) + '.');
    }
    if (mapping.batching_window.count() < 0 || mapping.batching_window > max_batching_window) {
        return invalid("The batching window" + of + "must be 0 to " + std::to_string(max_batching_window.count()) +
                       " seconds.");
    }
    if (mapping.sink && mapping.sink->bucket.empty()) return invalid("The sink" + of + "names no bucket.");
    return {};
}

asio::awaitable<Result<std::string>> create_event_source_mapping(Store& store, LambdaTables& tables, Random& random,
                                                                 EventSourceMapping mapping) {
    if (const auto checked = check_event_source_mapping(mapping); !checked) co_return checked.error();
    mapping.uuid = random_uuid(random);
    const auto created = co_await store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        const auto stream = store.streams().find(stream_key(mapping.owner, mapping.stream));
        if (const auto checked = check_resources(tables, mapping, stream.get()); !checked) return checked.error();
        if (mapping.starting_position == StartingPosition::latest) {
            const auto settled = settle_latest(store, tables, transaction, mapping, *stream);
            if (!settled) return settled.error();
        }
        tables.mappings.put(transaction, mapping_key(mapping.owner, mapping.uuid), mapping);
        return {};
    });
    if (!created) co_return created.error();
    co_return mapping.uuid;
}

}  // namespace rivulet
