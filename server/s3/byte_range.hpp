#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace rivulet::s3 {

/// Bytes of an object: `length` of them from `first`.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;

    bool operator==(const ByteRange&) const = default;
};

/// The header asks for all: it is absent, not of the form of one range of bytes, or has several, and is then ignored.
struct WholeObject {
    bool operator==(const WholeObject&) const = default;
};

/// No byte of the object is in the range.
struct UnsatisfiableRange {
    bool operator==(const UnsatisfiableRange&) const = default;
};

using RangeAnswer = std::variant<WholeObject, ByteRange, UnsatisfiableRange>;

/// What a Range header means for an object of `size` bytes: `bytes=0-9`, `bytes=10-`, `bytes=-10`
/// (RFC 9110, section 14.1.2).
RangeAnswer resolve_range(std::string_view header, std::uint64_t size);

}  // namespace rivulet::s3
