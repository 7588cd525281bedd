#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/hashing.hpp"
#include "storage/stream.hpp"

/// The service as a few lines of bookkeeping: what streams, shards and records there should be.
namespace rivulet {

struct ModelRecord {
    std::string sequence_number;
    std::string partition_key;
    std::string data;
    std::int64_t arrived = 0;  ///< milliseconds since the epoch
};

struct ModelShard {
    uint128 first = 0;
    uint128 last = 0;
    std::int64_t created = 0;            ///< seconds since the epoch
    std::optional<std::int64_t> closed;  ///< seconds since the epoch
    std::set<std::uint32_t> parents;
    std::vector<ModelRecord> records;

    /// Whether its last record can have been put so long ago.
    bool is_expired(std::int64_t horizon) const { return closed && (*closed + 1) * 1000 <= horizon; }
};

using HashKeyRange = std::pair<uint128, uint128>;

struct ModelStream {
    std::map<std::uint32_t, ModelShard> shards;
    std::uint32_t next_shard = 0;

    std::vector<std::uint32_t> open() const {
        std::vector<std::uint32_t> ordinals;
        for (const auto& [ordinal, shard] : shards) {
            if (!shard.closed) ordinals.push_back(ordinal);
        }
        std::ranges::sort(ordinals, {}, [this](std::uint32_t ordinal) { return shards.at(ordinal).first; });
        return ordinals;
    }

    std::set<HashKeyRange> open_ranges() const {
        std::set<HashKeyRange> ranges;
        for (const std::uint32_t ordinal : open()) ranges.emplace(shards.at(ordinal).first, shards.at(ordinal).last);
        return ranges;
    }

    std::uint32_t shard_of(uint128 hash_key) const {
        for (const std::uint32_t ordinal : open()) {
            if (shards.at(ordinal).first <= hash_key && hash_key <= shards.at(ordinal).last) return ordinal;
        }
        ADD_FAILURE() << "no open shard takes " << to_string(hash_key);
        return 0;
    }

    void expire(std::int64_t horizon) {
        std::erase_if(shards, [horizon](const auto& entry) { return entry.second.is_expired(horizon); });
        for (auto& [ordinal, shard] : shards) {
            std::erase_if(shard.records, [horizon](const auto& record) { return record.arrived < horizon; });
        }
    }
};

/// The hash key space in so many even parts, the last with the remainder.
inline std::set<HashKeyRange> even_ranges(int count) {
    std::set<HashKeyRange> ranges;
    // 2^128 / count, of numbers that end at 2^128 - 1.
    const uint128 parts = static_cast<uint128>(count);
    const uint128 width = max_uint128 / parts + (max_uint128 % parts == parts - 1 ? 1 : 0);
    for (uint128 i = 0; i < parts; ++i) {
        ranges.emplace(width * i, i + 1 == parts ? max_uint128 : width * (i + 1) - 1);
    }
    return ranges;
}

}  // namespace rivulet
