#pragma once

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

namespace rivulet {

/// What is durable: one RocksDB database under the data directory, seen as a catalog and a record log that commit
/// together, through one writer.
///
/// Thread safety: every member may be called from any thread. Destroy it after every coroutine that uses it has ended.
class Store {
public:
    struct Options {
        std::filesystem::path directory;
        Durability durability = Durability::process;
    };

    /// Opens the database in `options.directory`, creating both if absent. `clock` and `pool` must outlive the store.
    /// Errors: io_failure, with a sentence that says what the user can do: no permission, locked by another server,
    /// written by a newer version, corrupt.
    static Result<std::unique_ptr<Store>> open(const Options& options, Clock& clock, BlockingPool& pool);

    virtual ~Store() = default;

    /// Returns when everything asked of the writer so far has been answered: before the executors that wait for its
    /// answers go away. Blocks.
    virtual void drain() = 0;

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
