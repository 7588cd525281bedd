#include "storage/space_reclaimer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "storage/record_files.hpp"

namespace rivulet {

namespace {

using rocksdb::Status;

// Between two looks at what there is to do: those that arrive meanwhile are worked on together.
constexpr std::chrono::seconds pause{1};
// Until ranges that were not worth a merge are looked at again: files may have been written or merged meanwhile.
constexpr std::chrono::seconds long_pause{10};
// So many times what a merge gives back may it rewrite. A low number lets garbage wait, up to that part of the two
// upper levels; a high one has the records of others rewritten for little.
constexpr std::uint64_t rewritten_for_freed = 4;
// A range is forgotten when it takes less than this part of what is large; measuring is no more precise.
constexpr std::uint64_t negligible_part = 8;
// So many times what is large is freed by one move of large values at most.
constexpr std::uint64_t many = 8;

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}

// What a merge that begins with the newest records rewrites. The newest files hold a little of everything, so that all
// of them take part, and all files of the level below them.
std::uint64_t merge_bytes(const rocksdb::ColumnFamilyMetaData& files) {
    return files.levels[0].size + files.levels[1].size;
}

// The end of a stream's keys, of their beginning.
std::string end_of(std::string stream) {
    for (std::size_t i = stream.size(); i-- > 0;) {
        if (++stream[i] != 0) break;
    }
    return stream;
}

}  // namespace

SpaceReclaimer::~SpaceReclaimer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void SpaceReclaimer::reclaim_dropped(std::string begin, std::string end, std::function<Status()> done) {
    enqueue(std::move(begin), {std::move(end), std::move(done), false});
}

void SpaceReclaimer::reclaim_trimmed(std::string begin, std::string end) {
    enqueue(std::move(begin), {std::move(end), {}, true});
}

// RocksDB counts what is garbage in a blob file when it merges the files that refer to it. A file that is dropped takes
// its references with it uncounted, and the blob files stay until nothing refers to any older one, which another
// stream's record may do for days. The files that refer to large values are small beside them, and merged soon.
Status SpaceReclaimer::drop_files(const std::string& begin, const std::string& end) {
    record_files::RangeSize size;
    const auto measured = record_files::measure(database_, family_, begin, end, size);
    // What cannot be told is taken to refer to some: files that stay do no harm.
    return !measured.ok() || size.has_large_values ? Status::OK() : writer_.drop_files(family_, begin, end);
}

void SpaceReclaimer::enqueue(std::string begin, Range range) {
    {
        const std::lock_guard lock(mutex_);
        ranges_.insert_or_assign(std::move(begin), std::move(range));
        is_new_ = true;
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    arrived_.notify_one();
}

void SpaceReclaimer::run() {
    bool told = false;  // that it fails, since it last did not
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        Ranges taken = std::move(ranges_);
        ranges_.clear();
        is_new_ = false;
        lock.unlock();
        // What fails does so for a full disk, most likely, and this is what makes room on it: it is tried until it is
        // done.
        const auto status = work_on(taken);
        const bool failed = !status.ok() && !stopping_;
        if (failed && !told) spdlog::warn("Room on the disk is not given back for now: {}.", status.ToString());
        told = failed;
        lock.lock();
        // What arrived meanwhile reaches further.
        ranges_.merge(std::move(taken));
        arrived_.wait_for(lock, pause, [this] { return stopping_.load(); });
        if (failed) continue;
        const auto is_due = [this] { return stopping_ || is_new_; };
        if (ranges_.empty()) {
            arrived_.wait(lock, is_due);
        } else {
            arrived_.wait_for(lock, long_pause, is_due);
        }
    }
}

// Takes those out that are done. One that fails does not keep the others from being done.
Status SpaceReclaimer::work_on(Ranges& ranges) {
    if (auto resumed = writer_.resume(); !resumed.ok()) return resumed;
    Status outcome;
    const auto note = [&](const Status& status) {
        if (outcome.ok()) outcome = status;
        return status.ok();
    };
    std::uint64_t freed = 0;
    std::uint64_t worth_freeing = large_bytes_;
    for (auto range = ranges.begin(); range != ranges.end() && !stopping_;) {
        std::uint64_t bytes = 0;
        const bool seen = note(look_at(range->first, range->second, bytes));
        freed += bytes;
        // Records are trimmed again and again, and may gather; a stream is dropped once, and somebody may be watching.
        if (bytes >= large_bytes_ / negligible_part && range->second.done) worth_freeing = 1;
        const bool forget = seen && bytes == 0 && (!range->second.done || note(range->second.done()));
        range = forget ? ranges.erase(range) : std::next(range);
    }
    rocksdb::ColumnFamilyMetaData files;
    database_.GetColumnFamilyMetaData(family_, &files);
    if (freed >= worth_freeing && rewritten_for_freed * freed >= merge_bytes(files)) {
        for (auto range = ranges.begin(); range != ranges.end() && !stopping_;) {
            const auto& [begin, of] = *range;
            // Large values stay where they are, whoever's they are: that costs nothing, and most go as whole files.
            const bool done = of.is_deleted && note(compact(begin, of.end, {})) && (!of.done || note(of.done()));
            range = done ? ranges.erase(range) : std::next(range);
        }
    }
    note(move_large_values());
    return outcome;
}

// Deletes what is left in the range, and tells what it takes in files; 0 if that is not worth remembering.
Status SpaceReclaimer::look_at(const std::string& begin, Range& range, std::uint64_t& bytes) {
    if (!range.is_deleted) {
        if (auto dropped = drop_files(begin, range.end); !dropped.ok()) return dropped;
        rocksdb::WriteBatch batch;
        batch.DeleteRange(family_, begin, range.end);
        if (auto deleted = writer_.write({}, batch); !deleted.ok()) return deleted;
        range.is_deleted = true;
    }
    // What is in memory may be on its way to a file; asked first, for then it is seen here or there.
    rocksdb::SizeApproximationOptions in_memory;
    in_memory.include_memtables = true;
    in_memory.include_files = false;
    const rocksdb::Range keys(begin, range.end);
    std::uint64_t coming = 0;
    if (auto sized = database_.GetApproximateSizes(in_memory, family_, &keys, 1, &coming); !sized.ok()) return sized;
    record_files::RangeSize size;
    if (auto sized = record_files::measure(database_, family_, begin, range.end, size); !sized.ok()) return sized;
    const bool negligible = size.bytes + coming < large_bytes_ / negligible_part;
    bytes = negligible ? 0 : std::max<std::uint64_t>(size.bytes, 1);
    return {};
}

Status SpaceReclaimer::compact(const std::string& begin, const std::string& end, rocksdb::CompactRangeOptions options) {
    options.exclusive_manual_compaction = false;
    options.canceled = &stopping_;
    const rocksdb::Slice from = slice(begin);
    const rocksdb::Slice to = slice(end);
    return database_.CompactRange(options, family_, &from, &to);
}

Status SpaceReclaimer::move_large_values() {
    auto move = next_move();
    while (move) {
        for (const auto& stream : move->streams) {
            // The place is given as a part of the blob files there are, whose number changes with every stream.
            rocksdb::ColumnFamilyMetaData files;
            database_.GetColumnFamilyMetaData(family_, &files);
            const auto older = std::ranges::count_if(
                files.blob_files, [&](const auto& file) { return file.blob_file_number < move->before; });
            if (older == 0) break;
            const auto all = static_cast<double>(files.blob_files.size());
            rocksdb::CompactRangeOptions options;
            options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
            options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
            options.blob_garbage_collection_age_cutoff = std::min(1.0, (static_cast<double>(older) + 0.5) / all);
            if (auto moved = compact(stream, end_of(stream), options); !moved.ok()) return moved;
        }
        // Those files are gone, or somebody still needs them, and trying again would not help.
        const auto next = next_move();
        if (next && next->before <= move->before) break;
        move = next;
    }
    return {};
}

// RocksDB moves the values of the oldest blob files, up to some place, and cannot be told to leave out those among them
// that are hardly garbage. So the place is chosen where most is freed without copying more than that, or where `enough`
// is: the copies are on the disk beside what they are copied from for a while.
SpaceReclaimer::Move SpaceReclaimer::best_move(const rocksdb::ColumnFamilyMetaData& files, std::uint64_t enough) {
    // The newest files of records are merged soon enough, which is when their garbage is known.
    std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
    for (const auto& file : files.levels[0].files) {
        if (file.oldest_blob_file_number != 0) end = std::min(end, file.oldest_blob_file_number);
    }
    std::map<std::uint64_t, const rocksdb::BlobMetaData*> blob_files;
    for (const auto& file : files.blob_files) blob_files[file.blob_file_number] = &file;
    Move best;
    std::uint64_t freed = 0;
    std::uint64_t copied = 0;
    for (const auto& [number, file] : blob_files) {
        if (number >= end || best.freed >= enough) break;
        freed += file->garbage_blob_bytes;
        copied += file->total_blob_bytes - std::min(file->total_blob_bytes, file->garbage_blob_bytes);
        if (freed >= copied && freed > best.freed) {
            best.before = number + 1;
            best.freed = freed;
            best.copied = copied;
        }
    }
    const auto stream_of = [](const rocksdb::SstFileMetaData& file) { return file.smallestkey.substr(0, 8); };
    for (const auto& level : files.levels) {
        for (const auto& file : level.files) {
            const bool refers = file.oldest_blob_file_number != 0 && file.oldest_blob_file_number < best.before;
            if (refers) best.streams.insert(stream_of(file));
        }
    }
    best.rewritten = merge_bytes(files);
    for (const auto& level : files.levels) {
        if (level.level < 2) continue;
        for (const auto& file : level.files) best.rewritten += best.streams.contains(stream_of(file)) ? file.size : 0;
    }
    return best;
}

// Nothing if no move is worth it, or the disk has no room for the copies: what makes room is not to fill it.
std::optional<SpaceReclaimer::Move> SpaceReclaimer::next_move() const {
    rocksdb::ColumnFamilyMetaData files;
    database_.GetColumnFamilyMetaData(family_, &files);
    auto move = best_move(files, many * large_bytes_);
    if (move.freed < large_bytes_ || rewritten_for_freed * move.freed < move.rewritten) return {};
    std::uint64_t room = 0;
    const auto asked = database_.GetEnv()->GetFreeSpace(database_.GetName(), &room);
    if (asked.ok() && room / 2 < move.copied) return {};
    return move;
}

}  // namespace rivulet
