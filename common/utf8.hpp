#pragma once

#include <string>
#include <string_view>

namespace rivulet {

/// Whether the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

/// The bytes with U+FFFD, the replacement character, for each one that is part of no well-formed character: what a text
/// becomes that a request told and an answer tells again.
std::string to_utf8(std::string_view bytes);

}  // namespace rivulet
