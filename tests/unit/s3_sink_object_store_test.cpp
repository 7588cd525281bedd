#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "s3-sink/bucket_name.hpp"
#include "s3-sink/object_store.hpp"
#include "s3-sink/object_tree.hpp"
#include "tests/unit/s3_support.hpp"

namespace rivulet {

namespace {

constexpr const char* md5_of_hello = "5d41402abc4b2a76b9719d911017c592";
constexpr const char* md5_of_nothing = "d41d8cd98f00b204e9800998ecf8427e";

template <class T>
ErrorCode code_of(const Result<T>& result) {
    return result ? ErrorCode::internal_failure : result.error().code;
}

}  // namespace

TEST(BucketName, follows_the_rules_of_the_service) {
    for (const char* name : {"abc", "a.b", "my-bucket-1", "1.2.3", "1.2.3.4567", "999"})
        EXPECT_TRUE(is_bucket_name(name));
    EXPECT_TRUE(is_bucket_name(std::string(63, 'a')));
    for (const char* name : {"", "ab", "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4", "xn--abc",
                             "sthree-x", "abc-s3alias", "abc--ol-s3", "a/b", "..", ".meta", ".tmp", "a b"}) {
        EXPECT_FALSE(is_bucket_name(name)) << name;
    }
    EXPECT_FALSE(is_bucket_name(std::string(64, 'a')));
}

TEST(ObjectStore, an_object_is_a_plain_file_with_its_metadata_elsewhere) {
    ObjectStoreUnderTest test;
    auto writer = test.store->write("bucket");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->append("hel"));
    ASSERT_TRUE(writer->append("lo"));
    const Attributes attributes{{"content-type", "image/png"}, {"x-amz-meta-colour", "bl\xff\xfe"}};
    const auto stored = writer->commit("a/b.txt", attributes);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->etag, md5_of_hello);

    EXPECT_EQ(test.get("a/b.txt"), "hello");
    const auto info = test.head("a/b.txt");
    EXPECT_EQ(info.size, 5U);
    EXPECT_EQ(info.etag, md5_of_hello);
    EXPECT_EQ(info.attributes, attributes);
    EXPECT_EQ(info.last_modified, test.clock.now());
    EXPECT_EQ(ObjectStoreUnderTest::file(test.folder() / "a" / "b.txt"), "hello");
    EXPECT_EQ(ObjectStoreUnderTest::tree(test.folder()), (std::set<std::string>{"a", "a/b.txt"}));
}

TEST(ObjectStore, nothing_is_seen_of_an_object_before_its_commit) {
    ObjectStoreUnderTest test;
    test.put("k", "old");
    {
        auto writer = test.store->write("bucket");
        ASSERT_TRUE(writer->append("new and unfinished"));
        EXPECT_EQ(test.get("k"), "old");
        EXPECT_EQ(test.keys(), std::vector<std::string>{"k"});
    }
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.root() / ".tmp").empty()) << "a dropped writer leaves its file";
}

TEST(ObjectStore, a_reader_reads_the_object_it_opened_to_its_end) {
    ObjectStoreUnderTest test;
    test.put("k", "first");
    const auto reader = test.store->read("bucket", "k");
    test.put("k", "second");
    test.store->erase("bucket", "k");
    std::string bytes(5, '\0');
    ASSERT_TRUE(reader->read(0, bytes));
    EXPECT_EQ(bytes, "first");
}

TEST(ObjectStore, hard_keys_are_objects_and_nothing_leaves_the_folder) {
    ObjectStoreUnderTest test;
    auto keys = hard_keys();
    for (const auto& key : keys) test.put(key);
    for (const auto& key : keys) EXPECT_EQ(test.get(key), key);
    std::ranges::sort(keys);
    EXPECT_EQ(test.keys(), keys);

    std::set<std::string> around;
    for (const auto& entry : std::filesystem::directory_iterator(test.root())) around.insert(entry.path().filename());
    EXPECT_EQ(around, (std::set<std::string>{".meta", ".tmp", "bucket"}));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(test.directory.path()), {}), 1);

    for (const auto& key : keys) ASSERT_TRUE(test.store->erase("bucket", key));
    EXPECT_TRUE(test.keys().empty());
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.folder()).empty()) << "directories are left";
}

TEST(ObjectStore, a_key_and_what_it_begins_live_beside_each_other_in_either_order) {
    const std::vector<std::string> up{"a", "a/b", "a/b/c"};
    const std::vector<std::string> down{"a/b/c", "a/b", "a"};
    for (const auto& order : {up, down}) {
        ObjectStoreUnderTest test;
        std::map<std::string, std::string> etags;
        for (const auto& key : order) etags[key] = test.put(key).etag;
        for (const auto& key : order) {
            EXPECT_EQ(test.get(key), key);
            EXPECT_EQ(test.head(key).etag, etags[key]);
            EXPECT_EQ(test.head(key).attributes, (Attributes{{"content-type", "text/plain"}})) << "its note is lost";
        }
        EXPECT_EQ(test.keys(), up);
        for (const auto& key : order) test.put(key, key + " again");
        for (const auto& key : order) EXPECT_EQ(test.get(key), key + " again");
        EXPECT_EQ(test.keys(), up);
        ASSERT_TRUE(test.store->erase("bucket", "a/b"));
        EXPECT_EQ(test.keys(), (std::vector<std::string>{"a", "a/b/c"}));
        ASSERT_TRUE(test.store->erase("bucket", "a/b/c"));
        ASSERT_TRUE(test.store->erase("bucket", "a"));
        EXPECT_TRUE(ObjectStoreUnderTest::tree(test.folder()).empty());
    }
}

TEST(ObjectStore, an_object_moved_aside_by_a_put_that_crashed_is_not_lost) {
    ObjectStoreUnderTest test;
    const auto before = test.put("a");
    // What a crash between moving `a` aside and placing `a/b` leaves.
    std::filesystem::rename(test.folder() / "a", test.folder() / "a%f");
    std::filesystem::create_directory(test.folder() / "a");
    test.open();
    EXPECT_EQ(test.get("a"), "a");
    EXPECT_EQ(test.head("a").etag, before.etag);
    EXPECT_EQ(test.head("a").attributes, before.attributes);
    EXPECT_EQ(test.keys(), std::vector<std::string>{"a"});
    test.put("a", "new");
    EXPECT_EQ(test.get("a"), "new");
    EXPECT_EQ(test.keys(), std::vector<std::string>{"a"});
}

TEST(ObjectStore, a_crash_between_the_note_and_the_rename_leaves_the_old_object_whole) {
    ObjectStoreUnderTest test;
    const auto before = test.put("k", "old");
    {
        auto metadata =
            MetadataFiles::open(open_directory(AT_FDCWD, test.root()).get(), Durability::process, test.random);
        ASSERT_TRUE(metadata);
        struct stat status {};
        ASSERT_EQ(stat((test.folder() / "k").c_str(), &status), 0);
        // The note of an object that never came: its file was still in .tmp when the server died.
        ASSERT_TRUE(metadata->put("bucket", "k", {1, 2, 3}, {"0123", {}}, identity_of(status)));
    }
    test.open();
    EXPECT_EQ(test.get("k"), "old");
    EXPECT_EQ(test.head("k").etag, before.etag);
    EXPECT_EQ(test.head("k").attributes, before.attributes);
}

TEST(ObjectStore, what_a_crash_left_unfinished_goes_when_the_store_is_opened) {
    ObjectStoreUnderTest test;
    ObjectStoreUnderTest::write_by_hand(test.root() / ".tmp" / "leftover", "half");
    ObjectStoreUnderTest::write_by_hand(test.folder() / "%tmp-leftover", "half");
    test.put("k");
    test.open();
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.root() / ".tmp").empty());
    EXPECT_EQ(ObjectStoreUnderTest::tree(test.folder()), std::set<std::string>{"k"});
}

TEST(ObjectStore, objects_and_buckets_are_the_same_after_opening_again) {
    for (const auto durability : {Durability::process, Durability::power}) {
        ObjectStoreUnderTest test(durability);
        const auto before = test.put("d/k", "hello");
        const auto bucket = test.store->find_bucket("bucket");
        test.clock.advance(std::chrono::hours{24});
        test.open();
        const auto after = test.head("d/k");
        EXPECT_EQ(after.etag, before.etag);
        EXPECT_EQ(after.last_modified, before.last_modified);
        EXPECT_EQ(after.attributes, before.attributes);
        EXPECT_EQ(test.store->find_bucket("bucket")->created, bucket->created);
        EXPECT_EQ(test.store->find_bucket("bucket")->owner, test_owner);
    }
}

TEST(ObjectStore, a_file_dropped_into_a_bucket_is_an_object) {
    ObjectStoreUnderTest test;
    ObjectStoreUnderTest::write_by_hand(test.folder() / "by-hand" / "x.txt", "hello");
    EXPECT_EQ(test.keys(), std::vector<std::string>{"by-hand/x.txt"});
    EXPECT_EQ(test.get("by-hand/x.txt"), "hello");
    EXPECT_EQ(test.head("by-hand/x.txt").etag, md5_of_hello);
    EXPECT_TRUE(test.head("by-hand/x.txt").attributes.empty());
    ASSERT_TRUE(test.store->erase("bucket", "by-hand/x.txt"));
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.folder()).empty());
}

TEST(ObjectStore, an_object_edited_by_hand_has_the_etag_of_its_bytes) {
    ObjectStoreUnderTest test;
    test.put("k", "before");
    ObjectStoreUnderTest::write_by_hand(test.folder() / "k", "hello");
    EXPECT_EQ(test.get("k"), "hello");
    EXPECT_EQ(test.head("k").etag, md5_of_hello);
    // Long after, when the computed ETag may be noted, an edit of the same length is still seen.
    test.clock.set(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
                   std::chrono::hours{1});
    EXPECT_EQ(test.head("k").etag, md5_of_hello);
    ObjectStoreUnderTest::write_by_hand(test.folder() / "k", "world");
    EXPECT_NE(test.head("k").etag, md5_of_hello);
}

TEST(ObjectStore, files_with_names_no_key_has_are_no_objects_and_keep_the_bucket) {
    ObjectStoreUnderTest test;
    ObjectStoreUnderTest::write_by_hand(test.folder() / "100%", "x");
    EXPECT_TRUE(test.keys().empty());
    EXPECT_EQ(code_of(test.store->delete_bucket("bucket")), ErrorCode::s3_bucket_not_empty);
    EXPECT_EQ(ObjectStoreUnderTest::file(test.folder() / "100%"), "x");
}

TEST(ObjectStore, a_symbolic_link_leads_nowhere) {
    ObjectStoreUnderTest test;
    const auto outside = test.directory.path() / "outside";
    ObjectStoreUnderTest::write_by_hand(outside / "secret", "secret");
    std::filesystem::create_symlink(outside, test.folder() / "link");
    std::filesystem::create_symlink(outside / "secret", test.folder() / "file");
    std::filesystem::create_directory_symlink(outside, test.root() / "linked-bucket");
    EXPECT_EQ(test.get("link/secret"), "NoSuchKey");
    EXPECT_EQ(test.get("file"), "NoSuchKey");
    EXPECT_FALSE(test.store->put("bucket", "link/planted", "x", {}));
    EXPECT_EQ(code_of(test.store->put("linked-bucket", "planted", "x", {})), ErrorCode::s3_no_such_bucket);
    ASSERT_TRUE(test.store->erase("bucket", "link/secret"));
    EXPECT_TRUE(test.keys().empty());
    EXPECT_EQ(ObjectStoreUnderTest::tree(outside), std::set<std::string>{"secret"});
    EXPECT_EQ(ObjectStoreUnderTest::file(outside / "secret"), "secret");
}

TEST(ObjectStore, a_pipe_in_a_bucket_blocks_nobody) {
    ObjectStoreUnderTest test;
    ASSERT_EQ(mkfifo((test.folder() / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(test.get("pipe"), "NoSuchKey");
    EXPECT_TRUE(test.keys().empty());
}

TEST(ObjectStore, a_condition_that_fails_changes_nothing) {
    ObjectStoreUnderTest test;
    test.put("k", "old");
    const Precondition absent = [](const ObjectInfo* current) -> Result<void> {
        if (current != nullptr) return Error{ErrorCode::s3_precondition_failed, "there is one"};
        return {};
    };
    auto writer = test.store->write("bucket");
    ASSERT_TRUE(writer->append("new"));
    EXPECT_EQ(code_of(writer->commit("k", {}, absent)), ErrorCode::s3_precondition_failed);
    EXPECT_EQ(code_of(test.store->erase("bucket", "k", absent)), ErrorCode::s3_precondition_failed);
    EXPECT_EQ(test.get("k"), "old");
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.root() / ".tmp").empty());
    auto other = test.store->write("bucket");
    EXPECT_TRUE(other->commit("fresh", {}, absent));
    EXPECT_EQ(test.head("fresh").etag, md5_of_nothing);
}

TEST(ObjectStore, keys_that_cannot_be_are_refused) {
    ObjectStoreUnderTest test;
    EXPECT_EQ(code_of(test.store->put("bucket", std::string(1025, 'x'), "", {})), ErrorCode::s3_key_too_long);
    EXPECT_EQ(code_of(test.store->put("bucket", "", "", {})), ErrorCode::s3_key_too_long);
    EXPECT_EQ(code_of(test.store->put("no-such-bucket", "k", "", {})), ErrorCode::s3_no_such_bucket);
    EXPECT_EQ(code_of(test.store->read("../bucket", "k")), ErrorCode::s3_no_such_bucket);
    EXPECT_EQ(code_of(test.store->read("bucket", "")), ErrorCode::s3_no_such_key);
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.folder()).empty());
}

TEST(ObjectStore, buckets_are_made_once_listed_and_deleted_when_empty) {
    ObjectStoreUnderTest test;
    EXPECT_EQ(code_of(test.store->create_bucket("bucket", test_owner)), ErrorCode::s3_bucket_already_owned_by_you);
    EXPECT_EQ(code_of(test.store->create_bucket("bucket", {"111122223333", "us-east-1"})),
              ErrorCode::s3_bucket_already_exists);
    EXPECT_EQ(code_of(test.store->create_bucket("Bucket", test_owner)), ErrorCode::s3_invalid_bucket_name);
    ASSERT_TRUE(test.store->create_bucket("another", test_owner));
    std::vector<std::string> names;
    for (const auto& bucket : *test.store->list_buckets()) names.push_back(bucket.name);
    EXPECT_EQ(names, (std::vector<std::string>{"another", "bucket"}));

    test.put("k");
    EXPECT_EQ(code_of(test.store->delete_bucket("bucket")), ErrorCode::s3_bucket_not_empty);
    EXPECT_EQ(test.get("k"), "k");
    ASSERT_TRUE(test.store->erase("bucket", "k"));
    std::filesystem::create_directories(test.folder() / "empty" / "directories");
    ASSERT_TRUE(test.store->delete_bucket("bucket"));
    EXPECT_EQ(code_of(test.store->find_bucket("bucket")), ErrorCode::s3_no_such_bucket);
    EXPECT_EQ(code_of(test.store->delete_bucket("bucket")), ErrorCode::s3_no_such_bucket);
}

TEST(ObjectStore, puts_and_deletes_that_share_directories_do_not_disturb_each_other) {
    ObjectStoreUnderTest test;
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            // Each thread's own keys; the directories `d` and `d/e`, and the object `d`, are everybody's.
            const std::string key = "d/e/" + std::to_string(thread);
            for (int round = 0; round < 200; ++round) {
                if (!test.store->put("bucket", key, key, {}) || test.get(key) != key) ++failures;
                if (thread == 0 && !test.store->put("bucket", "d", "shared", {})) ++failures;
                if (!test.store->erase("bucket", key)) ++failures;
                if (thread == 0 && test.get("d") != "shared") ++failures;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(test.keys(), std::vector<std::string>{"d"});
}

}  // namespace rivulet
