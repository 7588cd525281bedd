#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <system_error>

#include "storage/background_deletion.hpp"
#include "storage/database_log.hpp"
#include "storage/journal_check.hpp"
#include "storage/keys.hpp"
#include "storage/noting_file_system.hpp"
#include "storage/record_files.hpp"
#include "storage/rocks_store.hpp"

namespace rivulet {

namespace {

constexpr std::string_view format_row = "format";
constexpr std::string_view next_id_row = "next_id";
// Raise it with every change of what is on disk that an older program would misread.
constexpr std::string_view format_version = "1";
// Files of records that gather, each as large as a memtable, before they are merged.
constexpr int files_before_merge = 96;

rocksdb::DBOptions database_options(const Store::Options& store) {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    // One to write memtables to files and one to merge files. Two that write memtables would not wait for each other's
    // syncs, but RocksDB 7.8 cannot go on after an error that comes between them: of memtables that were finished out
    // of turn it leaves the one behind unwritten, and waits for it for ever.
    options.max_background_jobs = 2;
    // A file that is handed to the disk whole when it is done holds up the syncs of the log meanwhile.
    options.bytes_per_sync = 1024UL * 1024;
    options.max_open_files = 512;
    options.db_write_buffer_size = memory_share(store.memory_bytes).memtables;
    options.max_total_wal_size = 2 * options.db_write_buffer_size;
    options.info_log = std::make_shared<DatabaseLog>(store.directory);
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    // The writer asks for writes to go on after an error, when there is something to write.
    options.max_bgerror_resume_count = 0;
    // For each of the files that a merge reads, of which there may be hundreds.
    options.compaction_readahead_size = 64UL * 1024;
    // Opening the database reads nothing but its manifest and log.
    options.skip_stats_update_on_db_open = true;
    // There is one writer: memtables need not be ready for several at once.
    options.allow_concurrent_memtable_write = false;
    // A log may end in the middle of a write, where the server was killed. Damage anywhere else is told, not passed
    // over: what comes after it was acknowledged.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    return options;
}

rocksdb::ColumnFamilyOptions record_options(const Store::Options& store) {
    const auto memory = memory_share(store.memory_bytes);
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = memory.memtables / 3;
    options.max_write_buffer_number = 4;
    // Records are written in the order of time, read once or a few times, then cut off, and each merge costs the
    // writers as much processor time as writing did. So it waits until many files are there, most of which a reader
    // can tell that it need not open, and adds their records to others only then. The first level's size asks for a
    // merge as its number of files does: it is told to be content with as much.
    options.level0_file_num_compaction_trigger = files_before_merge;
    // A merge of so many files takes half a minute and shows no progress until it ends, so that writers who are slowed
    // down meanwhile are slowed down ever more: it is for a server that has been behind for several merges.
    options.level0_slowdown_writes_trigger = 4 * files_before_merge;
    options.level0_stop_writes_trigger = 6 * files_before_merge;
    options.max_bytes_for_level_base = files_before_merge * options.write_buffer_size;
    record_files::describe(options);
    options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression, rocksdb::kLZ4Compression};
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 32UL * 1024;
    // What a reader that goes on fetches at once, in the end: enough for a spinning disk's pace.
    table.max_auto_readahead_size = 1024UL * 1024;
    table.block_cache = rocksdb::NewLRUCache(memory.block_cache);
    // With the index blocks in it, the cache is all that files take, however many there are.
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    // Large values are written once and not again with every compaction of their keys.
    options.enable_blob_files = true;
    options.min_blob_size = 64UL * 1024;
    options.blob_file_size = 64UL * 1024 * 1024;
    // Those that share a file with many that are gone are moved by SpaceReclaimer alone: a merge would move the oldest,
    // whether that gives anything back or not.
    options.enable_blob_garbage_collection = false;
    return options;
}

rocksdb::ColumnFamilyOptions catalog_options() {
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = 4UL * 1024 * 1024;
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
    if (queue_) queue_->stop();
    reclaimer_.reset();
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
    if (auto usable = check_directory(); !usable) return usable.error();
    if (auto opened = open_database(); !opened) return opened.error();
    if (auto known = check_format(); !known) return known.error();
    if (auto loaded = load_next_id(); !loaded) return loaded.error();
    if (auto loaded = streams_.load(*this); !loaded) return loaded.error();
    if (auto loaded = consumers_.load(*this); !loaded) return loaded.error();
    if (auto loaded = account_settings_.load(*this); !loaded) return loaded.error();
    for (const auto& stream : streams_.list({})) {
        for (const auto& shard : stream->shards) shards_.add({stream->id, shard.ordinal}, !shard.is_open(), false);
    }
    writer_ = std::make_unique<DatabaseWriter>(*database_, *disk_errors_, clock_);
    queue_ = std::make_shared<CommitQueue>(*writer_, options_.durability);
    const std::uint64_t worth_compacting = memory_share(options_.memory_bytes).memtables / 3;
    reclaimer_ = std::make_unique<SpaceReclaimer>(*database_, *writer_, record_family_, worth_compacting);
    return resume_reclaiming();
}

// RocksDB takes a directory without the file that names its state for a new one, and would sweep the others away.
Result<void> RocksStore::check_directory() const {
    std::error_code fault;
    if (std::filesystem::exists(options_.directory / "CURRENT", fault)) return {};
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory, fault)) {
        const auto name = entry.path().filename().string();
        if (Journal::named(name).kind == JournalKind::none && !name.ends_with(".sst") && !name.ends_with(".blob")) {
            continue;
        }
        return Error(ErrorCode::io_failure, "The data directory " + options_.directory.string() +
                                                " cannot be used: the file CURRENT is missing beside " + name +
                                                ". Restore the directory from a copy, or move it away to start anew.");
    }
    return {};
}

Result<void> RocksStore::resume_reclaiming() {
    const auto dropped = load_rows(dropped_table);
    if (!dropped) return dropped.error();
    for (const auto& [stream, nothing] : *dropped) reclaim_dropped(keys::read_big_endian(stream));
    return {};
}

Result<void> RocksStore::checkpoint(const std::filesystem::path& directory) {
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(database_.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string());
    if (status.ok()) return {};
    return Error(ErrorCode::io_failure, "The log cannot be copied to " + directory.string() + ": " + status.ToString());
}

void RocksStore::reclaim_dropped(std::uint64_t stream) {
    reclaimer_->reclaim_dropped(keys::stream_begin(stream), keys::stream_begin(stream + 1), [this, stream] {
        rocksdb::WriteBatch batch;
        batch.Delete(catalog_family_, keys::row_key(dropped_table, keys::stream_begin(stream)));
        return writer_->write({}, batch);
    });
}

/// What was noted of the journals, where nothing is wrong with them.
Result<std::vector<Journal>> RocksStore::check_journals() const {
    auto noted = still_valid(options_.directory, WrittenSizes::load(options_.directory, options_.boot));
    const auto damage = find_damage(options_.directory, noted);
    if (!damage) return noted;
    return Error(ErrorCode::io_failure, "The data directory " + options_.directory.string() +
                                            " cannot be used: a file in it is damaged (" + *damage +
                                            "). Restore the directory from a copy, or move it away to start anew. To "
                                            "start with what can be read of it, remove the file SIZES in it; the rest "
                                            "is then deleted.");
}

Result<void> RocksStore::open_database() {
    const auto noted = check_journals();
    if (!noted) return noted.error();
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, {}}, {"catalog", catalog_options()}, {"records", record_options(options_)}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* database = nullptr;
    auto options = database_options(options_);
    const auto& files = (options_.environment ? options_.environment : rocksdb::Env::Default())->GetFileSystem();
    const auto noting = std::make_shared<NotingFileSystem>(
        files, options_.directory, std::make_shared<WrittenSizes>(options_.directory, options_.boot, *noted));
    environment_ = rocksdb::NewCompositeEnv(std::make_shared<BackgroundDeletion>(noting));
    options.env = environment_.get();
    options.listeners.push_back(disk_errors_);
    const auto status = rocksdb::DB::Open(options, options_.directory.string(), families, &handles, &database);
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
        // Only a store that was never used bears no version yet.
        const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator({}, catalog_family_));
        row->SeekToFirst();
        if (row->Valid()) {
            return Error(ErrorCode::io_failure, "The data directory " + options_.directory.string() +
                                                    " holds data without a format version, which no Rivulet server "
                                                    "writes. Name another directory with --data-dir.");
        }
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
