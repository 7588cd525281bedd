#include "common/sequence_number.hpp"

#include <array>

#include "common/uint128.hpp"

namespace rivulet {

namespace {

// 47 hexadecimal digits are 188 bits: three 64-bit limbs, the least significant first.
using Number = std::array<std::uint64_t, 3>;
constexpr std::uint64_t ten_to_19 = 10'000'000'000'000'000'000U;

void put_bits(Number& number, unsigned at, unsigned width, std::uint64_t value) {
    const unsigned limb = at / 64;
    const unsigned shift = at % 64;
    number[limb] |= value << shift;
    if (shift + width > 64) number[limb + 1] |= value >> (64 - shift);
}

std::uint64_t get_bits(const Number& number, unsigned at, unsigned width) {
    const unsigned limb = at / 64;
    const unsigned shift = at % 64;
    std::uint64_t value = number[limb] >> shift;
    if (shift + width > 64) value |= number[limb + 1] << (64 - shift);
    return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
}

std::uint64_t divide(Number& number, std::uint64_t by) {
    uint128 remainder = 0;
    for (std::size_t limb = number.size(); limb-- > 0;) {
        const uint128 part = remainder << 64 | number[limb];
        number[limb] = static_cast<std::uint64_t>(part / by);
        remainder = part % by;
    }
    return static_cast<std::uint64_t>(remainder);
}

// False when the product does not fit.
bool multiply_add(Number& number, std::uint64_t by, std::uint64_t add) {
    uint128 carry = add;
    for (auto& limb : number) {
        carry += static_cast<uint128>(limb) * by;
        limb = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    return carry == 0;
}

}  // namespace

std::string to_string(const SequenceNumber& sequence) {
    Number number{};
    put_bits(number, 184, 4, 2);
    put_bits(number, 148, 36, static_cast<std::uint64_t>(sequence.shard_created) & 0xf'ffff'ffff);
    put_bits(number, 144, 4, sequence.shard & 0xf);
    put_bits(number, 80, 64, sequence.counter);
    put_bits(number, 72, 8, sequence.is_continuation ? 1 : 0);
    put_bits(number, 36, 36, static_cast<std::uint64_t>(sequence.arrived) & 0xf'ffff'ffff);
    put_bits(number, 4, 32, sequence.shard);
    put_bits(number, 0, 4, 2);

    // The leading digit 2 makes every number of 56 decimal digits: two groups of 19 under a third.
    std::string text(57, '0');
    for (int group = 2; group >= 0; --group) {
        std::uint64_t digits = divide(number, ten_to_19);
        char* const first = text.data() + group * 19;
        // Two digits a division; the first of nineteen stands alone.
        for (int i = 17; i > 0; i -= 2, digits /= 100) {
            const auto pair = static_cast<unsigned>(digits % 100);
            first[i] = static_cast<char>('0' + pair / 10);
            first[i + 1] = static_cast<char>('0' + pair % 10);
        }
        *first = static_cast<char>('0' + digits);
    }
    const auto first = text.find_first_not_of('0');
    return first == 0 ? text : text.substr(first);
}

std::optional<SequenceNumber> parse_sequence_number(std::string_view decimal) {
    if (decimal.empty() || decimal.size() > 57) return std::nullopt;
    Number number{};
    for (const char digit : decimal) {
        if (digit < '0' || digit > '9') return std::nullopt;
        if (!multiply_add(number, 10, static_cast<std::uint64_t>(digit - '0'))) return std::nullopt;
    }
    SequenceNumber sequence;
    sequence.shard_created = static_cast<std::int64_t>(get_bits(number, 148, 36));
    sequence.counter = get_bits(number, 80, 64);
    sequence.arrived = static_cast<std::int64_t>(get_bits(number, 36, 36));
    sequence.shard = static_cast<std::uint32_t>(get_bits(number, 4, 32));
    sequence.is_continuation = get_bits(number, 72, 8) == 1;
    const bool framed = get_bits(number, 184, 8) == 2 && get_bits(number, 72, 8) <= 1 && get_bits(number, 0, 4) == 2;
    const bool consistent = get_bits(number, 144, 4) == (sequence.shard & 0xf) &&
                            sequence.counter <= SequenceNumber::last_counter && sequence.shard <= 0x7fff'ffff;
    if (!framed || !consistent) return std::nullopt;
    return sequence;
}

}  // namespace rivulet
