#include "server/kinesis/reshard.hpp"

namespace rivulet::kinesis {
namespace {

constexpr std::int64_t start = 1'700'000'000;

Stream with_shards(std::int32_t count) {
    Stream stream;
    create_shards(stream, count, start);
    return stream;
}

std::vector<const Shard*> open_shards(const Stream& stream) {
    std::vector<const Shard*> open;
    for (const auto& shard : stream.shards) {
        if (shard.is_open()) open.push_back(&shard);
    }
    std::ranges::sort(open, {}, &Shard::first_hash_key);
    return open;
}

void expect_exact_cover(const Stream& stream) {
    uint128 expected = 0;
    for (const auto* shard : open_shards(stream)) {
        EXPECT_TRUE(shard->first_hash_key == expected);
        expected = shard->last_hash_key + 1;
    }
    EXPECT_TRUE(expected == 0) << "the last shard ends at 2^128 - 1";
}

/// A child begins after its parents' end, and lies where they lay.
void expect_sound_lineage(const Stream& stream) {
    for (const auto& shard : stream.shards) {
        for (const auto& parent_ordinal : {shard.parent, shard.adjacent_parent}) {
            if (!parent_ordinal) continue;
            const Shard* const parent = stream.find_shard(*parent_ordinal);
            ASSERT_NE(parent, nullptr);
            ASSERT_TRUE(parent->closed.has_value());
            EXPECT_GT(shard.created, *parent->closed);
            EXPECT_TRUE(parent->first_hash_key <= shard.last_hash_key && shard.first_hash_key <= parent->last_hash_key);
        }
    }
}

TEST(CreateShards, divides_the_space_as_the_service_does) {
    const auto stream = with_shards(3);
    EXPECT_EQ(to_string(stream.shards[0].last_hash_key), "113427455640312821154458202477256070484");
    EXPECT_EQ(to_string(stream.shards[1].first_hash_key), "113427455640312821154458202477256070485");
    EXPECT_EQ(to_string(stream.shards[2].last_hash_key), "340282366920938463463374607431768211455");
    expect_exact_cover(stream);
}

TEST(SplitShard, children_cover_the_parent_exactly) {
    auto stream = with_shards(1);
    split_shard(stream, 0, 1000, start + 10);
    EXPECT_EQ(stream.shards[0].closed, start + 10);
    EXPECT_EQ(stream.shards[1].created, start + 11);
    EXPECT_TRUE(stream.shards[2].first_hash_key == 1000);
    expect_exact_cover(stream);
    expect_sound_lineage(stream);
}

TEST(MergeShards, the_child_names_both_parents) {
    auto stream = with_shards(2);
    merge_shards(stream, 0, 1, start + 10);
    EXPECT_EQ(stream.shards[2].parent, 0U);
    EXPECT_EQ(stream.shards[2].adjacent_parent, 1U);
    expect_exact_cover(stream);
    expect_sound_lineage(stream);
}

TEST(ScaleUniformly, reaches_every_count_from_half_to_double_with_even_ranges) {
    for (std::int32_t from = 1; from <= 16; ++from) {
        for (std::int32_t to = (from + 1) / 2; to <= from * 2; ++to) {
            SCOPED_TRACE(std::to_string(from) + " -> " + std::to_string(to));
            auto stream = with_shards(from);
            scale_uniformly(stream, to, start + 100);
            const auto even = with_shards(to);
            const auto open = open_shards(stream);
            ASSERT_EQ(open.size(), static_cast<std::size_t>(to));
            for (std::size_t i = 0; i < open.size(); ++i) {
                EXPECT_TRUE(open[i]->first_hash_key == even.shards[i].first_hash_key);
            }
            expect_exact_cover(stream);
            expect_sound_lineage(stream);
        }
    }
}

TEST(ScaleUniformly, leaves_shards_alone_that_have_their_range_already) {
    auto stream = with_shards(4);
    const auto before = stream;
    scale_uniformly(stream, 4, start + 100);
    EXPECT_EQ(stream, before);
}

TEST(ScaleUniformly, keeps_every_key_in_one_open_shard_after_many_steps) {
    auto stream = with_shards(3);
    std::int64_t now = start;
    for (const std::int32_t target : {5, 7, 4, 8, 16, 9, 5, 3, 2, 1, 2}) {
        scale_uniformly(stream, target, now += 100);
        ASSERT_EQ(stream.open_shard_count(), static_cast<std::size_t>(target));
        expect_exact_cover(stream);
        expect_sound_lineage(stream);
    }
}

}  // namespace
}  // namespace rivulet::kinesis
