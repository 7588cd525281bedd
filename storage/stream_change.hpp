#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/clock.hpp"
#include "common/uint128.hpp"

/// What a stream can be on its way through, each kind with the values that it will put in place. A new kind is a
/// structure here, a line in `ChangeKind`, its row in stream_change_codec.cpp, and an overload of `apply` in
/// server/kinesis/stream_change.cpp.
namespace rivulet {

enum class StreamMode : std::uint8_t { provisioned, on_demand };
enum class EncryptionType : std::uint8_t { none, kms };

/// How a stream's records are said to be encrypted at rest.
struct Encryption {
    EncryptionType type = EncryptionType::none;
    std::string key_id;  ///< as the caller named the key; empty without encryption

    bool operator==(const Encryption&) const = default;
};

namespace change {

struct Creation {
    std::int32_t shard_count = 0;
    bool operator==(const Creation&) const = default;
};
struct Deletion {
    bool operator==(const Deletion&) const = default;
};
struct Scaling {
    std::int32_t shard_count = 0;
    bool operator==(const Scaling&) const = default;
};
struct Split {
    std::uint32_t shard = 0;
    uint128 new_starting_hash_key = 0;
    bool operator==(const Split&) const = default;
};
struct Merge {
    std::uint32_t shard = 0;
    std::uint32_t adjacent_shard = 0;
    bool operator==(const Merge&) const = default;
};
/// Encryption starts, stops, or goes over to another key.
struct Encrypting {
    Encryption encryption;
    bool operator==(const Encrypting&) const = default;
};
struct Mode {
    StreamMode mode = StreamMode::provisioned;
    std::int32_t warm_throughput_mibps = 0;  ///< 0: none asked for
    bool operator==(const Mode&) const = default;
};
struct WarmThroughput {
    std::int32_t mibps = 0;
    bool operator==(const WarmThroughput&) const = default;
};
struct MaxRecordSize {
    std::int32_t kib = 0;
    bool operator==(const MaxRecordSize&) const = default;
};
struct Monitoring {
    std::vector<std::string> shard_level_metrics;
    bool operator==(const Monitoring&) const = default;
};

}  // namespace change

/// A kind's place in this list is stored: add at the end.
using ChangeKind =
    std::variant<change::Creation, change::Deletion, change::Scaling, change::Split, change::Merge, change::Encrypting,
                 change::Mode, change::WarmThroughput, change::MaxRecordSize, change::Monitoring>;

/// A change that a stream is on its way through: it takes effect at `due`.
struct PendingChange {
    Timestamp due;
    ChangeKind kind;

    bool operator==(const PendingChange&) const = default;

    /// The change's values if it is of that kind, or null.
    template <class Kind>
    const Kind* as() const {
        return std::get_if<Kind>(&kind);
    }
};

}  // namespace rivulet
