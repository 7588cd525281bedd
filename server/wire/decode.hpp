#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// The encodings of a body that the JSON protocols have.
enum class Format : std::uint8_t { json, cbor };

/// What came of decoding a body. The services look at the kinds of fault at different moments (syntax before the
/// operation's name, types after the credentials), so each is told apart.
struct Decoded {
    bool well_formed = true;                ///< false: no document of the format at all
    bool is_object = true;                  ///< false: a document, but no object
    std::optional<std::string> type_fault;  ///< the first member of a wrong type, in the service's words
};

/// Decodes `body` into the C++ structure behind `target` that `shape` (a structure) describes. Unknown members are
/// passed over, null is absence. With a null `target` only the syntax is judged.
Decoded decode(Format format, std::string_view body, const Shape* shape, void* target);

/// The service's ValidationException for a decoded structure that breaks its shape's constraints, all of them (at most
/// ten are told), in the model's order; nothing if it breaks none.
std::optional<Error> validate(const Shape& shape, const void* structure);

}  // namespace rivulet::wire
