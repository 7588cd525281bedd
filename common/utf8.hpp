#pragma once

#include <string_view>

namespace rivulet {

/// Whether the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

}  // namespace rivulet
