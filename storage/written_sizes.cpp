#include "storage/written_sizes.hpp"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <utility>

#include "storage/checksum.hpp"

namespace rivulet {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "SIZES";
constexpr std::string_view known_form = "rivulet sizes 1\n";
constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::string_view log_suffix = ".log";
constexpr std::size_t boot_bytes = 112;
constexpr std::size_t journals = 124;  ///< far more than a database has at a time

/// A journal as it is noted, with a checksum of the rest.
struct Place {
    std::uint32_t kind = 0;
    std::uint32_t checksum = 0;
    std::uint64_t number = 0;
    std::uint64_t written = 0;
    std::uint64_t synced = 0;

    std::uint32_t right_checksum() const {
        Place rest = *this;
        rest.checksum = 0;
        return crc32c(0, reinterpret_cast<const char*>(&rest), sizeof rest);
    }
};

Place place_of(const Journal& journal) {
    Place place{static_cast<std::uint32_t>(journal.kind), 0, journal.number, journal.written, journal.synced};
    place.checksum = place.right_checksum();
    return place;
}

/// The file, in the order of this machine's bytes: the directory does not travel while it is in use.
struct Page {
    std::array<char, known_form.size()> form{};
    std::array<char, boot_bytes> boot{};
    std::array<Place, journals> places{};
};
static_assert(sizeof(Page) == 4096);

std::size_t offset_of(std::size_t place) {
    return offsetof(Page, places) + place * sizeof(Place);
}

bool write_at(int descriptor, const void* bytes, std::size_t size, std::size_t offset) {
    return pwrite(descriptor, bytes, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

}  // namespace

std::string Journal::name() const {
    std::string digits = std::to_string(number);
    digits.insert(0, 6 - std::min<std::size_t>(6, digits.size()), '0');
    return kind == JournalKind::log ? digits + std::string(log_suffix) : std::string(manifest_prefix) + digits;
}

Journal Journal::named(std::string_view file_name) {
    Journal journal;
    if (file_name.starts_with(manifest_prefix)) {
        journal.kind = JournalKind::manifest;
        file_name.remove_prefix(manifest_prefix.size());
    } else if (file_name.ends_with(log_suffix)) {
        journal.kind = JournalKind::log;
        file_name.remove_suffix(log_suffix.size());
    }
    const bool is_number = !file_name.empty() && file_name.size() < 20 &&
                           std::ranges::all_of(file_name, [](char c) { return c >= '0' && c <= '9'; });
    if (journal.kind == JournalKind::none || !is_number) return {};
    journal.number = std::stoull(std::string(file_name));
    return journal;
}

std::vector<Journal> WrittenSizes::load(const fs::path& directory, std::string_view boot) {
    Page page;
    std::ifstream file(directory / file_name, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(&page), sizeof page)) return {};
    if (std::string_view(page.form.data(), page.form.size()) != known_form) return {};
    const std::string_view noted_boot(page.boot.data(), strnlen(page.boot.data(), page.boot.size()));
    const bool is_this_boot = !boot.empty() && noted_boot == boot;
    std::vector<Journal> noted;
    for (const auto& place : page.places) {
        const bool is_journal = place.kind == static_cast<std::uint32_t>(JournalKind::log) ||
                                place.kind == static_cast<std::uint32_t>(JournalKind::manifest);
        if (!is_journal || place.checksum != place.right_checksum()) continue;
        const std::uint64_t written = is_this_boot ? place.written : place.synced;
        if (written > 0) noted.push_back({static_cast<JournalKind>(place.kind), place.number, written, place.synced});
    }
    return noted;
}

WrittenSizes::WrittenSizes(const fs::path& directory, std::string_view boot, const std::vector<Journal>& noted)
    : file_(directory / file_name), boot_(boot.substr(0, boot_bytes - 1)), places_(noted) {
    places_.resize(journals);
}

void WrittenSizes::begin() {
    if (std::exchange(begun_, true)) return;
    Page page;
    std::ranges::copy(known_form, page.form.begin());
    std::ranges::copy(boot_, page.boot.begin());
    std::ranges::transform(places_, page.places.begin(), place_of);
    const fs::path growing = file_.string() + ".new";
    descriptor_ = open(growing.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    std::error_code fault;
    const bool written = descriptor_ >= 0 && write_at(descriptor_, &page, sizeof page, 0);
    if (written) fs::rename(growing, file_, fault);
    if (written && !fault) return;
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
    // One that is not kept up would promise what is deleted later.
    fs::remove(growing, fault);
    fs::remove(file_, fault);
}

WrittenSizes::~WrittenSizes() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::vector<Journal>::iterator WrittenSizes::find(JournalKind kind, std::uint64_t number) {
    return std::ranges::find_if(places_, [&](const Journal& at) { return at.kind == kind && at.number == number; });
}

bool WrittenSizes::write(std::size_t place) const {
    const Place noted = place_of(places_[place]);
    return write_at(descriptor_, &noted, sizeof noted, offset_of(place));
}

std::size_t WrittenSizes::add(const Journal& journal) {
    const std::lock_guard lock(mutex_);
    begin();
    // After a loss of power a number may be given out again.
    auto at = find(journal.kind, journal.number);
    if (at == places_.end()) at = find(JournalKind::none, 0);
    const auto place = static_cast<std::size_t>(at - places_.begin());
    if (at == places_.end()) return place;
    *at = journal;
    write(place);
    return place;
}

void WrittenSizes::set(std::size_t place, std::uint64_t written, std::uint64_t synced) {
    if (place >= places_.size()) return;
    places_[place].written = written;
    places_[place].synced = synced;
    write(place);
}

void WrittenSizes::remove(const Journal& journal) {
    const std::lock_guard lock(mutex_);
    begin();
    const auto at = find(journal.kind, journal.number);
    if (at == places_.end()) return;
    *at = {};
    // The disk may be made to hold the deletion before it would come to hold the note of it.
    if (write(static_cast<std::size_t>(at - places_.begin())) && fdatasync(descriptor_) == 0) return;
    std::error_code ignored;
    fs::remove(file_, ignored);
}

std::string WrittenSizes::current_boot() {
    std::string boot;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
    return boot;
}

}  // namespace rivulet
