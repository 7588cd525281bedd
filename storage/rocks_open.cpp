#include <rocksdb/convenience.h>
#include <rocksdb/table.h>

#include <system_error>

#include "storage/keys.hpp"
#include "storage/rocks_store.hpp"

namespace rivulet {

namespace {

constexpr std::string_view format_row = "format";
constexpr std::string_view next_id_row = "next_id";
// Raise it with every change of what is on disk that an older program would misread.
constexpr std::string_view format_version = "1";

rocksdb::DBOptions database_options() {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.max_background_jobs = 2;
    options.max_open_files = 512;
    options.max_total_wal_size = 256UL * 1024 * 1024;
    options.keep_log_file_num = 2;
    options.info_log_level = rocksdb::WARN_LEVEL;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    // Opening the database reads nothing but its manifest and log.
    options.skip_stats_update_on_db_open = true;
    return options;
}

rocksdb::ColumnFamilyOptions record_options() {
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = 32UL * 1024 * 1024;
    options.max_write_buffer_number = 3;
    // Records are written in the order of time and read in the order of keys, once or a few times, then cut off.
    options.compression = rocksdb::kLZ4Compression;
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 32UL * 1024;
    table.block_cache = rocksdb::NewLRUCache(32UL * 1024 * 1024);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

rocksdb::ColumnFamilyOptions catalog_options() {
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = 8UL * 1024 * 1024;
    rocksdb::BlockBasedTableOptions table;
    // Rows are held in memory by the tables; a cache would hold them twice.
    table.no_block_cache = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

Error cannot_open(const std::filesystem::path& directory, const rocksdb::Status& status) {
    const std::string place = "The data directory " + directory.string() + " cannot be used: ";
    const std::string detail = status.ToString();
    if (status.IsIOError() && detail.find("lock") != std::string::npos) {
        return {ErrorCode::io_failure, place + "another Rivulet server has it open (" + detail +
                                           "). Stop that server or name another directory with --data-dir."};
    }
    if (status.IsCorruption()) {
        return {ErrorCode::io_failure, place + "a file in it is damaged (" + detail +
                                           "). Restore the directory from a copy, or move it away to start anew."};
    }
    return {ErrorCode::io_failure, place + detail + '.'};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options, Clock& clock, BlockingPool& pool) {
    auto store = std::make_unique<RocksStore>(options, clock, pool);
    if (auto started = store->start(); !started) return started.error();
    return std::unique_ptr<Store>(std::move(store));
}

RocksStore::~RocksStore() {
    queue_.reset();
    if (!database_) return;
    database_->DestroyColumnFamilyHandle(catalog_family_);
    database_->DestroyColumnFamilyHandle(record_family_);
    database_->Close();
}

Result<void> RocksStore::start() {
    std::error_code fault;
    std::filesystem::create_directories(options_.directory, fault);
    if (fault) {
        return Error(ErrorCode::io_failure, "The data directory " + options_.directory.string() +
                                                " cannot be created: " + fault.message() + '.');
    }
    if (auto opened = open_database(); !opened) return opened.error();
    if (auto known = check_format(); !known) return known.error();
    if (auto loaded = load_next_id(); !loaded) return loaded.error();
    if (auto loaded = streams_.load(*this); !loaded) return loaded.error();
    if (auto loaded = consumers_.load(*this); !loaded) return loaded.error();
    if (auto loaded = account_settings_.load(*this); !loaded) return loaded.error();
    for (const auto& stream : streams_.list({})) {
        for (const auto& shard : stream->shards) shards_.add({stream->id, shard.ordinal}, !shard.is_open());
    }
    queue_ = std::make_unique<CommitQueue>(*database_, options_.durability);
    return {};
}

Result<void> RocksStore::open_database() {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, {}}, {"catalog", catalog_options()}, {"records", record_options()}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* database = nullptr;
    const auto status =
        rocksdb::DB::Open(database_options(), options_.directory.string(), families, &handles, &database);
    if (!status.ok()) return cannot_open(options_.directory, status);
    database_.reset(database);
    database_->DestroyColumnFamilyHandle(handles[0]);
    catalog_family_ = handles[1];
    record_family_ = handles[2];
    return {};
}

Result<void> RocksStore::check_format() {
    std::string found;
    const auto status = database_->Get({}, catalog_family_, keys::row_key("meta", format_row), &found);
    if (status.IsNotFound()) {
        const auto written =
            database_->Put({}, catalog_family_, keys::row_key("meta", format_row), std::string(format_version));
        if (!written.ok()) return cannot_open(options_.directory, written);
        return {};
    }
    if (!status.ok()) return cannot_open(options_.directory, status);
    if (found == format_version) return {};
    return Error(ErrorCode::io_failure, "The data directory " + options_.directory.string() + " has format version " +
                                            found + "; this program reads version " + std::string(format_version) +
                                            ". Start the program that wrote it, or name another directory.");
}

Result<void> RocksStore::load_next_id() {
    std::string found;
    const auto status = database_->Get({}, catalog_family_, keys::row_key("meta", next_id_row), &found);
    if (status.IsNotFound()) return {};
    if (!status.ok()) return cannot_open(options_.directory, status);
    next_id_ = keys::read_big_endian(found);
    return {};
}

}  // namespace rivulet
