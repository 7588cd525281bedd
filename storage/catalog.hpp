#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"
#include "storage/record_log.hpp"

namespace rivulet {

/// How an entity is written to a catalog row: specialise with `static std::string encode(const Entity&)` and
/// `static Result<Entity> decode(std::string_view)`. Rows outlive versions of the program, so use an encoding that
/// tolerates absent fields (CBOR maps).
template <class Entity>
struct RowCodec;

/// Everything durable that is not a record: small named rows in tables, all held in memory and changed by transactions.
///
/// Thread safety: every member may be called from any thread.
class Catalog {
public:
    class Transaction;

    virtual ~Catalog() = default;

    /// Runs `body` alone: no other transaction and no append comes between what it reads and what it writes. If it
    /// returns an error nothing is changed; otherwise all its changes are committed together, and are visible and
    /// durable when this returns. `body` runs on the store's writer thread and must not block or wait. Errors: what
    /// `body` returned, or io_failure.
    virtual boost::asio::awaitable<Result<void>> transact(std::function<Result<void>(Transaction&)> body) = 0;

    /// The stored rows of a table, ordered by key: for loading it, before requests are served.
    virtual Result<std::vector<std::pair<std::string, std::string>>> load_rows(std::string_view table) const = 0;
};

/// What a transaction's body may do.
class Catalog::Transaction {
public:
    virtual ~Transaction() = default;

    virtual Timestamp now() const = 0;

    /// Writes a row, and runs `publish` after the commit, before the transaction is answered.
    virtual void put_row(std::string_view table, std::string_view key, std::string bytes,
                         std::function<void()> publish) = 0;
    virtual void erase_row(std::string_view table, std::string_view key, std::function<void()> publish) = 0;

    /// A number that has not been given out before and will not be again.
    virtual std::uint64_t next_id() = 0;

    /// Lets a shard take records.
    virtual void open_shard(ShardKey shard) = 0;
    /// No record is taken after this; its readers learn it.
    virtual void close_shard(ShardKey shard) = 0;
    /// Removes one closed shard and its records.
    virtual void drop_shard(ShardKey shard) = 0;
    /// Removes a stream's shards and records. Its readers learn it.
    virtual void drop_shards(std::uint64_t stream) = 0;
};

/// One kind of entity in the catalog, in memory, by key. Readers take a shared lock for the moment of a look-up: a few
/// nanoseconds, against the copying of whole maps that a lock-free snapshot of 10,000 entries would cost a writer.
///
/// Thread safety: every member may be called from any thread; the writing ones from a transaction's body.
template <class Entity>
class Table {
public:
    explicit Table(std::string name) : name_(std::move(name)) {}

    /// Reads all stored rows; call once, before the table is used.
    Result<void> load(const Catalog& catalog) {
        auto rows = catalog.load_rows(name_);
        if (!rows) return rows.error();
        for (auto& [key, bytes] : *rows) {
            auto entity = RowCodec<Entity>::decode(bytes);
            if (!entity) return entity.error();
            assign(key, shared(std::move(*entity)));
        }
        return {};
    }

    std::shared_ptr<const Entity> find(std::string_view key) const {
        const std::shared_lock lock(mutex_);
        const auto found = by_key_.find(key);
        return found == by_key_.end() ? nullptr : found->second;
    }

    /// At most `limit` entities whose keys begin with `prefix` and come after `after`, in the order of their keys.
    std::vector<std::shared_ptr<const Entity>> list(std::string_view prefix, std::string_view after = {},
                                                    std::size_t limit = std::size_t(-1)) const {
        std::vector<std::shared_ptr<const Entity>> found;
        const std::shared_lock lock(mutex_);
        auto entry = after < prefix ? entries_.lower_bound(prefix) : entries_.upper_bound(after);
        for (; entry != entries_.end() && entry->first.starts_with(prefix) && found.size() < limit; ++entry) {
            found.push_back(entry->second);
        }
        return found;
    }

    std::size_t size() const {
        const std::shared_lock lock(mutex_);
        return entries_.size();
    }

    /// Inserts or replaces, as part of `transaction`. Readers see it once the transaction is committed.
    void put(Catalog::Transaction& transaction, std::string key, Entity entity) {
        auto bytes = RowCodec<Entity>::encode(entity);
        auto replacement = shared(std::move(entity));
        transaction.put_row(name_, key, std::move(bytes), [this, key, replacement = std::move(replacement)] {
            const std::unique_lock lock(mutex_);
            assign(key, replacement);
        });
    }

    void erase(Catalog::Transaction& transaction, const std::string& key) {
        transaction.erase_row(name_, key, [this, key] {
            const std::unique_lock lock(mutex_);
            by_key_.erase(key);
            entries_.erase(key);
        });
    }

private:
    static std::shared_ptr<const Entity> shared(Entity entity) {
        if constexpr (requires { entity.prepare_to_share(); }) entity.prepare_to_share();
        return std::make_shared<const Entity>(std::move(entity));
    }

    void assign(const std::string& key, std::shared_ptr<const Entity> entity) {
        const auto entry = entries_.insert_or_assign(key, std::move(entity)).first;
        by_key_[entry->first] = entry->second;
    }

    std::string name_;
    mutable std::shared_mutex mutex_;
    std::map<std::string, std::shared_ptr<const Entity>, std::less<>> entries_;
    /// The same: among ten thousand, a look-up by order waits for memory a dozen times, and this one twice.
    boost::unordered_flat_map<std::string_view, std::shared_ptr<const Entity>> by_key_;
};

}  // namespace rivulet
