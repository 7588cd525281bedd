#include "storage/journal_check.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "storage/checksum.hpp"

namespace rivulet {

namespace {

namespace fs = std::filesystem;

// The form of a journal: blocks of records, each a checksum, a length, a type and as many bytes; one that does not fit
// in a block goes on as another in the next. https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format
constexpr std::size_t block_bytes = 32768;
constexpr std::size_t head_bytes = 7;
constexpr std::size_t type_offset = 6;
constexpr unsigned char last_type = 4;  ///< full, first, middle, last; others are for logs that are used again

std::uint32_t read_little_endian(const char* bytes, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

// https://github.com/facebook/rocksdb/blob/v7.8.3/util/crc32c.h: checksums that are stored are masked.
bool is_stored(std::uint32_t crc, const char* record) {
    return ((crc >> 15 | crc << 17) + 0xa282'ead8U) == read_little_endian(record, 4);
}

/// Whether the records of one block are whole, as far as they end within its first `written` bytes.
bool is_whole(const std::vector<char>& block, std::size_t written) {
    std::size_t at = 0;
    while (at + head_bytes <= written) {
        const char* const record = block.data() + at;
        const std::size_t bytes = read_little_endian(record + 4, 2);
        const auto type = static_cast<unsigned char>(record[type_offset]);
        const std::size_t end = at + head_bytes + bytes;
        if (type == 0 || type > last_type || end > block_bytes) return false;
        // RocksDB writes a record's head and its bytes in one or in two, but no part of either.
        if (end > written) return at + head_bytes == written;
        if (!is_stored(crc32c(0, record + type_offset, bytes + 1), record)) return false;
        at = end;
    }
    return at == written || block_bytes - at < head_bytes;
}

std::optional<std::string> find_damage(const fs::path& file, std::uint64_t written) {
    const std::string name = file.filename().string();
    std::error_code fault;
    const auto size = fs::file_size(file, fault);
    if (fault == std::errc::no_such_file_or_directory) return name + " is missing";
    // RocksDB says itself what it cannot open or read.
    if (fault) return std::nullopt;
    if (size < written) {
        return name + " has " + std::to_string(size) + " of the " + std::to_string(written) +
               " bytes that were written to it";
    }
    std::ifstream content(file, std::ios::binary);
    std::vector<char> block(block_bytes);
    for (std::uint64_t begin = 0; begin < written; begin += block_bytes) {
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, written - begin));
        if (!content.read(block.data(), static_cast<std::streamsize>(bytes))) return std::nullopt;
        if (!is_whole(block, bytes)) return name + " is not as it was written, near byte " + std::to_string(begin);
    }
    return std::nullopt;
}

std::string current_manifest(const fs::path& directory) {
    std::string name;
    std::ifstream(directory / "CURRENT") >> name;
    return name;
}

}  // namespace

std::vector<Journal> still_valid(const fs::path& directory, std::vector<Journal> noted) {
    const std::string manifest = current_manifest(directory);
    if (std::ranges::find(noted, manifest, &Journal::name) == noted.end()) return {};
    // One that is no longer in use may have gone.
    std::erase_if(noted, [&](const Journal& journal) {
        return journal.kind == JournalKind::manifest && journal.name() != manifest;
    });
    return noted;
}

std::optional<std::string> find_damage(const fs::path& directory, const std::vector<Journal>& noted) {
    for (const auto& journal : noted) {
        if (auto damage = find_damage(directory / journal.name(), journal.written)) return damage;
    }
    return std::nullopt;
}

}  // namespace rivulet
