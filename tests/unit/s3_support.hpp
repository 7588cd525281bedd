#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "s3-sink/object_store.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

inline const AccountRegion test_owner{"000000000000", "us-east-1"};

/// An object store with the bucket `bucket` in a temporary directory, in virtual time, that can be opened again as
/// after a crash.
class ObjectStoreUnderTest {
public:
    explicit ObjectStoreUnderTest(Durability how = Durability::process) : durability(how) {
        open();
        EXPECT_TRUE(store->create_bucket("bucket", test_owner));
    }

    void open() {
        store.reset();
        auto opened = ObjectStore::open({root(), durability}, clock, random);
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }

    std::filesystem::path root() const { return directory.path() / "s3"; }
    std::filesystem::path folder() const { return root() / "bucket"; }

    /// Stores an object of the bucket, with its own key as the bytes unless others are given.
    ObjectInfo put(std::string_view key, std::optional<std::string_view> bytes = {}) const {
        auto stored = store->put("bucket", key, bytes.value_or(key), "text/plain");
        EXPECT_TRUE(stored) << key << ": " << stored.error().message;
        return stored ? *stored : ObjectInfo{};
    }

    /// An object's bytes, or the name of the error.
    std::string get(std::string_view key) const {
        const auto reader = store->read("bucket", key);
        if (!reader) return std::string(kind_of(reader.error().code).name);
        std::string bytes(static_cast<std::size_t>(reader->info().size), '\0');
        const auto count = reader->read(0, bytes);
        return count && *count == bytes.size() ? bytes : "cut short";
    }

    ObjectInfo head(std::string_view key) const {
        const auto reader = store->read("bucket", key);
        EXPECT_TRUE(reader) << key << ": " << reader.error().message;
        return reader ? reader->info() : ObjectInfo{};
    }

    std::vector<std::string> keys(const ListQuery& query = {}) const {
        const auto listing = store->list("bucket", query);
        EXPECT_TRUE(listing);
        std::vector<std::string> names;
        if (!listing) return names;
        for (const auto& item : listing->items) names.push_back(item.object.key);
        return names;
    }

    /// Every path below a directory, relative to it.
    static std::set<std::string> tree(const std::filesystem::path& top) {
        std::set<std::string> paths;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
            paths.insert(entry.path().lexically_relative(top));
        }
        return paths;
    }

    static void write_by_hand(const std::filesystem::path& path, std::string_view bytes) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }

    static std::string file(const std::filesystem::path& path) {
        std::ifstream stream(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    TemporaryDirectory directory;
    ManualClock clock;
    SeededRandom random{42};
    Durability durability;
    std::unique_ptr<ObjectStore> store;
};

/// Keys that are hard to keep as files, in no order.
inline std::vector<std::string> hard_keys() {
    using namespace std::string_literals;
    std::string umlauts;
    for (int i = 0; i < 512; ++i) umlauts += "\xc3\xa4";
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "d/";
    return {".",
            "..",
            "../../x",
            "/",
            "//",
            "a//b",
            "/leading",
            "trailing/",
            "./x",
            "a/./b",
            "a/../../b",
            "%",
            "%2e%2e/x",
            "%25",
            "%_",
            "%f",
            "a%f",
            "%tmp-x",
            "%+",
            "x%+/y",
            "nul\0byte"s,
            "new\nline",
            "back\\slash",
            "\x7f\x01",
            "\xe7\x8c\xab/\xf0\x9f\x98\x80",
            std::string(255, 'a'),
            std::string(256, 'a'),
            std::string(1024, 'x'),
            std::string(1024, '%'),
            std::string(100, '/'),
            umlauts,
            deep + "e",
            ".meta",
            ".tmp/x",
            "*",
            "~",
            "a b"};
}

}  // namespace rivulet
