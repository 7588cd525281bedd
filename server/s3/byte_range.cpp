#include "server/s3/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace rivulet::s3 {

namespace {

/// A number of digits alone; one too large to hold counts as the largest there is.
std::optional<std::uint64_t> parse_number(std::string_view digits) {
    std::uint64_t number = 0;
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    if (fault != std::errc{}) return std::nullopt;
    return number;
}

}  // namespace

RangeAnswer resolve_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit)) return WholeObject{};
    header.remove_prefix(unit.size());
    const std::size_t dash = header.find('-');
    if (dash == std::string_view::npos) return WholeObject{};
    const std::string_view first_text = header.substr(0, dash);
    const std::string_view last_text = header.substr(dash + 1);
    if (first_text.empty()) {
        const auto suffix = parse_number(last_text);
        if (!suffix) return WholeObject{};
        if (*suffix == 0 || size == 0) return UnsatisfiableRange{};
        const std::uint64_t length = std::min(*suffix, size);
        return ByteRange{size - length, length};
    }
    const auto first = parse_number(first_text);
    const auto last = last_text.empty() ? std::numeric_limits<std::uint64_t>::max() : parse_number(last_text);
    if (!first || !last || *last < *first) return WholeObject{};
    if (*first >= size) return UnsatisfiableRange{};
    return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace rivulet::s3
