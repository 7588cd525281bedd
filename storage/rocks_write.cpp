#include <algorithm>
#include <array>
#include <numeric>

#include "common/completion.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_store.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

Error write_failed(const rocksdb::Status& status) {
    return {ErrorCode::io_failure, "The store cannot write: " + status.ToString() + '.'};
}

}  // namespace

class RocksStore::AppendItem final : public CommitItem {
public:
    using Answer = Result<std::vector<std::optional<Position>>>;

    AppendItem(RocksStore& store, std::span<const NewRecord> records, std::function<void(Answer)> done)
        : store_(store), records_(records), done_(std::move(done)) {}

    bool is_transaction() const override { return false; }

    std::size_t bytes() const override {
        std::size_t bytes = 0;
        for (const auto& record : records_) bytes += record.partition_key.size() + record.data.size();
        return bytes;
    }

    bool stage(rocksdb::WriteBatch& batch) override {
        const Timestamp now = store_.clock_.now();
        bool changes = false;
        positions_.resize(records_.size());
        if (!know_tips()) return false;
        for (const std::uint32_t i : by_shard()) {
            ShardState* const shard = touched_[slots_[i]].second.get();
            if (shard == nullptr || shard->closed() || shard->gone()) continue;
            positions_[i] = shard->next(now);
            put(batch, records_[i], *positions_[i]);
            changes = true;
        }
        return changes;
    }

    void publish() override {
        for (const auto& [key, shard] : touched_) {
            if (shard) shard->publish();
        }
    }

    std::function<void()> answer(const rocksdb::Status& status) override {
        Answer outcome = std::move(positions_);
        if (!status.ok()) outcome = write_failed(status);
        if (failure_) outcome = *failure_;
        return [done = std::move(done_), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); };
    }

private:
    // From the request's own bytes into the batch, without a copy of them in between.
    void put(rocksdb::WriteBatch& batch, const NewRecord& record, Position position) const {
        std::array<char, keys::record_key_bytes> key_bytes;
        keys::write_big_endian(key_bytes.data(), record.shard.stream, 8);
        keys::write_big_endian(key_bytes.data() + 8, record.shard.shard, 4);
        keys::write_big_endian(key_bytes.data() + 12, position, 8);
        std::array<char, keys::value_head_bytes> head;
        keys::write_big_endian(head.data(), record.partition_key.size(), keys::value_head_bytes);
        const rocksdb::Slice key(key_bytes.data(), key_bytes.size());
        const std::array value = {rocksdb::Slice(head.data(), head.size()),
                                  rocksdb::Slice(record.partition_key.data(), record.partition_key.size()),
                                  rocksdb::Slice(record.data.data(), record.data.size())};
        batch.Put(store_.record_family_, rocksdb::SliceParts(&key, 1),
                  rocksdb::SliceParts(value.data(), static_cast<int>(value.size())));
    }

    // Looks each shard up once: a request's records go to few. Positions are given out where the last one is known, or
    // not at all.
    bool know_tips() {
        slots_.reserve(records_.size());
        for (const auto& record : records_) {
            const auto known = std::ranges::find(touched_, record.shard, [](const auto& shard) { return shard.first; });
            slots_.push_back(static_cast<std::uint32_t>(known - touched_.begin()));
            if (known != touched_.end()) continue;
            const auto& shard = touched_.emplace_back(record.shard, store_.shards_.find(record.shard)).second;
            if (!shard) continue;
            if (const auto tip = store_.tip_of(*shard); !tip) failure_ = tip.error();
        }
        return !failure_;
    }

    // The records' indices, shard by shard, in order within each: keys that follow one another find their place in the
    // memtable beside the last one's.
    std::vector<std::uint32_t> by_shard() const {
        std::vector<std::uint32_t> next(touched_.size() + 1);
        for (const std::uint32_t slot : slots_) ++next[slot + 1];
        std::partial_sum(next.begin(), next.end(), next.begin());
        std::vector<std::uint32_t> order(slots_.size());
        for (std::uint32_t i = 0; i < slots_.size(); ++i) order[next[slots_[i]]++] = i;
        return order;
    }

    RocksStore& store_;
    std::span<const NewRecord> records_;
    std::function<void(Answer)> done_;
    std::optional<Error> failure_;
    std::vector<std::optional<Position>> positions_;
    std::vector<std::pair<ShardKey, std::shared_ptr<ShardState>>> touched_;
    std::vector<std::uint32_t> slots_;  ///< of each record: where its shard is in `touched_`
};

class RocksStore::TransactionItem final : public CommitItem, public Catalog::Transaction {
public:
    TransactionItem(RocksStore& store, std::function<Result<void>(Transaction&)> body,
                    std::function<void(Result<void>)> done)
        : store_(store), body_(std::move(body)), done_(std::move(done)) {}

    bool is_transaction() const override { return true; }

    std::size_t bytes() const override { return 0; }

    bool stage(rocksdb::WriteBatch& batch) override {
        batch_ = &batch;
        next_id_ = store_.next_id_;
        batch.SetSavePoint();
        outcome_ = body_(*this);
        if (!outcome_) {
            batch.RollbackToSavePoint();
            publish_.clear();
            // What the group held before this transaction is still to be committed.
            return false;
        }
        batch.PopSavePoint();
        if (next_id_ != store_.next_id_) {
            std::string bytes;
            keys::append_big_endian(bytes, next_id_, 8);
            batch.Put(store_.catalog_family_, keys::row_key("meta", "next_id"), bytes);
        }
        return batch.Count() > 0;
    }

    void publish() override {
        if (!outcome_) return;
        store_.next_id_ = next_id_;
        for (const auto& action : publish_) action();
    }

    std::function<void()> answer(const rocksdb::Status& status) override {
        if (outcome_ && !status.ok()) outcome_ = write_failed(status);
        return [done = std::move(done_), outcome = std::move(outcome_)]() mutable { done(std::move(outcome)); };
    }

    Timestamp now() const override { return store_.clock_.now(); }

    void put_row(std::string_view table, std::string_view key, std::string bytes,
                 std::function<void()> publish) override {
        batch_->Put(store_.catalog_family_, keys::row_key(table, key), bytes);
        publish_.push_back(std::move(publish));
    }

    void erase_row(std::string_view table, std::string_view key, std::function<void()> publish) override {
        batch_->Delete(store_.catalog_family_, keys::row_key(table, key));
        publish_.push_back(std::move(publish));
    }

    std::uint64_t next_id() override { return next_id_++; }

    void open_shard(ShardKey shard) override {
        publish_.emplace_back([this, shard] { store_.shards_.add(shard, false, true); });
    }

    void close_shard(ShardKey shard) override {
        publish_.emplace_back([this, shard] {
            if (const auto state = store_.shards_.find(shard)) state->close();
        });
    }

    void drop_shard(ShardKey shard) override {
        const std::string begin = keys::record_key(shard, 0);
        batch_->DeleteRange(store_.record_family_, begin, keys::record_key(shard, end_position));
        batch_->Delete(store_.catalog_family_, keys::row_key("floor", begin.substr(0, 12)));
        publish_.emplace_back([this, shard] {
            if (const auto state = store_.shards_.remove(shard)) state->drop();
        });
    }

    void drop_shards(std::uint64_t stream) override {
        batch_->DeleteRange(store_.record_family_, keys::stream_begin(stream), keys::stream_begin(stream + 1));
        const auto floors = [](std::uint64_t id) { return keys::row_key("floor", keys::stream_begin(id)); };
        batch_->DeleteRange(store_.catalog_family_, floors(stream), floors(stream + 1));
        // Giving the room back takes long: it goes on in the background, after a restart too.
        batch_->Put(store_.catalog_family_, keys::row_key(dropped_table, keys::stream_begin(stream)), "");
        publish_.emplace_back([this, stream] {
            for (const auto& state : store_.shards_.remove_stream(stream)) state->drop();
            store_.reclaim_dropped(stream);
        });
    }

private:
    RocksStore& store_;
    std::function<Result<void>(Transaction&)> body_;
    std::function<void(Result<void>)> done_;
    rocksdb::WriteBatch* batch_ = nullptr;
    std::uint64_t next_id_ = 0;
    Result<void> outcome_;
    std::vector<std::function<void()>> publish_;
};

asio::awaitable<Result<void>> RocksStore::transact(std::function<Result<void>(Transaction&)> body) {
    return await_callback<Result<void>>(
        [this, body = std::move(body)](auto done, const asio::any_io_executor& executor) mutable {
            queue_->submit(std::make_unique<TransactionItem>(*this, std::move(body), std::move(done)), executor);
        });
}

asio::awaitable<Result<std::vector<std::optional<Position>>>> RocksStore::append(std::span<const NewRecord> records) {
    return await_callback<AppendItem::Answer>([this, records](auto done, const asio::any_io_executor& executor) {
        queue_->submit(std::make_unique<AppendItem>(*this, records, std::move(done)), executor);
    });
}

Result<void> RocksStore::trim(ShardKey shard, Position before) {
    const auto state = shards_.find(shard);
    if (!state) return {};
    const auto tip_now = tip_of(*state);
    if (!tip_now) return tip_now.error();
    // Nothing is cut where records may still come, as they may after a clock that was ahead is set right.
    before = std::min(before, *tip_now);
    const std::string begin = keys::record_key(shard, 0);
    const std::string end = keys::record_key(shard, before);
    const rocksdb::Slice upper_bound(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> first(database_->NewIterator(options, record_family_));
    first->Seek(begin);
    if (!first->status().ok()) return read_failed(first->status());
    if (!first->Valid()) {
        // What was cut before the last start may still be in files.
        if (state->floor() == 0) reclaimer_->reclaim_trimmed(begin, end);
        state->raise_floor(before);
        return {};
    }
    // Where an emptied shard goes on after a restart, should the clock have gone back meanwhile: known before the
    // records go.
    std::string floor;
    keys::append_big_endian(floor, *tip_now, 8);
    rocksdb::WriteOptions durable;
    durable.sync = options_.durability == Durability::power;
    rocksdb::WriteBatch batch;
    batch.Put(catalog_family_, keys::row_key("floor", begin.substr(0, 12)), floor);
    auto status = writer_->write(durable, batch);
    if (!status.ok()) return write_failed(status);
    state->raise_floor(before);
    // Cut from the first record that is there: marks that overlap, one from every look, would burden every read. Whole
    // files go without being read; the mark comes after them, for one that went may have held an older mark.
    const std::string first_key = first->key().ToString();
    status = reclaimer_->drop_files(begin, end);
    if (status.ok()) {
        batch.Clear();
        batch.DeleteRange(record_family_, first_key, end);
        status = writer_->write({}, batch);
    }
    if (!status.ok()) return write_failed(status);
    reclaimer_->reclaim_trimmed(begin, end);
    return {};
}

}  // namespace rivulet
