#include <nlohmann/json.hpp>

#include "storage/stream.hpp"
#include "storage/stream_change_codec.hpp"

namespace rivulet {

namespace {

using nlohmann::json;

// A hash key does not fit a CBOR integer.
json encode_shard(const Shard& shard) {
    json row = {{"ordinal", shard.ordinal},
                {"first", to_string(shard.first_hash_key)},
                {"last", to_string(shard.last_hash_key)},
                {"created", shard.created}};
    if (shard.closed) row["closed"] = *shard.closed;
    if (shard.parent) row["parent"] = *shard.parent;
    if (shard.adjacent_parent) row["adjacent_parent"] = *shard.adjacent_parent;
    return row;
}

template <class T>
std::optional<T> optional_member(const json& row, const char* name) {
    const auto found = row.find(name);
    return found == row.end() ? std::nullopt : std::optional(found->get<T>());
}

Shard decode_shard(const json& row) {
    Shard shard;
    shard.ordinal = row.at("ordinal").get<std::uint32_t>();
    shard.first_hash_key = parse_uint128(row.at("first").get_ref<const std::string&>()).value_or(0);
    shard.last_hash_key = parse_uint128(row.at("last").get_ref<const std::string&>()).value_or(0);
    shard.created = row.at("created").get<std::int64_t>();
    shard.closed = optional_member<std::int64_t>(row, "closed");
    shard.parent = optional_member<std::uint32_t>(row, "parent");
    shard.adjacent_parent = optional_member<std::uint32_t>(row, "adjacent_parent");
    return shard;
}

Timestamp timestamp(const json& milliseconds) {
    return Timestamp{std::chrono::milliseconds{milliseconds.get<std::int64_t>()}};
}

void put_times(json& row, const char* name, const std::vector<Timestamp>& times) {
    for (const Timestamp time : times) row[name].push_back(time.time_since_epoch().count());
}

std::vector<Timestamp> get_times(const json& row, const char* name) {
    std::vector<Timestamp> times;
    for (const auto& time : row.value(name, json::array())) times.push_back(timestamp(time));
    return times;
}

/// Rows of version 0.1 say no kind: it follows from the stream's status.
PendingChange decode_pending(const json& row, StreamStatus status) {
    if (row.contains("kind")) return decode_change(row);
    const Timestamp due = timestamp(row.at("due"));
    const auto count = row.at("target_shard_count").get<std::int32_t>();
    if (status == StreamStatus::creating) return {due, change::Creation{count}};
    if (status == StreamStatus::deleting) return {due, change::Deletion{}};
    return {due, change::Scaling{count}};
}

}  // namespace

std::string RowCodec<Stream>::encode(const Stream& stream) {
    json row = {{"id", stream.id},
                {"account", stream.owner.account},
                {"region", stream.owner.region},
                {"name", stream.name},
                {"created", stream.created.time_since_epoch().count()},
                {"status", static_cast<int>(stream.status)},
                {"mode", static_cast<int>(stream.mode)},
                {"retention_hours", stream.retention_hours},
                {"expired_before", stream.expired_before.time_since_epoch().count()},
                {"max_record_kib", stream.max_record_kib},
                {"warm_throughput_mibps", stream.warm_throughput_mibps},
                {"tags", stream.tags},
                {"next_shard", stream.next_shard},
                {"shards", json::array()}};
    if (stream.pending) row["pending"] = encode_change(*stream.pending);
    if (stream.encryption != Encryption{}) row["encryption"] = encode_encryption(stream.encryption);
    put_times(row, "scalings", stream.scalings);
    for (const auto& peak : stream.write_peaks) {
        row["write_peaks"].push_back({peak.day, peak.bytes_per_second, peak.records_per_second});
    }
    if (!stream.shard_level_metrics.empty()) row["shard_level_metrics"] = stream.shard_level_metrics;
    put_times(row, "mode_switches", stream.mode_switches);
    put_times(row, "encryption_starts", stream.encryption_starts);
    put_times(row, "encryption_stops", stream.encryption_stops);
    if (!stream.policy.empty()) row["policy"] = stream.policy;
    for (const auto& shard : stream.shards) row["shards"].push_back(encode_shard(shard));
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<Stream> RowCodec<Stream>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    Stream stream;
    stream.id = row.at("id").get<std::uint64_t>();
    stream.owner = {row.at("account").get<std::string>(), row.at("region").get<std::string>()};
    stream.name = row.at("name").get<std::string>();
    stream.created = timestamp(row.at("created"));
    stream.status = static_cast<StreamStatus>(row.at("status").get<int>());
    stream.mode = static_cast<StreamMode>(row.at("mode").get<int>());
    stream.retention_hours = row.at("retention_hours").get<std::int32_t>();
    stream.expired_before = timestamp(row.value("expired_before", json(0)));
    stream.max_record_kib = row.at("max_record_kib").get<std::int32_t>();
    stream.warm_throughput_mibps = optional_member<std::int32_t>(row, "warm_throughput_mibps").value_or(0);
    stream.tags = row.at("tags").get<decltype(stream.tags)>();
    stream.mode_switches = get_times(row, "mode_switches");
    stream.encryption_starts = get_times(row, "encryption_starts");
    stream.encryption_stops = get_times(row, "encryption_stops");
    stream.policy = optional_member<std::string>(row, "policy").value_or("");
    stream.next_shard = row.at("next_shard").get<std::uint32_t>();
    if (const auto pending = row.find("pending"); pending != row.end()) {
        stream.pending = decode_pending(*pending, stream.status);
    }
    if (const auto encryption = row.find("encryption"); encryption != row.end()) {
        stream.encryption = decode_encryption(*encryption);
    }
    stream.shard_level_metrics =
        optional_member<std::vector<std::string>>(row, "shard_level_metrics").value_or(std::vector<std::string>{});
    stream.scalings = get_times(row, "scalings");
    for (const auto& peak : row.value("write_peaks", json::array())) {
        stream.write_peaks.push_back(
            {peak.at(0).get<std::int64_t>(), peak.at(1).get<std::int64_t>(), peak.at(2).get<std::int64_t>()});
    }
    for (const auto& shard : row.at("shards")) stream.shards.push_back(decode_shard(shard));
    return stream;
} catch (const std::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("a stream's catalog row cannot be read: ") + fault.what());
}

}  // namespace rivulet
