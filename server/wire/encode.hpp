#pragma once

#include <string>

#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// The body that `structure`, which `shape` describes, becomes. Absent members are left out.
std::string encode(Format format, const Shape& shape, const void* structure);

/// A flat object of texts: what errors are.
std::string encode_texts(Format format, const StringMap& members);

}  // namespace rivulet::wire
