#pragma once

#include <array>
#include <boost/endian/conversion.hpp>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rivulet {

namespace detail {

/// What a byte adds to a reflected CRC, at eight distances, so that eight bytes are taken in a step.
template <class Word>
constexpr std::array<std::array<Word, 256>, 8> make_crc_tables(Word polynomial) {
    std::array<std::array<Word, 256>, 8> tables{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        Word value = byte;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
        tables[0][byte] = value;
    }
    for (std::size_t step = 1; step < 8; ++step) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            const Word before = tables[step - 1][byte];
            tables[step][byte] = (before >> 8) ^ tables[0][before & 0xff];
        }
    }
    return tables;
}

}  // namespace detail

/// A cyclic redundancy check that is reflected, begins with all ones and is inverted at the end. `polynomial` is the
/// reflected one.
template <class Word, Word polynomial>
class Crc {
public:
    void update(std::string_view bytes) {
        for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
            std::uint64_t next = 0;
            std::memcpy(&next, bytes.data(), 8);
            next = boost::endian::little_to_native(next) ^ state_;
            state_ = 0;
            for (int byte = 0; byte < 8; ++byte) state_ ^= tables_[7 - byte][(next >> (8 * byte)) & 0xff];
        }
        for (const char byte : bytes) {
            const auto index = (state_ ^ static_cast<unsigned char>(byte)) & 0xff;
            state_ = (state_ >> 8) ^ tables_[0][index];
        }
    }

    /// The value of everything taken so far.
    Word value() const { return static_cast<Word>(~state_); }

private:
    static constexpr auto tables_ = detail::make_crc_tables<Word>(polynomial);
    Word state_ = ~Word{0};
};

/// The CRC of Ethernet (ISO/IEC 8802-3), by zlib, which takes it several times as fast as tables do.
class Crc32 {
public:
    void update(std::string_view bytes);

    /// The value of everything taken so far.
    std::uint32_t value() const { return value_; }

private:
    std::uint32_t value_ = 0;
};

}  // namespace rivulet
