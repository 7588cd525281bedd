#include "server/wire/encode.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>

#include "common/base64.hpp"
#include "common/utf8.hpp"

namespace rivulet::wire {

namespace {

class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object(std::size_t) { out_ += '{'; }
    void end_object() { out_ += '}'; }
    void begin_list(std::size_t) { out_ += '['; }
    void end_list() { out_ += ']'; }
    void separator(bool first) {
        if (!first) out_ += ',';
    }
    void key(std::string_view name) {
        text(name);
        out_ += ':';
    }
    void text(std::string_view value);
    void integer(std::int64_t value) {
        char digits[24];
        out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    void boolean(bool value) { out_ += value ? "true" : "false"; }
    void blob(std::string_view bytes) {
        out_ += '"';
        base64_append(out_, bytes);
        out_ += '"';
    }
    void timestamp(Timestamp time) {
        auto milliseconds = time.time_since_epoch().count();
        if (milliseconds < 0) {
            out_ += '-';
            milliseconds = -milliseconds;
        }
        integer(milliseconds / 1000);
        const auto fraction = static_cast<int>(milliseconds % 1000);
        for (const int digit : {'.' - '0', fraction / 100, fraction / 10 % 10, fraction % 10}) {
            out_ += static_cast<char>('0' + digit);
        }
    }

private:
    void escape(char c);

    std::string& out_;
};

/// Whether eight bytes hold a control character, a quotation mark or a backslash, and so something to escape.
bool has_escape(const char* eight_bytes) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t tops = 0x8080'8080'8080'8080;
    std::uint64_t word = 0;
    std::memcpy(&word, eight_bytes, sizeof word);
    // Subtracting borrows into a byte's top bit where the byte is less; a byte with that bit set is none of these.
    const auto less = [&](std::uint64_t of, std::uint64_t than) { return (of - ones * than) & ~of & tops; };
    return (less(word, 0x20) | less(word ^ ones * '"', 1) | less(word ^ ones * '\\', 1)) != 0;
}

void JsonWriter::text(std::string_view value) {
    out_ += '"';
    std::size_t written = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        while (i + 8 <= value.size() && !has_escape(value.data() + i)) i += 8;
        if (i == value.size()) break;
        const char c = value[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out_.append(value, written, i - written);
        written = i + 1;
        escape(c);
    }
    out_.append(value, written);
    out_ += '"';
}

void JsonWriter::escape(char c) {
    switch (c) {
        case '"': out_ += "\\\""; break;
        case '\\': out_ += "\\\\"; break;
        case '\b': out_ += "\\b"; break;
        case '\f': out_ += "\\f"; break;
        case '\n': out_ += "\\n"; break;
        case '\r': out_ += "\\r"; break;
        case '\t': out_ += "\\t"; break;
        default: {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
            out_ += escaped;
        }
    }
}

/// Concise Binary Object Representation (RFC 8949), definite lengths only.
class CborWriter {
public:
    explicit CborWriter(std::string& out) : out_(out) {}

    void begin_object(std::size_t members) { head(5, members); }
    void end_object() {}
    void begin_list(std::size_t elements) { head(4, elements); }
    void end_list() {}
    void separator(bool) {}
    void key(std::string_view name) { text(name); }
    void text(std::string_view value) {
        head(3, value.size());
        out_ += value;
    }
    void integer(std::int64_t value) {
        value >= 0 ? head(0, static_cast<std::uint64_t>(value)) : head(1, static_cast<std::uint64_t>(-(value + 1)));
    }
    void boolean(bool value) { out_ += value ? '\xf5' : '\xf4'; }
    void blob(std::string_view bytes) {
        head(2, bytes.size());
        out_ += bytes;
    }
    // Tag 1, and then milliseconds: so the SDK for Java writes and reads times in CBOR (SdkCborGenerator).
    void timestamp(Timestamp time) {
        out_ += '\xc1';
        integer(time.time_since_epoch().count());
    }

private:
    void head(unsigned major, std::uint64_t argument) {
        const auto type = static_cast<unsigned char>(major << 5);
        if (argument < 24) {
            out_ += static_cast<char>(type | argument);
        } else if (argument <= 0xff) {
            out_ += static_cast<char>(type | 24);
            big_endian(argument, 1);
        } else if (argument <= 0xffff) {
            out_ += static_cast<char>(type | 25);
            big_endian(argument, 2);
        } else if (argument <= 0xffff'ffff) {
            out_ += static_cast<char>(type | 26);
            big_endian(argument, 4);
        } else {
            out_ += static_cast<char>(type | 27);
            big_endian(argument, 8);
        }
    }
    void big_endian(std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
    }

    std::string& out_;
};

template <class Writer>
void write(Writer& writer, const Shape& shape, const void* value);

template <class Writer>
void write_structure(Writer& writer, const Shape& shape, const void* value) {
    std::size_t present = 0;
    for (const auto& member : shape.members) present += member.get(value) != nullptr;
    writer.begin_object(present);
    bool first = true;
    for (const auto& member : shape.members) {
        const void* const found = member.get(value);
        if (!found) continue;
        writer.separator(first);
        first = false;
        writer.key(member.name);
        write(writer, *member.shape, found);
    }
    writer.end_object();
}

template <class Writer>
void write_list(Writer& writer, const Shape& shape, const void* value) {
    const std::size_t size = shape.list.size(value);
    writer.begin_list(size);
    for (std::size_t i = 0; i < size; ++i) {
        writer.separator(i == 0);
        write(writer, *shape.element, shape.list.at(value, i));
    }
    writer.end_list();
}

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

template <class Writer>
void write(Writer& writer, const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::string: return writer.text(*static_cast<const std::string*>(value));
        case Kind::integer: return writer.integer(*static_cast<const std::int32_t*>(value));
        case Kind::long_integer: return writer.integer(*static_cast<const std::int64_t*>(value));
        case Kind::boolean: return writer.boolean(*static_cast<const bool*>(value));
        case Kind::blob: return writer.blob(static_cast<const Blob*>(value)->bytes);
        case Kind::timestamp: return writer.timestamp(*static_cast<const Timestamp*>(value));
        case Kind::list: return write_list(writer, shape, value);
        case Kind::map: return write_map(writer, *static_cast<const StringMap*>(value));
        case Kind::structure: return write_structure(writer, shape, value);
    }
}

/// About how many bytes a value becomes, for one allocation that is neither too small nor wasteful.
std::size_t estimated_bytes(const Shape& shape, const void* value) {
    constexpr std::size_t scalar_bytes = 24;
    switch (shape.kind) {
        case Kind::string: return static_cast<const std::string*>(value)->size() + 4;
        case Kind::blob: return static_cast<const Blob*>(value)->bytes.size() * 4 / 3 + 8;
        case Kind::list: {
            std::size_t bytes = 8;
            const std::size_t size = shape.list.size(value);
            for (std::size_t i = 0; i < size; ++i) {
                bytes += estimated_bytes(*shape.element, shape.list.at(value, i));
            }
            return bytes;
        }
        case Kind::structure: {
            std::size_t bytes = 8;
            for (const auto& member : shape.members) {
                if (const void* const found = member.get(value)) {
                    bytes += member.name.size() + 4 + estimated_bytes(*member.shape, found);
                }
            }
            return bytes;
        }
        default: return scalar_bytes;
    }
}

template <class Writer>
std::string write_all(const auto& action, std::size_t bytes = 0) {
    std::string out;
    out.reserve(bytes);
    Writer writer(out);
    action(writer);
    return out;
}

}  // namespace

std::string encode(Format format, const Shape& shape, const void* structure) {
    const auto action = [&](auto& writer) { write(writer, shape, structure); };
    const std::size_t bytes = estimated_bytes(shape, structure);
    return format == Format::json ? write_all<JsonWriter>(action, bytes) : write_all<CborWriter>(action, bytes);
}

std::string encode_texts(Format format, StringMap members) {
    for (auto& [name, text] : members) text = to_utf8(text);
    const auto action = [&](auto& writer) { write_map(writer, members); };
    return format == Format::json ? write_all<JsonWriter>(action) : write_all<CborWriter>(action);
}

}  // namespace rivulet::wire
