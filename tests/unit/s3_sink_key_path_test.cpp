#include <gtest/gtest.h>

#include <map>

#include "common/random.hpp"
#include "s3-sink/key_path.hpp"
#include "tests/unit/s3_support.hpp"

namespace rivulet {

namespace {

/// What every path must be, so that the file system keeps it inside the folder.
void expect_contained(const KeyPath& path) {
    ASSERT_FALSE(path.empty());
    for (const auto& name : path) {
        EXPECT_FALSE(name.empty());
        EXPECT_NE(name, ".");
        EXPECT_NE(name, "..");
        EXPECT_EQ(name.find('/'), std::string::npos);
        EXPECT_EQ(name.find('\0'), std::string::npos);
        EXPECT_LE(name.size(), max_name_bytes);
    }
}

void expect_round_trip(const std::string& key) {
    for (const auto& path : {path_of_key(key), marked_path_of_key(key)}) {
        expect_contained(path);
        EXPECT_EQ(key_of_path(path), key);
        for (std::size_t depth = 0; depth < path.size(); ++depth) {
            const auto prefix = key_prefix_of_directory(std::span(path).first(depth));
            ASSERT_TRUE(prefix) << key << " at " << depth;
            EXPECT_TRUE(key.starts_with(*prefix)) << key << " does not begin with " << *prefix;
        }
    }
}

/// Keys of the bytes that matter to the mapping, in any order.
std::string random_key(Random& random) {
    static const std::vector<std::string> pieces = {"/",
                                                    "//",
                                                    "%",
                                                    ".",
                                                    "..",
                                                    "%f",
                                                    "%+",
                                                    "%_",
                                                    "%2E",
                                                    "%25",
                                                    "a",
                                                    "b",
                                                    "\xc3\xa4",
                                                    "\xf0\x9f\x98\x80",
                                                    std::string(1, '\0'),
                                                    "\xff",
                                                    std::string(120, 'n'),
                                                    std::string(252, 'm')};
    const auto bytes = random_bytes(random, 1 + static_cast<unsigned char>(random_bytes(random, 1)[0]) % 16);
    std::string key;
    for (const char byte : bytes) key += pieces[static_cast<unsigned char>(byte) % pieces.size()];
    return key.substr(0, 1024);
}

}  // namespace

TEST(KeyPath, plain_keys_are_plain_paths) {
    EXPECT_EQ(path_of_key("2026-01-31/42.json"), (KeyPath{"2026-01-31", "42.json"}));
    EXPECT_EQ(path_of_key("k\xc3\xa4se"), KeyPath{"k\xc3\xa4se"});
    EXPECT_EQ(path_of_key(".hidden"), KeyPath{".hidden"});
    EXPECT_EQ(path_of_key("..."), KeyPath{"..."});
}

TEST(KeyPath, parts_that_no_name_can_be_are_escaped) {
    EXPECT_EQ(path_of_key("a//b"), (KeyPath{"a", "%_", "b"}));
    EXPECT_EQ(path_of_key("/"), (KeyPath{"%_", "%_"}));
    EXPECT_EQ(path_of_key("../."), (KeyPath{"%2E%2E", "%2E"}));
    EXPECT_EQ(path_of_key("100%"), KeyPath{"100%25"});
    EXPECT_EQ(marked_path_of_key("a/b"), (KeyPath{"a", "b%f"}));
}

TEST(KeyPath, a_long_part_is_cut_between_characters) {
    std::string key;
    while (key.size() < 1024) key += "\xf0\x9f\x98\x80";
    const auto path = path_of_key(key);
    ASSERT_GT(path.size(), 4U);
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        EXPECT_TRUE(path[i].ends_with("%+"));
        EXPECT_EQ((path[i].size() - 2) % 4, 0U) << "a character is cut";
    }
}

TEST(KeyPath, hard_keys_round_trip_and_stay_inside) {
    for (const auto& key : hard_keys()) expect_round_trip(key);
}

TEST(KeyPath, names_around_the_longest_round_trip) {
    for (std::size_t size = 240; size < 520; ++size) {
        expect_round_trip(std::string(size, 'x'));
        expect_round_trip(std::string(size, '%'));
        expect_round_trip(std::string(size, '/'));
        expect_round_trip("d/" + std::string(size, 'x') + "/f");
        expect_round_trip(std::string(size, 'x') + "\xc3\xa4\xc3\xa4");
    }
}

TEST(KeyPath, random_keys_round_trip_and_never_share_a_path) {
    SeededRandom random(7);
    std::map<KeyPath, std::string> owners;
    for (int i = 0; i < 20'000; ++i) {
        const auto key = random_key(random);
        expect_round_trip(key);
        for (const auto& path : {path_of_key(key), marked_path_of_key(key)}) {
            const auto [place, added] = owners.emplace(path, key);
            EXPECT_EQ(place->second, key);
        }
        if (testing::Test::HasFailure()) return;
    }
}

TEST(KeyPath, names_no_key_is_written_as_are_no_objects) {
    for (const KeyPath& path : std::vector<KeyPath>{{"100%"},
                                                    {"%2e"},
                                                    {"%41"},
                                                    {"a%"},
                                                    {"%2"},
                                                    {"%2E%2Ex"},
                                                    {"x%_"},
                                                    {"%+", "a"},
                                                    {"short%+", "a"},
                                                    {"%tmp-1"},
                                                    {"a%f", "b"},
                                                    {"%_"}}) {
        EXPECT_EQ(key_of_path(path), std::nullopt) << path[0];
    }
}

}  // namespace rivulet
