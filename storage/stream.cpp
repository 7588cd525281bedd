#include "storage/stream.hpp"

#include <algorithm>
#include <cstdio>

#include "common/arn.hpp"

namespace rivulet {

std::string Stream::arn() const {
    return make_arn("kinesis", owner, "stream/" + name);
}

const Shard* Stream::find_shard(std::uint32_t ordinal) const {
    const auto found = std::ranges::lower_bound(shards, ordinal, {}, &Shard::ordinal);
    return found != shards.end() && found->ordinal == ordinal ? &*found : nullptr;
}

void OpenShardOrder::make(const std::vector<Shard>& shards) {
    indexes_.clear();
    for (std::uint32_t i = 0; i < shards.size(); ++i) {
        if (shards[i].is_open()) indexes_.push_back(i);
    }
    std::ranges::sort(indexes_, {}, [&](std::uint32_t i) { return shards[i].first_hash_key; });
}

const Shard* OpenShardOrder::find(const std::vector<Shard>& shards, uint128 hash_key) const {
    const auto after =
        std::ranges::upper_bound(indexes_, hash_key, {}, [&](std::uint32_t i) { return shards[i].first_hash_key; });
    if (after == indexes_.begin()) return nullptr;
    const Shard& shard = shards[*std::prev(after)];
    return hash_key <= shard.last_hash_key ? &shard : nullptr;
}

const Shard* Stream::shard_for(uint128 hash_key) const {
    if (open_shards.is_made()) return open_shards.find(shards, hash_key);
    // Newer shards are behind older ones and most streams have few: the open ones are found quickest from the back.
    for (auto shard = shards.rbegin(); shard != shards.rend(); ++shard) {
        if (shard->is_open() && shard->first_hash_key <= hash_key && hash_key <= shard->last_hash_key) return &*shard;
    }
    return nullptr;
}

std::size_t Stream::open_shard_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(shards, &Shard::is_open));
}

std::string stream_key(const AccountRegion& owner, std::string_view name) {
    return owner.account + '/' + owner.region + '/' + std::string(name);
}

std::string shard_id(std::uint32_t ordinal) {
    char text[32];
    std::snprintf(text, sizeof text, "shardId-%012u", ordinal);
    return text;
}

SequenceNumber sequence_number_of(const Shard& shard, Position position) {
    return {shard.created, position, arrival_of(position).time_since_epoch().count() / 1000, shard.ordinal};
}

SequenceNumber first_sequence_number(const Shard& shard) {
    return {shard.created, 0, shard.created, shard.ordinal};
}

SequenceNumber last_sequence_number(const Shard& closed_shard) {
    return {closed_shard.created, SequenceNumber::last_counter, closed_shard.closed.value_or(closed_shard.created),
            closed_shard.ordinal};
}

SequenceNumber continuation_at(const Shard& shard, Position next) {
    if (next == 0) return first_sequence_number(shard);
    SequenceNumber number = sequence_number_of(shard, next - 1);
    number.is_continuation = true;
    return number;
}

}  // namespace rivulet
