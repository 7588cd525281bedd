#include "server/wire/encode.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base64.hpp"
#include "common/utf8.hpp"
#include "server/wire/writers.hpp"

namespace rivulet::wire {

namespace {

/// Counts the bytes that are written.
class Counter {
public:
    void append(std::string_view text) { bytes_ += text.size(); }
    void push_back(char) { ++bytes_; }
    void append_base64(std::string_view bytes) { bytes_ += base64_length(bytes.size()); }

    std::size_t bytes() const { return bytes_; }

private:
    std::size_t bytes_ = 0;
};

/// Writes into a piece of memory, and what it has no room for into a text behind it.
class PieceWriter {
public:
    PieceWriter(std::span<char> piece, std::string& rest) : next_(piece.data()), room_(piece.size()), rest_(rest) {}

    void append(std::string_view text) {
        if (!fits(text.size())) {
            rest_ += text;
            return;
        }
        std::memcpy(next_, text.data(), text.size());
        take(text.size());
    }
    void push_back(char c) { append({&c, 1}); }
    void append_base64(std::string_view bytes) {
        const std::size_t length = base64_length(bytes.size());
        if (!fits(length)) return base64_append(rest_, bytes);
        base64_write(bytes, next_);
        take(length);
    }

    bool is_full() const { return room_ == 0 || !rest_.empty(); }
    std::size_t room() const { return room_; }

private:
    bool fits(std::size_t bytes) const { return rest_.empty() && bytes <= room_; }
    void take(std::size_t bytes) {
        next_ += bytes;
        room_ -= bytes;
    }

    char* next_;
    std::size_t room_;
    std::string& rest_;
};

constexpr std::size_t usual_depth = 8;
// Of a blob, in one step: what base64 makes of it ends without padding.
constexpr std::size_t blob_piece_bytes = 48UL * 1024;
static_assert(blob_piece_bytes % 3 == 0);

template <class Writer>
void write_map(Writer& writer, const StringMap& map) {
    writer.begin_object(map.size());
    bool first = true;
    for (const auto& [key, value] : map) {
        writer.separator(first);
        first = false;
        writer.key(key);
        writer.text(value);
    }
    writer.end_object();
}

std::size_t present_members(const Shape& shape, const void* structure) {
    return static_cast<std::size_t>(
        std::ranges::count_if(shape.members, [&](const Member& member) { return member.get(structure) != nullptr; }));
}

}  // namespace

Encoder::Encoder(Format format, const Shape& shape, const void* structure)
    : format_(format), shape_(shape), structure_(structure) {
    open_.reserve(usual_depth);
}

std::size_t Encoder::length() const {
    Encoder whole(format_, shape_, structure_);
    Counter counter;
    while (!whole.is_done()) whole.step(counter);
    return counter.bytes();
}

std::size_t Encoder::read(std::span<char> piece) {
    std::size_t filled = 0;
    while (filled < piece.size()) {
        const auto room = piece.subspan(filled);
        if (taken_ < rest_.size()) {
            const std::size_t count = std::min(room.size(), rest_.size() - taken_);
            std::memcpy(room.data(), rest_.data() + taken_, count);
            taken_ += count;
            filled += count;
            continue;
        }
        if (is_done()) break;
        rest_.clear();
        taken_ = 0;
        PieceWriter out(room, rest_);
        while (!is_done() && !out.is_full()) step(out);
        filled = piece.size() - out.room();
    }
    return filled;
}

template <class Out>
void Encoder::step(Out& out) {
    if (format_ == Format::json) {
        JsonWriter writer(out);
        write_next(writer);
    } else {
        CborWriter writer(out);
        write_next(writer);
    }
}

template <class Writer>
void Encoder::write_next(Writer& writer) {
    if (!std::exchange(begun_, true)) return begin(writer, shape_, structure_);
    switch (open_.back().shape->kind) {
        case Kind::structure: return write_member(writer);
        case Kind::list: return write_element(writer);
        default: return write_blob_piece(writer);
    }
}

template <class Writer>
void Encoder::write_member(Writer& writer) {
    Open& open = open_.back();
    const auto members = open.shape->members;
    while (open.next < members.size()) {
        const Member& member = members[open.next++];
        const void* const value = member.get(open.value);
        if (!value) continue;
        writer.separator(std::exchange(open.is_empty, false));
        writer.member_name(member.name);
        return begin(writer, *member.shape, value);
    }
    writer.end_object();
    open_.pop_back();
}

template <class Writer>
void Encoder::write_element(Writer& writer) {
    Open& open = open_.back();
    const auto& list = open.shape->list;
    if (open.next < list.size(open.value)) {
        writer.separator(open.next == 0);
        return begin(writer, *open.shape->element, list.at(open.value, open.next++));
    }
    writer.end_list();
    open_.pop_back();
}

template <class Writer>
void Encoder::write_blob_piece(Writer& writer) {
    Open& open = open_.back();
    const std::string_view rest = std::string_view(static_cast<const Blob*>(open.value)->bytes).substr(open.next);
    const auto piece = rest.substr(0, blob_piece_bytes);
    writer.blob_piece(piece);
    open.next += piece.size();
    if (piece.size() < rest.size()) return;
    writer.end_blob();
    open_.pop_back();
}

template <class Writer>
void Encoder::begin(Writer& writer, const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::string: return writer.text(*static_cast<const std::string*>(value));
        case Kind::integer: return writer.integer(*static_cast<const std::int32_t*>(value));
        case Kind::long_integer: return writer.integer(*static_cast<const std::int64_t*>(value));
        case Kind::boolean: return writer.boolean(*static_cast<const bool*>(value));
        case Kind::timestamp: return writer.timestamp(*static_cast<const Timestamp*>(value));
        case Kind::map: return write_map(writer, *static_cast<const StringMap*>(value));
        case Kind::blob: writer.begin_blob(static_cast<const Blob*>(value)->bytes.size()); break;
        case Kind::list: writer.begin_list(shape.list.size(value)); break;
        case Kind::structure: writer.begin_object(present_members(shape, value)); break;
    }
    open_.push_back({&shape, value});
}

std::string encode(Format format, const Shape& shape, const void* structure) {
    Encoder encoder(format, shape, structure);
    std::string text(encoder.length(), '\0');
    encoder.read(text);
    return text;
}

std::string encode_texts(Format format, StringMap members) {
    for (auto& [name, text] : members) text = to_utf8(text);
    std::string text;
    PieceWriter out({}, text);
    if (format == Format::json) {
        JsonWriter writer(out);
        write_map(writer, members);
    } else {
        CborWriter writer(out);
        write_map(writer, members);
    }
    return text;
}

}  // namespace rivulet::wire
