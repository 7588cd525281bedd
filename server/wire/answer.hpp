#pragma once

#include <memory>
#include <string>
#include <variant>

#include "server/http/message.hpp"
#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// What an operation answers: an encoded output, whole or read piece by piece, or a stream of events, whose body has no
/// length.
using Answer = std::variant<std::string, std::unique_ptr<http::Body>>;

/// The answer that an output, which `shape` describes, becomes. A large one is encoded while it is sent.
Answer answer_of(Format format, const Shape& shape, std::shared_ptr<const void> output);

}  // namespace rivulet::wire
