#include "storage/written_sizes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <utility>

namespace rivulet {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "SIZES";
constexpr std::string_view known_form = "rivulet sizes 1\n";
constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::string_view log_suffix = ".log";
constexpr std::size_t boot_bytes = 112;
constexpr std::size_t journals = 124;  ///< far more than a database has at a time

/// The file, in the order of this machine's bytes: the directory does not travel while it is in use.
struct Page {
    std::array<char, known_form.size()> form{};
    std::array<char, boot_bytes> boot{};
    std::array<Journal, journals> places{};
};
static_assert(sizeof(Page) == 4096);

std::size_t offset_of(std::size_t place) {
    return offsetof(Page, places) + place * sizeof(Journal);
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
    const bool is_this_boot = !boot.empty() && std::string_view(page.boot.data()).substr(0, boot_bytes) == boot;
    std::vector<Journal> noted;
    for (auto journal : page.places) {
        if (journal.kind == JournalKind::none) continue;
        if (!is_this_boot) journal.written = journal.synced;
        noted.push_back(journal);
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
    std::ranges::copy(places_, page.places.begin());
    const fs::path growing = file_.string() + ".new";
    descriptor_ = open(growing.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    std::error_code fault;
    const bool written = descriptor_ >= 0 && write_at(descriptor_, &page, sizeof page, 0);
    if (written) fs::rename(growing, file_, fault);
    if (written && !fault) return;
    // One that is not kept up would promise what is deleted later.
    fs::remove(growing, fault);
    fs::remove(file_, fault);
}

WrittenSizes::~WrittenSizes() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::size_t WrittenSizes::add(const Journal& journal) {
    const std::lock_guard lock(mutex_);
    begin();
    const auto free = std::ranges::find(places_, JournalKind::none, &Journal::kind);
    const auto place = static_cast<std::size_t>(free - places_.begin());
    if (free == places_.end()) return place;
    *free = journal;
    write_at(descriptor_, &*free, sizeof *free, offset_of(place));
    return place;
}

void WrittenSizes::set(std::size_t place, std::uint64_t written, std::uint64_t synced) {
    if (place >= journals) return;
    const std::array sizes = {written, synced};
    write_at(descriptor_, &sizes, sizeof sizes, offset_of(place) + offsetof(Journal, written));
}

void WrittenSizes::remove(const Journal& journal) {
    const std::lock_guard lock(mutex_);
    begin();
    const auto found = std::ranges::find_if(
        places_, [&](const Journal& at) { return at.kind == journal.kind && at.number == journal.number; });
    if (found == places_.end()) return;
    *found = {};
    if (write_at(descriptor_, &*found, sizeof *found, offset_of(static_cast<std::size_t>(found - places_.begin())))) {
        return;
    }
    std::error_code ignored;
    fs::remove(file_, ignored);
}

std::string WrittenSizes::current_boot() {
    std::string boot;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
    return boot;
}

}  // namespace rivulet
