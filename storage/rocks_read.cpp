#include "common/blocking.hpp"
#include "common/waiter.hpp"
#include "storage/keys.hpp"
#include "storage/record_files.hpp"
#include "storage/rocks_store.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

StoredRecord parse_record(Position position, std::string_view value) {
    const auto key_bytes = static_cast<std::size_t>(keys::read_big_endian(value.substr(0, 2)));
    return {position, std::string(value.substr(2, key_bytes)), std::string(value.substr(2 + key_bytes))};
}

std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}

}  // namespace

Position position_at(Timestamp time) {
    // 43 bits of milliseconds reach the year 2248; 20 bits number a million records a millisecond.
    const auto milliseconds = time.time_since_epoch().count();
    return milliseconds <= 0 ? 0 : std::min<Position>(static_cast<Position>(milliseconds), end_position >> 20) << 20;
}

Timestamp arrival_of(Position position) {
    return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(position >> 20)}};
}

Error RocksStore::read_failed(const rocksdb::Status& status) const {
    disk_errors_->note_read(status);
    return {ErrorCode::io_failure, "The store cannot read: " + status.ToString() + '.'};
}

// Appends records from the database to the batch, from `batch.next` on.
rocksdb::Status RocksStore::read_records(ShardKey shard, const ReadLimits& limits, rocksdb::ReadTier tier,
                                         ReadBatch& batch) const {
    log_reads_.fetch_add(1, std::memory_order_relaxed);
    const std::string end_key = keys::record_key(shard, end_position);
    const rocksdb::Slice upper_bound(end_key);
    rocksdb::ReadOptions options;
    options.read_tier = tier;
    options.iterate_upper_bound = &upper_bound;
    options.background_purge_on_iterator_cleanup = true;
    record_files::skip_older_than(options, batch.next);
    const std::unique_ptr<rocksdb::Iterator> record(database_->NewIterator(options, record_family_));
    std::size_t bytes = 0;
    batch.records.reserve(std::min<std::size_t>(limits.records, 512));
    for (record->Seek(keys::record_key(shard, batch.next)); record->Valid(); record->Next()) {
        const auto value = view(record->value());
        const bool full = !batch.records.empty() && bytes + value.size() > limits.bytes;
        if (full || batch.records.size() == limits.records) return rocksdb::Status::OK();
        bytes += value.size();
        const Position position = keys::position_of(view(record->key()));
        batch.records.push_back(parse_record(position, value));
        batch.next = position + 1;
    }
    batch.reached_tip = record->status().ok();
    return record->status();
}

// What was read at the tip is what the shard's other readers will ask for next.
void RocksStore::remember(ShardState& shard, const ReadBatch& batch, std::size_t first, Position from) {
    if (!batch.reached_tip || batch.records.size() == first) return;
    tails_.add(shard.tail(), from, batch.next, std::span(batch.records).subspan(first));
}

asio::awaitable<Result<ReadBatch>> RocksStore::read(ShardKey key, Position from, ReadLimits limits) {
    const auto shard = shards_.find(key);
    if (!shard) co_return ReadBatch{{}, from, true, true};
    ReadBatch batch;
    // Asked before the tip is, and that before the records are: what a closed shard holds no longer grows.
    batch.closed = shard->closed() || shard->gone();
    const auto found_tip = tip_of(*shard);
    if (!found_tip) co_return found_tip.error();
    const Position tip = *found_tip;
    // A place beyond the tip, as a clock that was ahead gives, is none to go on from: records would come before it.
    batch.next = std::min(std::max(from, shard->floor()), tip);
    const bool has_room = batch.next >= tip || TailCache::read(*shard->tail(), limits, batch);
    batch.reached_tip = shard->gone() || batch.next >= tip;
    if (batch.reached_tip || !has_room) co_return std::move(batch);

    const Position found_from = batch.next;
    const std::size_t found = batch.records.size();
    ReadLimits rest = limits;
    for (const auto& record : batch.records) rest.bytes -= std::min(rest.bytes, record.data.size());
    // Most reads are of what came last and is in memory: those are answered here. A read that would have to wait for
    // the disk is begun again where waiting is allowed, unless it has found something to answer with already.
    auto status = read_records(key, rest, rocksdb::kBlockCacheTier, batch);
    if (status.IsIncomplete() && batch.records.empty()) {
        const auto read_from_disk = [&] { return read_records(key, rest, rocksdb::kReadAllTier, batch); };
        status = co_await run_blocking(pool_, read_from_disk);
    }
    if (!status.ok() && !status.IsIncomplete()) co_return read_failed(status);
    remember(*shard, batch, found, found_from);
    // Nothing will come before the tip any more, so that who found nothing there need not look again.
    if (batch.reached_tip) batch.next = std::max(batch.next, tip);
    co_return std::move(batch);
}

StoreStatistics RocksStore::statistics() const {
    StoreStatistics found;
    found.log_reads = log_reads_.load(std::memory_order_relaxed);
    found.tail_cache_bytes = tails_.bytes();
    database_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &found.memtable_bytes);
    database_->GetIntProperty(record_family_, rocksdb::DB::Properties::kBlockCacheUsage, &found.block_cache_bytes);
    return found;
}

Result<Position> RocksStore::recover_tip(ShardKey shard) const {
    std::string bytes;
    const std::string begin = keys::record_key(shard, 0);
    const auto got = database_->Get({}, catalog_family_, keys::row_key("floor", begin.substr(0, 12)), &bytes);
    if (!got.ok() && !got.IsNotFound()) return read_failed(got);
    const Position floor = got.ok() ? keys::read_big_endian(bytes) : 0;
    const rocksdb::Slice lower_bound(begin);
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_bound;
    const std::unique_ptr<rocksdb::Iterator> last(database_->NewIterator(options, record_family_));
    last->SeekForPrev(keys::record_key(shard, end_position));
    if (!last->status().ok()) return read_failed(last->status());
    return last->Valid() ? std::max(floor, keys::position_of(view(last->key())) + 1) : floor;
}

Result<Position> RocksStore::tip_of(ShardState& shard) const {
    return shard.tip([this](ShardKey key) { return recover_tip(key); });
}

Result<Position> RocksStore::tip(ShardKey key) {
    const auto shard = shards_.find(key);
    return shard ? tip_of(*shard) : Position{0};
}

namespace {

/// A waker that a shard has, until this goes.
class Watch {
public:
    Watch(std::shared_ptr<ShardState> shard, std::function<void()> waker)
        : shard_(std::move(shard)), registration_(shard_->remember(std::move(waker))) {}
    ~Watch() { shard_->forget(registration_); }
    Watch(const Watch&) = delete;

private:
    const std::shared_ptr<ShardState> shard_;
    const ShardState::Registration registration_;
};

}  // namespace

std::shared_ptr<void> RocksStore::watch(ShardKey key, std::function<void()> waker) {
    auto shard = shards_.find(key);
    // What is not there any more never changes.
    if (!shard) return nullptr;
    return std::make_shared<Watch>(std::move(shard), std::move(waker));
}

asio::awaitable<bool> RocksStore::wait(ShardKey key, Position from, std::chrono::milliseconds delay) {
    const auto shard = shards_.find(key);
    if (!shard) co_return true;
    Waiter waiter(co_await asio::this_coro::executor);
    const Watch watch(shard, waiter.waker());
    // Where the tip cannot be told, the read that follows says why.
    const auto has_more = [&] {
        const auto tip = tip_of(*shard);
        return !tip || *tip > from;
    };
    while (!has_more() && !shard->closed() && !shard->gone()) {
        if (!co_await waiter.wait_for(clock_, delay)) co_return has_more();
    }
    co_return true;
}

Result<std::vector<std::pair<std::string, std::string>>> RocksStore::load_rows(std::string_view table) const {
    std::vector<std::pair<std::string, std::string>> rows;
    const std::string prefix = keys::row_key(table, {});
    const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator({}, catalog_family_));
    for (row->Seek(prefix); row->Valid() && row->key().starts_with(prefix); row->Next()) {
        rows.emplace_back(row->key().ToString().substr(prefix.size()), row->value().ToString());
    }
    if (!row->status().ok()) return read_failed(row->status());
    return rows;
}

}  // namespace rivulet
