#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rivulet {

/// Base64 with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// Appends the encoding of `bytes` to `out`.
void base64_append(std::string& out, std::string_view bytes);

/// How long the encoding of that many bytes is.
constexpr std::size_t base64_length(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

/// Writes the encoding of `bytes` to `to`, where there is room for its whole length.
void base64_write(std::string_view bytes, char* to);

/// Why a text is not Base64, in the distinctions that the services' messages make.
struct Base64Fault {
    enum class Kind { none, length, character, last_character };
    Kind kind = Kind::none;
    char character = 0;  ///< the offending one, when `kind` is `character`
};

/// Decodes `text` into `out`, which is replaced. Padding is required; nothing is skipped. On a fault `out` is
/// unspecified.
Base64Fault base64_decode(std::string_view text, std::string& out);

}  // namespace rivulet
