#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rivulet {

/// Hash keys are unsigned 128-bit numbers; clients see them in decimal.
__extension__ using uint128 = unsigned __int128;

inline constexpr uint128 max_uint128 = ~uint128{0};

/// Decimal digits, without leading zeros.
std::string to_string(uint128 value);

/// The number that a string of decimal digits stands for; nothing if it is empty, has another character, or is above
/// 2^128 - 1.
std::optional<uint128> parse_uint128(std::string_view digits);

/// The number that sixteen bytes stand for, the most significant first.
uint128 uint128_from_big_endian(std::string_view sixteen_bytes);

}  // namespace rivulet
