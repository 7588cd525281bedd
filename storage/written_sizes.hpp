#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rivulet {

/// A file of the database that is written record by record: a write-ahead log, or a manifest, the list of its files.
enum class JournalKind : std::uint32_t { none, log, manifest };

/// What is known of a journal without looking at it.
struct Journal {
    JournalKind kind = JournalKind::none;
    std::uint64_t number = 0;
    std::uint64_t written = 0;  ///< bytes that are there unless the machine lost power since
    std::uint64_t synced = 0;   ///< bytes that are there

    /// As RocksDB names it.
    std::string name() const;
    /// Of that name, with nothing written; `kind` is none if it is not a journal's.
    static Journal named(std::string_view file_name);
};

/// How much has been written to each journal: noted in the file SIZES of the database's directory, beside the journals,
/// as RocksDB takes one that was cut for one that ends there, and one that is gone for one that was never needed.
///
/// It is one page, which is written in place, behind every write to a journal, and synced before one is deleted. A note
/// that fails makes it promise less than there is.
///
/// Thread safety: every member may be called from any thread, `set` by one thread at a time for one journal.
class WrittenSizes {
public:
    /// What was noted in `directory`. If it was during another boot of the machine than `boot`, which may have ended by
    /// a loss of power, nothing counts as written but what was synced. Journals of which nothing is promised are left
    /// out, as are notes that are damaged themselves.
    static std::vector<Journal> load(const std::filesystem::path& directory, std::string_view boot);

    /// Begins the file anew with these, at the first journal that is added or removed: only then it is known that
    /// nobody else uses the directory. If it cannot be written there is none.
    WrittenSizes(const std::filesystem::path& directory, std::string_view boot, const std::vector<Journal>& journals);
    ~WrittenSizes();
    WrittenSizes(const WrittenSizes&) = delete;
    WrittenSizes& operator=(const WrittenSizes&) = delete;

    /// Begins to note a journal that is empty; returns what `set` asks for.
    std::size_t add(const Journal& journal);
    void set(std::size_t place, std::uint64_t written, std::uint64_t synced);
    /// Before the journal is deleted.
    void remove(const Journal& journal);

    /// What tells this boot of the machine from others; empty where the system does not say.
    static std::string current_boot();

private:
    void begin();
    std::vector<Journal>::iterator find(JournalKind kind, std::uint64_t number);
    bool write(std::size_t place) const;

    const std::filesystem::path file_;
    const std::string boot_;
    std::mutex mutex_;
    std::vector<Journal> places_;
    bool begun_ = false;
    int descriptor_ = -1;
};

}  // namespace rivulet
