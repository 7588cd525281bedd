#include "tests/unit/store_support.hpp"

namespace rivulet {
namespace {

class CatalogTest : public testing::Test, public StoreUnderTest {
protected:
    Result<void> transact(std::function<Result<void>(Catalog::Transaction&)> body) {
        return run(store->catalog().transact(std::move(body)));
    }

    static Stream named(const std::string& name) {
        Stream stream;
        stream.name = name;
        return stream;
    }
};

TEST_F(CatalogTest, changes_nothing_when_a_transaction_is_refused) {
    const auto refused = transact([&](Catalog::Transaction& transaction) -> Result<void> {
        store->streams().put(transaction, "a", named("a"));
        transaction.next_id();
        return Error(ErrorCode::limit_exceeded, "no");
    });
    EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
    EXPECT_EQ(store->streams().find("a"), nullptr);
    reopen();
    EXPECT_EQ(store->streams().find("a"), nullptr);
}

TEST_F(CatalogTest, keeps_a_stream_with_all_its_members_over_a_restart) {
    Stream stream = named("orders");
    stream.id = 3;
    stream.owner = {"123456789012", "eu-west-1"};
    stream.created = clock.now();
    stream.status = StreamStatus::updating;
    stream.mode = StreamMode::on_demand;
    stream.retention_hours = 48;
    stream.max_record_kib = 2048;
    stream.warm_throughput_mibps = 10;
    stream.mode_switches = {Timestamp{std::chrono::milliseconds{1}}, Timestamp{std::chrono::milliseconds{2}}};
    stream.encryption_starts = {Timestamp{std::chrono::milliseconds{3}}};
    stream.encryption_stops = {Timestamp{std::chrono::milliseconds{4}}};
    stream.policy = "{}";
    stream.tags = {{"team", "blue"}};
    stream.encryption = {EncryptionType::kms, "alias/aws/kinesis"};
    stream.shard_level_metrics = {"IncomingBytes", "OutgoingRecords"};
    stream.scalings = {clock.now(), clock.now() + std::chrono::hours(1)};
    stream.write_peaks = {{19'000, 1024, 3}, {19'001, 512, 9}};
    stream.pending = PendingChange{clock.now(), change::Scaling{5}};
    stream.next_shard = 2;
    Shard closed;
    closed.ordinal = 1;
    closed.first_hash_key = 5;
    closed.last_hash_key = max_uint128;
    closed.created = 1'700'000'000;
    closed.closed = 1'700'000'001;
    closed.parent = 0;
    closed.adjacent_parent = 7;
    stream.shards = {closed};
    ASSERT_TRUE(transact([&](Catalog::Transaction& transaction) -> Result<void> {
        store->streams().put(transaction, "k", stream);
        return {};
    }));
    reopen();
    ASSERT_NE(store->streams().find("k"), nullptr);
    EXPECT_EQ(*store->streams().find("k"), stream);
}

TEST_F(CatalogTest, a_row_keeps_every_kind_of_pending_change) {
    const std::vector<ChangeKind> kinds = {
        change::Creation{3},
        change::Deletion{},
        change::Scaling{5},
        change::Split{7, max_uint128 - 1},
        change::Merge{8, 9},
        change::Encrypting{{EncryptionType::kms, "alias/mine"}},
        change::Mode{StreamMode::on_demand, 20},
        change::WarmThroughput{30},
        change::MaxRecordSize{4096},
        change::Monitoring{{"IncomingBytes", "IncomingRecords"}},
    };
    ASSERT_EQ(kinds.size(), std::variant_size_v<ChangeKind>);
    for (const auto& kind : kinds) {
        Stream stream = named("orders");
        stream.pending = PendingChange{clock.now(), kind};
        const auto decoded = RowCodec<Stream>::decode(RowCodec<Stream>::encode(stream));
        ASSERT_TRUE(decoded) << kind.index();
        EXPECT_EQ(*decoded, stream) << kind.index();
    }
}

TEST_F(CatalogTest, gives_no_id_out_twice_over_a_restart) {
    std::set<std::uint64_t> ids;
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(transact([&](Catalog::Transaction& transaction) -> Result<void> {
            EXPECT_TRUE(ids.insert(transaction.next_id()).second);
            EXPECT_TRUE(ids.insert(transaction.next_id()).second);
            return {};
        }));
        reopen();
    }
}

TEST_F(CatalogTest, lists_by_prefix_in_order_from_page_to_page) {
    ASSERT_TRUE(transact([&](Catalog::Transaction& transaction) -> Result<void> {
        for (const auto* key : {"b/1", "a/2", "a/1", "a/3"}) store->streams().put(transaction, key, named(key));
        return {};
    }));
    const auto names = [](const auto& streams) {
        std::vector<std::string> list;
        for (const auto& stream : streams) list.push_back(stream->name);
        return list;
    };
    EXPECT_EQ(names(store->streams().list("a/", {}, 2)), (std::vector<std::string>{"a/1", "a/2"}));
    EXPECT_EQ(names(store->streams().list("a/", "a/2", 2)), (std::vector<std::string>{"a/3"}));
    EXPECT_EQ(names(store->streams().list("c/")), (std::vector<std::string>{}));
}

TEST_F(CatalogTest, finds_the_open_shard_of_every_hash_key_in_a_stream_of_many) {
    constexpr std::uint32_t count = 1000;
    Stream stream = named("wide");
    for (std::uint32_t i = 0; i < count; ++i) {
        Shard shard;
        shard.ordinal = i;
        // Backwards, so that neither order nor ordinal says where a key is.
        const std::uint32_t place = count - 1 - i;
        shard.first_hash_key = max_uint128 / count * place;
        shard.last_hash_key = place + 1 == count ? max_uint128 : max_uint128 / count * (place + 1) - 1;
        if (i == 7) shard.closed = 1;
        stream.shards.push_back(shard);
    }
    ASSERT_TRUE(transact([&](Catalog::Transaction& transaction) -> Result<void> {
        store->streams().put(transaction, "wide", stream);
        return {};
    }));
    const auto found = store->streams().find("wide");
    for (const auto& shard : found->shards) {
        for (const uint128 key : {shard.first_hash_key, shard.last_hash_key}) {
            EXPECT_EQ(found->shard_for(key), shard.is_open() ? &shard : nullptr) << shard.ordinal;
        }
    }
    // A copy may be changed, and is then asked anew.
    Stream copy = *found;
    copy.shards[7].closed.reset();
    EXPECT_EQ(copy.shard_for(copy.shards[7].first_hash_key), &copy.shards[7]);
}

TEST_F(CatalogTest, is_refused_to_a_second_server) {
    const auto second = Store::open(store_options, clock, pool);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, testing::HasSubstr("another Rivulet server"));
}

}  // namespace
}  // namespace rivulet
