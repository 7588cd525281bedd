#include "server/kinesis/reshard.hpp"

#include <algorithm>
#include <set>

namespace rivulet::kinesis {

namespace {

Shard& shard_at(Stream& stream, std::uint32_t ordinal) {
    return *std::ranges::find(stream.shards, ordinal, &Shard::ordinal);
}

Shard& add_shard(Stream& stream, uint128 first, uint128 last, std::int64_t created) {
    Shard shard;
    shard.ordinal = stream.next_shard++;
    shard.first_hash_key = first;
    shard.last_hash_key = last;
    shard.created = created;
    return stream.shards.emplace_back(shard);
}

/// A shard that was itself created a moment ago, in the same change, is closed when it begins.
std::int64_t close(Shard& shard, std::int64_t now) {
    shard.closed = std::max(now, shard.created);
    return *shard.closed;
}

/// Where each of `count` even parts of the hash key space begins.
std::set<uint128> even_starts(std::int32_t count) {
    const uint128 width = max_uint128 / static_cast<uint128>(count) +
                          (max_uint128 % static_cast<uint128>(count) + 1 == static_cast<uint128>(count) ? 1 : 0);
    std::set<uint128> starts;
    for (std::int32_t i = 0; i < count; ++i) starts.insert(width * static_cast<uint128>(i));
    return starts;
}

std::vector<std::uint32_t> open_ordinals_by_range(const Stream& stream) {
    std::vector<const Shard*> open;
    for (const auto& shard : stream.shards) {
        if (shard.is_open()) open.push_back(&shard);
    }
    std::ranges::sort(open, {}, &Shard::first_hash_key);
    std::vector<std::uint32_t> ordinals;
    for (const auto* shard : open) ordinals.push_back(shard->ordinal);
    return ordinals;
}

}  // namespace

void create_shards(Stream& stream, std::int32_t count, std::int64_t now) {
    const auto starts = even_starts(count);
    for (auto start = starts.begin(); start != starts.end(); ++start) {
        const auto next = std::next(start);
        add_shard(stream, *start, next == starts.end() ? max_uint128 : *next - 1, now);
    }
}

void split_shard(Stream& stream, std::uint32_t ordinal, uint128 new_starting_hash_key, std::int64_t now) {
    Shard& parent = shard_at(stream, ordinal);
    const std::int64_t created = close(parent, now) + 1;
    const uint128 first = parent.first_hash_key;
    const uint128 last = parent.last_hash_key;
    add_shard(stream, first, new_starting_hash_key - 1, created).parent = ordinal;
    add_shard(stream, new_starting_hash_key, last, created).parent = ordinal;
}

void merge_shards(Stream& stream, std::uint32_t ordinal, std::uint32_t adjacent_ordinal, std::int64_t now) {
    Shard& shard = shard_at(stream, ordinal);
    Shard& adjacent = shard_at(stream, adjacent_ordinal);
    const std::int64_t created = std::max(close(shard, now), close(adjacent, now)) + 1;
    const uint128 first = std::min(shard.first_hash_key, adjacent.first_hash_key);
    const uint128 last = std::max(shard.last_hash_key, adjacent.last_hash_key);
    Shard& child = add_shard(stream, first, last, created);
    child.parent = ordinal;
    child.adjacent_parent = adjacent_ordinal;
}

void scale_uniformly(Stream& stream, std::int32_t count, std::int64_t now) {
    const auto starts = even_starts(count);
    for (const uint128 start : starts) {
        const Shard& shard = *stream.shard_for(start);
        if (shard.first_hash_key != start) split_shard(stream, shard.ordinal, start, now);
    }
    // Every even start now begins a shard; what begins elsewhere belongs to the shard before it.
    std::optional<std::uint32_t> before;
    for (const std::uint32_t ordinal : open_ordinals_by_range(stream)) {
        if (!before || starts.contains(stream.find_shard(ordinal)->first_hash_key)) {
            before = ordinal;
        } else {
            merge_shards(stream, *before, ordinal, now);
            before = stream.shards.back().ordinal;
        }
    }
}

void apply_to_log(Catalog::Transaction& transaction, const Stream& before, const Stream& after) {
    for (const auto& shard : after.shards) {
        const Shard* const known = before.find_shard(shard.ordinal);
        const ShardKey key{after.id, shard.ordinal};
        if (!known) transaction.open_shard(key);
        if (!shard.is_open() && (!known || known->is_open())) transaction.close_shard(key);
    }
}

}  // namespace rivulet::kinesis
