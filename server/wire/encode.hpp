#pragma once

#include <string>

#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// The body that `structure`, which `shape` describes, becomes. Absent members are left out.
std::string encode(Format format, const Shape& shape, const void* structure);

/// A flat object of texts: what errors are. They tell again what requests said, headers too, which need not be UTF-8.
std::string encode_texts(Format format, StringMap members);

}  // namespace rivulet::wire
