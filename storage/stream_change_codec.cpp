#include "storage/stream_change_codec.hpp"

#include <array>

namespace rivulet {

namespace {

using nlohmann::json;

struct Encoder {
    json operator()(const change::Creation& c) const { return {{"shard_count", c.shard_count}}; }
    json operator()(const change::Deletion&) const { return json::object(); }
    json operator()(const change::Scaling& c) const { return {{"shard_count", c.shard_count}}; }
    // A hash key does not fit a CBOR integer.
    json operator()(const change::Split& c) const {
        return {{"shard", c.shard}, {"new_starting_hash_key", to_string(c.new_starting_hash_key)}};
    }
    json operator()(const change::Merge& c) const { return {{"shard", c.shard}, {"adjacent_shard", c.adjacent_shard}}; }
    json operator()(const change::Encrypting& c) const { return encode_encryption(c.encryption); }
    json operator()(const change::Mode& c) const {
        return {{"mode", static_cast<int>(c.mode)}, {"warm_throughput_mibps", c.warm_throughput_mibps}};
    }
    json operator()(const change::WarmThroughput& c) const { return {{"mibps", c.mibps}}; }
    json operator()(const change::MaxRecordSize& c) const { return {{"kib", c.kib}}; }
    json operator()(const change::Monitoring& c) const { return {{"shard_level_metrics", c.shard_level_metrics}}; }
};

template <class T>
void read(const json& row, const char* name, T& value) {
    row.at(name).get_to(value);
}

void decode(const json& row, change::Creation& c) {
    read(row, "shard_count", c.shard_count);
}
void decode(const json&, change::Deletion&) {}
void decode(const json& row, change::Scaling& c) {
    read(row, "shard_count", c.shard_count);
}
void decode(const json& row, change::Split& c) {
    read(row, "shard", c.shard);
    c.new_starting_hash_key = parse_uint128(row.at("new_starting_hash_key").get_ref<const std::string&>()).value_or(0);
}
void decode(const json& row, change::Merge& c) {
    read(row, "shard", c.shard);
    read(row, "adjacent_shard", c.adjacent_shard);
}
void decode(const json& row, change::Encrypting& c) {
    c.encryption = decode_encryption(row);
}
void decode(const json& row, change::Mode& c) {
    c.mode = static_cast<StreamMode>(row.at("mode").get<int>());
    read(row, "warm_throughput_mibps", c.warm_throughput_mibps);
}
void decode(const json& row, change::WarmThroughput& c) {
    read(row, "mibps", c.mibps);
}
void decode(const json& row, change::MaxRecordSize& c) {
    read(row, "kib", c.kib);
}
void decode(const json& row, change::Monitoring& c) {
    read(row, "shard_level_metrics", c.shard_level_metrics);
}

template <std::size_t index>
ChangeKind decode_kind(const json& row) {
    std::variant_alternative_t<index, ChangeKind> kind;
    decode(row, kind);
    return kind;
}

template <std::size_t... index>
ChangeKind decode_kind(const json& row, std::size_t which, std::index_sequence<index...>) {
    constexpr std::array<ChangeKind (*)(const json&), sizeof...(index)> decoders = {&decode_kind<index>...};
    return decoders.at(which)(row);
}

}  // namespace

json encode_encryption(const Encryption& encryption) {
    return {{"type", static_cast<int>(encryption.type)}, {"key_id", encryption.key_id}};
}

Encryption decode_encryption(const json& row) {
    return {static_cast<EncryptionType>(row.at("type").get<int>()), row.at("key_id").get<std::string>()};
}

json encode_change(const PendingChange& pending) {
    json row = std::visit(Encoder{}, pending.kind);
    row["due"] = pending.due.time_since_epoch().count();
    row["kind"] = pending.kind.index();
    return row;
}

PendingChange decode_change(const json& row) {
    const Timestamp due{std::chrono::milliseconds{row.at("due").get<std::int64_t>()}};
    return {due, decode_kind(row, row.at("kind").get<std::size_t>(),
                             std::make_index_sequence<std::variant_size_v<ChangeKind>>())};
}

}  // namespace rivulet
