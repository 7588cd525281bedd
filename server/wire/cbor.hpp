#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rivulet::wire {

/// One CBOR document (RFC 8949) without its tags, which say nothing that the shapes do not; nothing if it is broken,
/// has text that is not UTF-8, is followed by more, or is nested deeper than any shape. The library's reader calls
/// itself for every level and takes no tags of small numbers: both are settled here, before it.
std::optional<std::string> checked_cbor(std::string_view document);

}  // namespace rivulet::wire
