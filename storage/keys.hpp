#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/record_log.hpp"

/// The bytes of RocksDB keys. A record's key is `[stream u64][shard u32][position u64]`, big endian, so that a shard is
/// one contiguous, ordered range. A position of 64 bits is enough to build the 188-bit sequence number from, together
/// with the shard's creation time, and it begins with the arrival time, which makes retention and AT_TIMESTAMP a seek.
namespace rivulet::keys {

inline void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

inline std::uint64_t read_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

inline constexpr std::size_t record_key_bytes = 20;

inline void write_big_endian(char* out, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) *out++ = static_cast<char>(value >> shift);
}

inline std::string record_key(ShardKey shard, Position position) {
    std::string key;
    key.reserve(record_key_bytes);
    append_big_endian(key, shard.stream, 8);
    append_big_endian(key, shard.shard, 4);
    append_big_endian(key, position, 8);
    return key;
}

inline Position position_of(std::string_view key) {
    return read_big_endian(key.substr(12, 8));
}

/// Where the records of a stream begin; those of `stream + 1` begin where they end.
inline std::string stream_begin(std::uint64_t stream) {
    std::string key;
    append_big_endian(key, stream, 8);
    return key;
}

/// A catalog row: the table's name, a zero byte, the row's key.
inline std::string row_key(std::string_view table, std::string_view key) {
    std::string row(table);
    row += '\0';
    row += key;
    return row;
}

/// A record's value: the partition key's length (u16), the partition key, the data.
inline constexpr std::size_t value_head_bytes = 2;

}  // namespace rivulet::keys
