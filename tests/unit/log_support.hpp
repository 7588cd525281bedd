#pragma once

#include "tests/unit/store_support.hpp"

namespace rivulet {

/// A store with one stream, whose id is 7 and which has the shards 0 and 1.
class LogTest : public testing::Test, public StoreUnderTest {
protected:
    static constexpr ShardKey shard{7, 0};
    static constexpr ReadLimits plenty{10'000, 64 * 1024 * 1024};

    void SetUp() override { create_stream({0, 1}); }

    // A stream of the catalog, so that its shards are known again after a restart.
    void create_stream(const std::vector<std::uint32_t>& ordinals) {
        change([&](Catalog::Transaction& transaction) {
            Stream stream;
            stream.id = shard.stream;
            stream.name = "s";
            stream.status = StreamStatus::active;
            for (const auto ordinal : ordinals) {
                Shard added;
                added.ordinal = ordinal;
                stream.shards.push_back(added);
                transaction.open_shard({stream.id, ordinal});
            }
            store->streams().put(transaction, "s", stream);
        });
    }

    void change(const std::function<void(Catalog::Transaction&)>& body) {
        const auto done = run(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            body(transaction);
            return {};
        }));
        ASSERT_TRUE(done);
    }

    std::optional<Position> append(const std::string& data, ShardKey to = shard) {
        const std::array records = {NewRecord{to, "key", data}};
        const auto positions = run(store->log().append(records));
        EXPECT_TRUE(positions);
        return positions->front();
    }

    std::vector<std::string> read(Position from = 0, ShardKey of = shard) {
        const auto batch = run(store->log().read(of, from, plenty));
        EXPECT_TRUE(batch);
        std::vector<std::string> data;
        for (const auto& record : batch->records) data.push_back(record.data);
        return data;
    }

    /// Appends records of 10,000 bytes that do not compress, `megabytes` of them.
    void append_much(std::size_t megabytes, ShardKey to = shard) {
        SeededRandom random(1);
        const std::string bytes = random_bytes(random, 100'000);
        for (std::size_t done = 0; done < megabytes; ++done) {
            std::vector<NewRecord> records;
            for (std::size_t i = 0; i < 100; ++i) {
                records.push_back({to, "key", std::string_view(bytes).substr(i * 900, 10'000)});
            }
            ASSERT_TRUE(run(store->log().append(records)));
        }
    }

    std::uintmax_t disk_bytes() const {
        std::uintmax_t bytes = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
            std::error_code gone;
            if (entry.path().extension() == ".sst") bytes += entry.file_size(gone);
        }
        return bytes;
    }

    /// Waits for what goes on in the background.
    static bool comes_about(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
        }
        return true;
    }
};

}  // namespace rivulet
