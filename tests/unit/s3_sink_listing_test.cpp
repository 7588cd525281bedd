#include <gtest/gtest.h>

#include <map>

#include "tests/unit/s3_support.hpp"

namespace rivulet {

namespace {

/// The listing as the service's documentation words it, over keys in their order.
KeyListing list_naively(const std::set<std::string>& keys, const ListQuery& query) {
    std::map<std::string, bool> found;
    for (const auto& key : keys) {
        if (!key.starts_with(query.prefix) || key <= query.after) continue;
        if (!query.after_prefix.empty() && key.starts_with(query.after_prefix)) continue;
        const auto cut = query.delimiter.empty() ? std::string::npos : key.find(query.delimiter, query.prefix.size());
        if (cut == std::string::npos) {
            found[key] = false;
        } else {
            found[key.substr(0, cut + query.delimiter.size())] = true;
        }
    }
    KeyListing listing;
    for (const auto& [name, is_prefix] : found) {
        if (listing.items.size() == query.limit) break;
        listing.items.push_back({name, is_prefix});
    }
    listing.truncated = found.size() > listing.items.size() && query.limit > 0;
    return listing;
}

KeyListing list(const ObjectStore& store, const ListQuery& query) {
    const auto listing = const_cast<ObjectStore&>(store).list("bucket", query);
    EXPECT_TRUE(listing);
    KeyListing names;
    names.truncated = listing->truncated;
    for (const auto& [object, is_prefix] : listing->items) names.items.push_back({object.key, is_prefix});
    return names;
}

std::size_t choose(Random& random, std::size_t count) {
    return static_cast<unsigned char>(random_bytes(random, 1)[0]) % count;
}

std::string random_text(Random& random, std::size_t most) {
    static const std::vector<std::string> pieces = {"a", "b",        "/",   "//", ".",  "-",
                                                    "%", "\xc3\xa4", "a/b", "0",  "..", std::string(200, 'n')};
    std::string text;
    for (std::size_t left = choose(random, most + 1); left > 0; --left) text += pieces[choose(random, pieces.size())];
    return text;
}

}  // namespace

TEST(Listing, is_what_a_naive_model_says_for_random_keys_and_queries) {
    ObjectStoreUnderTest test;
    SeededRandom random(11);
    std::set<std::string> keys;
    while (keys.size() < 250) {
        if (auto key = random_text(random, 6); !key.empty() && key.size() <= 1024) keys.insert(std::move(key));
    }
    for (const auto& key : keys) test.put(key, "");
    const std::vector<std::string> delimiters{"", "/", "a", "//", "n"};
    for (int i = 0; i < 1500; ++i) {
        ListQuery query;
        query.prefix = random_text(random, 2);
        query.delimiter = delimiters[choose(random, delimiters.size())];
        query.after = random_text(random, 3);
        query.limit = choose(random, 60);
        const auto wanted = list_naively(keys, query);
        const auto got = list(*test.store, query);
        EXPECT_EQ(got.items, wanted.items);
        EXPECT_EQ(got.truncated, wanted.truncated);
        if (HasFailure()) {
            FAIL() << "prefix " << query.prefix << " delimiter " << query.delimiter << " after " << query.after
                   << " limit " << query.limit;
        }
    }
}

TEST(Listing, pages_of_any_size_make_the_whole) {
    ObjectStoreUnderTest test;
    SeededRandom random(12);
    std::set<std::string> keys;
    while (keys.size() < 120) {
        if (auto key = random_text(random, 5); !key.empty() && key.size() <= 1024) keys.insert(std::move(key));
    }
    for (const auto& key : keys) test.put(key, "");
    for (const char* delimiter : {"", "/"}) {
        for (const std::size_t size : {1U, 2U, 7U, 1000U}) {
            ListQuery query{{}, delimiter, {}, {}, size};
            std::vector<ListItem> all;
            for (bool more = true; more;) {
                const auto page = list(*test.store, query);
                all.insert(all.end(), page.items.begin(), page.items.end());
                more = page.truncated;
                if (more) {
                    query.after = all.back().name;
                    query.after_prefix = all.back().is_prefix ? all.back().name : "";
                }
            }
            EXPECT_EQ(all, list_naively(keys, {{}, delimiter, {}, {}, 10'000}).items);
        }
    }
}

TEST(Listing, is_in_the_byte_order_of_keys_and_not_of_directories) {
    ObjectStoreUnderTest test;
    for (const char* key :
         {"a/b", "a-b", "a", "a.b", "a0", "B", "\xc3\xa4", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "a%", "a!"}) {
        test.put(key);
    }
    EXPECT_EQ(test.keys(), (std::vector<std::string>{"B", "a", "a!", "a%", "a-b", "a.b", "a/b", "a0", "\xc3\xa4",
                                                     "\xef\xbf\xbd", "\xf0\x9f\x98\x80"}));
}

TEST(Listing, of_a_bucket_that_is_not_there_is_an_error) {
    ObjectStoreUnderTest test;
    const auto listing = test.store->list("nowhere", {});
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::s3_no_such_bucket);
}

}  // namespace rivulet
