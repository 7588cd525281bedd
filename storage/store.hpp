#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"
#include "storage/account_settings.hpp"
#include "storage/catalog.hpp"
#include "storage/consumer.hpp"
#include "storage/record_log.hpp"
#include "storage/stream.hpp"
#include "storage/written_sizes.hpp"

namespace rocksdb {
class Env;
}

namespace rivulet {

/// What the store has done since it was opened.
struct StoreStatistics {
    std::uint64_t log_reads = 0;          ///< reads of records that memory shared by a shard's readers did not answer
    std::size_t tail_cache_bytes = 0;     ///< what that memory holds
    std::uint64_t memtable_bytes = 0;     ///< records not yet in files
    std::uint64_t block_cache_bytes = 0;  ///< file contents held
};

/// What is durable: one RocksDB database under the data directory, seen as a catalog and a record log that commit
/// together, through one writer.
///
/// Thread safety: every member may be called from any thread. Destroy it after every coroutine that uses it has ended.
class Store {
public:
    struct Options {
        std::filesystem::path directory;
        Durability durability = Durability::process;
        /// Memory for records on their way to files, for what is read from files, and for the shards' last records.
        std::size_t memory_bytes = 128UL * 1024 * 1024;
        /// The file system, for tests that make it fail; null: the machine's.
        rocksdb::Env* environment = nullptr;
        /// Tells this boot of the machine from others, after which what was not synced may be gone.
        std::string boot = WrittenSizes::current_boot();
    };

    /// Opens the database in `options.directory`, creating both if absent. `clock` and `pool` must outlive the store.
    /// Errors: io_failure, with a sentence that says what the user can do: no permission, locked by another server,
    /// written by a newer version, corrupt.
    static Result<std::unique_ptr<Store>> open(const Options& options, Clock& clock, BlockingPool& pool);

    virtual ~Store() = default;

    /// Returns when everything asked of the writer so far is committed, and its answers are on their way to the
    /// executors that wait for them: before those go away. Blocks.
    virtual void drain() = 0;

    virtual StoreStatistics statistics() const = 0;

    /// Makes `directory`, which must not exist, another store with all that is committed by now. Where both are on one
    /// file system their files are shared, and it takes neither time nor room. Blocks. Errors: io_failure.
    virtual Result<void> checkpoint(const std::filesystem::path& directory) = 0;

    virtual Catalog& catalog() = 0;
    virtual RecordLog& log() = 0;

    /// All streams, by `stream_key`.
    virtual Table<Stream>& streams() = 0;

    /// All registered consumers, by `consumer_key`.
    virtual Table<Consumer>& consumers() = 0;

    /// What accounts have set, by `account_settings_key`; an account without a row has the defaults.
    virtual Table<AccountSettings>& account_settings() = 0;
};

}  // namespace rivulet
