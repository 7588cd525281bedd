#pragma once

#include <rocksdb/db.h>

#include <memory>

#include "storage/commit_queue.hpp"
#include "storage/database_writer.hpp"
#include "storage/disk_errors.hpp"
#include "storage/memory_share.hpp"
#include "storage/shard_index.hpp"
#include "storage/space_reclaimer.hpp"
#include "storage/store.hpp"
#include "storage/tail_cache.hpp"

namespace rivulet {

/// The Store on RocksDB: a column family for catalog rows, one for records.
class RocksStore final : public Store, public Catalog, public RecordLog {
public:
    RocksStore(const Options& options, Clock& clock, BlockingPool& pool)
        : options_(options), clock_(clock), pool_(pool), tails_(memory_share(options.memory_bytes).tail_cache) {}
    ~RocksStore() override;

    /// Opens or creates the database; call once, first.
    Result<void> start();

    void drain() override { queue_->drain(); }
    StoreStatistics statistics() const override;
    Result<void> checkpoint(const std::filesystem::path& directory) override;
    Catalog& catalog() override { return *this; }
    RecordLog& log() override { return *this; }
    Table<Stream>& streams() override { return streams_; }
    Table<Consumer>& consumers() override { return consumers_; }
    Table<AccountSettings>& account_settings() override { return account_settings_; }

    boost::asio::awaitable<Result<void>> transact(std::function<Result<void>(Transaction&)> body) override;
    Result<std::vector<std::pair<std::string, std::string>>> load_rows(std::string_view table) const override;

    boost::asio::awaitable<Result<std::vector<std::optional<Position>>>> append(
        std::span<const NewRecord> records) override;
    boost::asio::awaitable<Result<ReadBatch>> read(ShardKey shard, Position from, ReadLimits limits) override;
    Result<Position> tip(ShardKey shard) override;
    boost::asio::awaitable<bool> wait(ShardKey shard, Position from, std::chrono::milliseconds delay) override;
    std::shared_ptr<void> watch(ShardKey shard, std::function<void()> waker) override;
    Result<void> trim(ShardKey shard, Position before) override;

private:
    class AppendItem;
    class TransactionItem;

    // Streams that are dropped, and whose room is not all given back yet.
    static constexpr std::string_view dropped_table = "dropped";

    Result<void> check_directory() const;
    Result<std::vector<Journal>> check_journals() const;
    Result<void> open_database();
    Result<void> check_format();
    Result<void> load_next_id();
    Result<void> resume_reclaiming();
    void reclaim_dropped(std::uint64_t stream);
    rocksdb::Status read_records(ShardKey shard, const ReadLimits& limits, rocksdb::ReadTier tier,
                                 ReadBatch& batch) const;
    void remember(ShardState& shard, const ReadBatch& batch, std::size_t first, Position from);
    Error read_failed(const rocksdb::Status& status) const;
    Result<Position> recover_tip(ShardKey shard) const;
    Result<Position> tip_of(ShardState& shard) const;

    const Options options_;
    Clock& clock_;
    BlockingPool& pool_;
    const std::shared_ptr<DiskErrors> disk_errors_ = std::make_shared<DiskErrors>();
    std::unique_ptr<rocksdb::Env> environment_;
    std::unique_ptr<rocksdb::DB> database_;
    std::unique_ptr<DatabaseWriter> writer_;
    rocksdb::ColumnFamilyHandle* catalog_family_ = nullptr;
    rocksdb::ColumnFamilyHandle* record_family_ = nullptr;
    std::uint64_t next_id_ = 1;  ///< of whoever has the commit queue's turn, once open
    mutable std::atomic<std::uint64_t> log_reads_ = 0;
    TailCache tails_;
    ShardIndex shards_;
    Table<Stream> streams_{"stream"};
    Table<Consumer> consumers_{"consumer"};
    Table<AccountSettings> account_settings_{"account_settings"};
    std::unique_ptr<SpaceReclaimer> reclaimer_;
    std::shared_ptr<CommitQueue> queue_;
};

}  // namespace rivulet
