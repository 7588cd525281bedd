#include "s3-sink/key_path.hpp"

#include <algorithm>

namespace rivulet {

namespace {

constexpr std::string_view empty_mark = "%_";
constexpr std::string_view continued_mark = "%+";
/// A piece leaves room for a mark.
constexpr std::size_t max_piece_bytes = max_name_bytes - continued_mark.size();

std::string escape(std::string_view part) {
    if (part.empty()) return std::string(empty_mark);
    if (part == ".") return "%2E";
    if (part == "..") return "%2E%2E";
    std::string name;
    name.reserve(part.size());
    for (const char byte : part) {
        if (byte == '%') {
            name += "%25";
        } else if (byte == '\0') {
            name += "%00";
        } else {
            name += byte;
        }
    }
    return name;
}

/// Whether a cut before `name[at]` would part the bytes of one character or of one escape.
bool splits(std::string_view name, std::size_t at) {
    if (name[at - 1] == '%' || (at >= 2 && name[at - 2] == '%')) return true;
    return (static_cast<unsigned char>(name[at]) & 0xc0) == 0x80;
}

/// Where to cut a name that is too long: as late as possible between two characters, so that each piece is text too.
std::size_t cut_of(std::string_view name) {
    std::size_t at = max_piece_bytes;
    for (int step = 0; step < 4 && splits(name, at); ++step) --at;
    return splits(name, at) ? max_piece_bytes : at;  // Bytes that are not UTF-8 are cut anywhere.
}

/// Appends the name or names of one part; `last_mark` ends the last of them.
void append_part(KeyPath& path, std::string_view part, std::string_view last_mark) {
    const std::string whole = escape(part);
    std::string_view rest = whole;
    while (rest.size() + last_mark.size() > max_name_bytes) {
        const std::size_t cut = cut_of(rest);
        path.push_back(std::string(rest.substr(0, cut)) + std::string(continued_mark));
        rest.remove_prefix(cut);
    }
    path.push_back(std::string(rest) + std::string(last_mark));
}

KeyPath encode(std::string_view key, std::string_view last_mark) {
    KeyPath path;
    for (;;) {
        const std::size_t slash = key.find('/');
        if (slash == std::string_view::npos) break;
        append_part(path, key.substr(0, slash), {});
        key.remove_prefix(slash + 1);
    }
    append_part(path, key, last_mark);
    return path;
}

/// Appends what a name stands for, without its marks; false if it has an escape that is never written.
bool unescape(std::string_view name, std::string& key) {
    if (name == empty_mark) return true;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] != '%') {
            key += name[at];
            continue;
        }
        const std::string_view code = name.substr(at + 1, 2);
        if (code == "25") {
            key += '%';
        } else if (code == "00") {
            key += '\0';
        } else if (code == "2E") {
            key += '.';
        } else {
            return false;
        }
        at += 2;
    }
    return true;
}

/// The key that the names spell, whether or not it would be written that way.
std::optional<std::string> decode(std::span<const std::string> path) {
    std::string key;
    for (std::size_t i = 0; i < path.size(); ++i) {
        std::string_view name = path[i];
        const bool last = i + 1 == path.size();
        const bool continued = !last && name.ends_with(continued_mark);
        if (continued) name.remove_suffix(continued_mark.size());
        if (!unescape(name, key)) return std::nullopt;
        if (!last && !continued) key += '/';
    }
    return key;
}

}  // namespace

KeyPath path_of_key(std::string_view key) {
    return encode(key, {});
}

KeyPath marked_path_of_key(std::string_view key) {
    return encode(key, file_mark);
}

std::optional<std::string> key_of_path(std::span<const std::string> path) {
    if (path.empty()) return std::nullopt;
    KeyPath plain(path.begin(), path.end());
    const bool marked = plain.back().ends_with(file_mark);
    if (marked) plain.back().resize(plain.back().size() - file_mark.size());
    auto key = decode(plain);
    if (!key || key->empty()) return std::nullopt;
    // One key has one path (and one marked): a name that says the same in another way is not an object's.
    const KeyPath written = encode(*key, marked ? file_mark : std::string_view{});
    return std::ranges::equal(written, path) ? key : std::nullopt;
}

std::optional<std::string> key_prefix_of_directory(std::span<const std::string> path) {
    if (path.empty()) return std::string{};
    KeyPath probe(path.begin(), path.end());
    // Where a key is cut depends on what follows the cut, so a directory in the middle of a part is only decoded.
    if (probe.back().ends_with(continued_mark)) {
        probe.back().resize(probe.back().size() - continued_mark.size());
        return decode(probe);
    }
    auto prefix = decode(probe);
    if (!prefix || !std::ranges::equal(path_of_key(*prefix), path)) return std::nullopt;
    *prefix += '/';
    return prefix;
}

}  // namespace rivulet
