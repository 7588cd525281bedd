#pragma once

#include <string_view>

#include "server/wire/builder.hpp"

namespace rivulet::wire {

/// Hands the events of the one CBOR document (RFC 8949) that `document` is to `builder`. Tags say nothing that the
/// shapes do not, and are passed over. False if the document is not well-formed, has a text that is not UTF-8 or a name
/// that is no text, is followed by more, or is nested deeper than `max_document_depth`; what `builder` has got by then
/// is of no use.
bool read_cbor(std::string_view document, Builder& builder);

}  // namespace rivulet::wire
