#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "common/clock.hpp"

/// The formats that outputs are encoded in, token by token. `Out` is what takes the bytes: append, push_back and
/// append_base64. A blob comes in pieces, each but the last of a length that three divides.
namespace rivulet::wire {

/// JSON (RFC 8259).
template <class Out>
class JsonWriter {
public:
    explicit JsonWriter(Out& out) : out_(out) {}

    void begin_object(std::size_t) { out_.push_back('{'); }
    void end_object() { out_.push_back('}'); }
    void begin_list(std::size_t) { out_.push_back('['); }
    void end_list() { out_.push_back(']'); }
    void separator(bool first) {
        if (!first) out_.push_back(',');
    }
    /// A member's name is in the table of a shape, and has nothing to escape.
    void member_name(std::string_view name) {
        out_.push_back('"');
        out_.append(name);
        out_.append("\":");
    }
    void key(std::string_view key) {
        text(key);
        out_.push_back(':');
    }
    void text(std::string_view value);
    void integer(std::int64_t value) {
        char digits[24];
        out_.append({digits, std::to_chars(digits, digits + sizeof digits, value).ptr});
    }
    void boolean(bool value) { out_.append(value ? "true" : "false"); }
    void begin_blob(std::size_t) { out_.push_back('"'); }
    void blob_piece(std::string_view bytes) { out_.append_base64(bytes); }
    void end_blob() { out_.push_back('"'); }
    void timestamp(Timestamp time) {
        auto milliseconds = time.time_since_epoch().count();
        if (milliseconds < 0) {
            out_.push_back('-');
            milliseconds = -milliseconds;
        }
        integer(milliseconds / 1000);
        const auto fraction = static_cast<int>(milliseconds % 1000);
        for (const int digit : {'.' - '0', fraction / 100, fraction / 10 % 10, fraction % 10}) {
            out_.push_back(static_cast<char>('0' + digit));
        }
    }

private:
    void escape(char c);

    Out& out_;
};

/// Whether eight bytes hold a control character, a quotation mark or a backslash, and so something to escape.
inline bool has_escape(const char* eight_bytes) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t tops = 0x8080'8080'8080'8080;
    std::uint64_t word = 0;
    std::memcpy(&word, eight_bytes, sizeof word);
    // Subtracting borrows into a byte's top bit where the byte is less; a byte with that bit set is none of these.
    const auto less = [&](std::uint64_t of, std::uint64_t than) { return (of - ones * than) & ~of & tops; };
    return (less(word, 0x20) | less(word ^ ones * '"', 1) | less(word ^ ones * '\\', 1)) != 0;
}

template <class Out>
void JsonWriter<Out>::text(std::string_view value) {
    out_.push_back('"');
    std::size_t written = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        while (i + 8 <= value.size() && !has_escape(value.data() + i)) i += 8;
        if (i == value.size()) break;
        const char c = value[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out_.append(value.substr(written, i - written));
        written = i + 1;
        escape(c);
    }
    out_.append(value.substr(written));
    out_.push_back('"');
}

template <class Out>
void JsonWriter<Out>::escape(char c) {
    switch (c) {
        case '"': out_.append("\\\""); break;
        case '\\': out_.append("\\\\"); break;
        case '\b': out_.append("\\b"); break;
        case '\f': out_.append("\\f"); break;
        case '\n': out_.append("\\n"); break;
        case '\r': out_.append("\\r"); break;
        case '\t': out_.append("\\t"); break;
        default: {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
            out_.append(escaped);
        }
    }
}

/// Concise Binary Object Representation (RFC 8949), definite lengths only.
template <class Out>
class CborWriter {
public:
    explicit CborWriter(Out& out) : out_(out) {}

    void begin_object(std::size_t members) { head(5, members); }
    void end_object() {}
    void begin_list(std::size_t elements) { head(4, elements); }
    void end_list() {}
    void separator(bool) {}
    void member_name(std::string_view name) { text(name); }
    void key(std::string_view key) { text(key); }
    void text(std::string_view value) {
        head(3, value.size());
        out_.append(value);
    }
    void integer(std::int64_t value) {
        value >= 0 ? head(0, static_cast<std::uint64_t>(value)) : head(1, static_cast<std::uint64_t>(-(value + 1)));
    }
    void boolean(bool value) { out_.push_back(value ? '\xf5' : '\xf4'); }
    void begin_blob(std::size_t bytes) { head(2, bytes); }
    void blob_piece(std::string_view bytes) { out_.append(bytes); }
    void end_blob() {}
    // Tag 1, and then milliseconds: so the SDK for Java writes and reads times in CBOR (SdkCborGenerator).
    void timestamp(Timestamp time) {
        out_.push_back('\xc1');
        integer(time.time_since_epoch().count());
    }

private:
    void head(unsigned major, std::uint64_t argument) {
        const auto type = static_cast<unsigned char>(major << 5);
        if (argument < 24) {
            out_.push_back(static_cast<char>(type | argument));
        } else if (argument <= 0xff) {
            out_.push_back(static_cast<char>(type | 24));
            big_endian(argument, 1);
        } else if (argument <= 0xffff) {
            out_.push_back(static_cast<char>(type | 25));
            big_endian(argument, 2);
        } else if (argument <= 0xffff'ffff) {
            out_.push_back(static_cast<char>(type | 26));
            big_endian(argument, 4);
        } else {
            out_.push_back(static_cast<char>(type | 27));
            big_endian(argument, 8);
        }
    }
    void big_endian(std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out_.push_back(static_cast<char>(value >> shift));
    }

    Out& out_;
};

}  // namespace rivulet::wire
